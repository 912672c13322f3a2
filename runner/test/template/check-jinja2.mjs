// Checks that the expected outputs of the files jinja2-…-cases.json are those of the Python package jinja2, which it installs in a
// virtual environment of its own. Ends with a notice and code 0 where Python or pip is missing.
//
//   node runner/test/template/check-jinja2.mjs
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const version = '3.1.6';
const cases = [
  './jinja2-cases.json',
  './jinja2-generated-cases.json',
  './jinja2-library-cases.json',
  './jinja2-random-cases.json',
].map((name) => fileURLToPath(new URL(name, import.meta.url)));
const folder = mkdtempSync(join(tmpdir(), 'tsdbt-jinja2-'));
const program = `
import copy, datetime, itertools, json, re, sys
import pytz
from decimal import Decimal
import jinja2.sandbox
env = jinja2.sandbox.SandboxedEnvironment(extensions=['jinja2.ext.do', 'jinja2.ext.loopcontrols'])
failed = 0
names = lambda module, which: {name: getattr(module, name) for name in which}
# as dbt gives them to templates
modules = {
    'datetime': names(datetime, ['date', 'datetime', 'time', 'timedelta', 'tzinfo']),
    'itertools': names(itertools, 'accumulate chain combinations combinations_with_replacement compress count cycle islice permutations product repeat starmap tee zip_longest'.split()),
    'pytz': names(pytz, pytz.__all__),
    're': names(re, re.__all__),
}
checked = 0
cases = None
decimal = lambda value: Decimal(value['$decimal']) if isinstance(value, dict) and '$decimal' in value else copy.deepcopy(value)
render = lambda template: env.from_string(template).render({name: decimal(value) for name, value in cases['context'].items()} | {'modules': modules})
for file in sys.argv[1:]:
  cases = json.load(open(file, encoding='utf-8'))
  for group in cases['groups']:
      for case in group['cases']:
          checked += 1
          try:
              output = render(case['template'])
          except Exception as error:
              output = repr(error)
          if output != case['expected']:
              failed += 1
              print(f"{case['template']!r}\\n  expected {case['expected']!r}\\n  jinja2   {output!r}")
  for template in cases['errors']:
      checked += 1
      try:
          print(f"{template!r}\\n  expected an error\\n  jinja2   {render(template)!r}")
          failed += 1
      except Exception:
          pass
print(f"jinja2 {jinja2.__version__}: {checked} cases, {failed} differ")
sys.exit(1 if failed else 0)
`;

function skip(why) {
  console.log(`skipped: ${why}`);
  return 0;
}

function main() {
  const made = spawnSync('python3', ['-m', 'venv', folder], { encoding: 'utf8' });
  if (made.status !== 0) return skip('python3 with venv is not there');
  const python = join(folder, 'bin', 'python');
  const installed = spawnSync(python, ['-m', 'pip', 'install', '--quiet', `jinja2==${version}`, 'pytz'], {
    encoding: 'utf8',
  });
  if (installed.status !== 0)
    return skip(`jinja2 and pytz could not be installed: ${installed.stderr.trim().split('\n').at(-1)}`);
  return (
    spawnSync(python, ['-c', program, ...cases], { stdio: 'inherit', env: { ...process.env, TZ: 'UTC' } }).status ?? 1
  );
}

try {
  process.exitCode = main();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
