// Writes runner/test/fixtures/dbt-context/cases.json anew: what dbt's context gives for every expression in it, while a model is
// parsed and while it runs. The spec context-as-dbt.test.ts holds tsdbt against them.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dbtReference } from './dbt-reference.mjs';

const fixture = fileURLToPath(new URL('../runner/test/fixtures/dbt-context', import.meta.url));
const program = fileURLToPath(new URL('dbt_context.py', import.meta.url));
const path = join(fixture, 'cases.json');
const folder = mkdtempSync(join(tmpdir(), 'dbt-context-'));
try {
  cpSync(fixture, folder, { recursive: true });
  // dbt takes modules beside the script for plugins where their names begin with dbt_: -I keeps them out
  const output = execFileSync(join(dbtReference(), 'python'), ['-I', program, folder], {
    input: readFileSync(path),
    encoding: 'utf8',
    maxBuffer: 64 << 20,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const cases = JSON.parse(output.slice(output.lastIndexOf('[{"expression"')));
  writeFileSync(path, `[\n${cases.map((one) => `  ${JSON.stringify(one)}`).join(',\n')}\n]\n`);
  process.stdout.write(`${cases.length} expressions\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
