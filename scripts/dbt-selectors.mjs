// Writes runner/test/fixtures/selectors/cases.json anew: what dbt selects for every case in it, each on a line. The spec select-as-dbt.test.ts
// holds tsdbt against them.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dbtReference } from './dbt-reference.mjs';

const fixture = fileURLToPath(new URL('../runner/test/fixtures/selectors', import.meta.url));
const program = fileURLToPath(new URL('dbt_selectors.py', import.meta.url));
const path = join(fixture, 'cases.json');
const folder = mkdtempSync(join(tmpdir(), 'dbt-selectors-'));
try {
  cpSync(fixture, folder, { recursive: true });
  // dbt takes modules beside the script for plugins where their names begin with dbt_: -I keeps them out
  const output = execFileSync(join(dbtReference(), 'python'), ['-I', program, folder], {
    input: readFileSync(path),
    encoding: 'utf8',
    maxBuffer: 64 << 20,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const cases = JSON.parse(output.slice(output.lastIndexOf('[{"args"')));
  const lines = cases.map((one) => `  ${JSON.stringify(one)}`);
  writeFileSync(path, `[\n${lines.join(',\n')}\n]\n`);
  process.stdout.write(`${cases.length} cases\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
