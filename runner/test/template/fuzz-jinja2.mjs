// Compares random templates with the Python package jinja2, sandboxed and with the extensions that dbt gives it: what they print, or whether they are
// refused. Prints the templates that differ, the shortest first, and ends with 1 where there are any.
//
//   node runner/test/template/fuzz-jinja2.mjs [number of templates] [seed]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createJiti } from 'jiti';
import { dbtReference } from '../../../scripts/dbt-reference.mjs';
import { context, randomOf, randomTemplate, templates } from './random-templates.mjs';

const [count = 2000, seed = 1] = process.argv.slice(2).map(Number);
const program = `
import copy, json, signal, sys, warnings
import jinja2.sandbox
warnings.simplefilter('ignore')
given = json.load(open(sys.argv[1], encoding='utf-8'))
env = jinja2.sandbox.SandboxedEnvironment(
    extensions=['jinja2.ext.do', 'jinja2.ext.loopcontrols'], loader=jinja2.DictLoader(given['templates'])
)
def too_long(*_):
    raise TimeoutError()
signal.signal(signal.SIGALRM, too_long)
answers = []
jinja_globals = dict(env.globals)
for template in given['cases']:
    signal.alarm(5)
    try:
        # imported templates see what dbt gives to all
        env.globals = {**jinja_globals, **copy.deepcopy(given['context'])}
        parsed = env.from_string(template)
    except BaseException as error:
        answers.append(['refused', type(error).__name__, str(error)])
        continue
    try:
        answers.append(['printed', parsed.render(), ''])
    except BaseException as error:
        answers.append(['failed', type(error).__name__, str(error)])
signal.alarm(0)
json.dump(answers, open(sys.argv[2], 'w', encoding='utf-8'))
`;

/** What jinja2 makes of templates. */
function jinja2Answers(cases) {
  const folder = mkdtempSync(join(tmpdir(), 'fuzz-jinja2-'));
  try {
    const [asked, answered] = ['asked.json', 'answered.json'].map((name) => join(folder, name));
    writeFileSync(asked, JSON.stringify({ cases, context, templates }));
    const python = join(dbtReference(), 'python');
    const run = spawnSync(python, ['-c', program, asked, answered], { stdio: ['ignore', 'inherit', 'inherit'] });
    if (run.status !== 0) throw new Error(`python ended with ${run.status}`);
    return JSON.parse(readFileSync(answered, 'utf8'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const jiti = createJiti(import.meta.url);
const own = (path) => jiti.import(`../../src/${path}.ts`);

/** What tsdbt makes of a template. */
async function renderer() {
  // one after the other: modules that are asked for at once are read twice
  const { SourceText } = await own('errors/source-text');
  const { TemplateError } = await own('errors/tsdbt-error');
  const { toTemplateValue } = await own('template/convert');
  const { parseTemplate } = await own('template/parse');
  const { renderTemplate } = await own('template/render');
  const loadTemplate = (name) =>
    Object.hasOwn(templates, name) ? parseTemplate(new SourceText(name, templates[name])) : undefined;
  return (template) => {
    const values = new Map(Object.entries(structuredClone(context)).map(([k, v]) => [k, toTemplateValue(v)]));
    const scope = { get: (name) => values.get(name), names: () => values.keys(), loadTemplate };
    let parsed;
    try {
      parsed = parseTemplate(new SourceText('fuzz.sql', template));
    } catch (error) {
      return error instanceof TemplateError
        ? ['refused', error.code, error.message]
        : ['broken', '', String(error?.stack)];
    }
    try {
      return ['printed', renderTemplate(parsed, scope).text, ''];
    } catch (error) {
      return error instanceof TemplateError
        ? ['failed', error.code, error.message]
        : ['broken', '', String(error?.stack)];
    }
  };
}

/** Objects that print with their address, or as a name of Python's. */
const unprintable =
  /0x[0-9a-f]{6}|<(?:Macro|function|class|built-in|bound|method|generator|Cycler|LoopContext|Namespace|TemplateModule|LoopContext|dict_|list_|map|zip)/;
/** Python refuses these when it compiles or looks them up; here that is told when the template runs, or the other way round. */
const refusals = new Set(['refused', 'failed']);

const random = randomOf(seed);
const cases = Array.from({ length: count }, () => randomTemplate(random));
const answers = jinja2Answers(cases);
const render = await renderer();
const differ = [];
let compared = 0;
let failures = 0;
for (const [i, template] of cases.entries()) {
  const answer = answers[i];
  if (answer[0] === 'printed' && unprintable.test(answer[1])) continue;
  if (answer[1] === 'TimeoutError' || answer[1] === 'MemoryError' || answer[1] === 'RecursionError') continue;
  // a dict that changes under a loop: here the loop goes through what it held before
  if (answer[2].includes('changed size during iteration')) continue;
  compared++;
  if (refusals.has(answer[0])) failures++;
  const given = render(template);
  const same = refusals.has(answer[0]) ? refusals.has(given[0]) : given[0] === answer[0] && given[1] === answer[1];
  if (!same) differ.push({ template, answer, given });
}
differ.sort((a, b) => a.template.length - b.template.length);
for (const { template, answer, given } of differ.slice(0, Number(process.env.SHOWN ?? 10)))
  console.log(`${JSON.stringify(template)}\n  jinja2 ${JSON.stringify(answer)}\n  tsdbt  ${JSON.stringify(given)}`);
if (process.env.REASONS) {
  const reasons = {};
  for (const [kind, type, message] of answers)
    if (kind !== 'printed')
      reasons[`${kind} ${type} ${message.slice(0, 70)}`] =
        (reasons[`${kind} ${type} ${message.slice(0, 70)}`] ?? 0) + 1;
  console.log(
    Object.entries(reasons)
      .sort((a, b) => b[1] - a[1])
      .slice(0, 40)
      .map(([k, v]) => `${v} ${k}`)
      .join('\n'),
  );
}
console.log(
  `${count} templates (seed ${seed}), ${compared} compared, ${failures} of them refused by jinja2: ${differ.length} differ`,
);
process.exitCode = differ.length > 0 ? 1 : 0;
