// Writes runner/test/fixtures/dbt-context/cases.json anew: what dbt's context gives for every expression in it, while a model is
// parsed and while it runs. The spec context-as-dbt.test.ts holds tsdbt against them.
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { askDbt, writeCases } from './dbt-reference.mjs';

const fixture = fileURLToPath(new URL('../runner/test/fixtures/dbt-context', import.meta.url));
const path = join(fixture, 'cases.json');
const folder = mkdtempSync(join(tmpdir(), 'dbt-context-'));
try {
  cpSync(fixture, folder, { recursive: true });
  const cases = askDbt('dbt_context.py', folder, JSON.parse(readFileSync(path, 'utf8')));
  writeCases(path, cases);
  process.stdout.write(`${cases.length} expressions\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
