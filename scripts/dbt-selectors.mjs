// Writes runner/test/fixtures/selectors/cases.json anew: what dbt selects for every case in it, each on a line. The spec select-as-dbt.test.ts
// holds tsdbt against them.
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { askDbt, writeCases } from './dbt-reference.mjs';

const fixture = fileURLToPath(new URL('../runner/test/fixtures/selectors', import.meta.url));
const path = join(fixture, 'cases.json');
const folder = mkdtempSync(join(tmpdir(), 'dbt-selectors-'));
try {
  cpSync(fixture, folder, { recursive: true });
  const cases = askDbt('dbt_selectors.py', folder, JSON.parse(readFileSync(path, 'utf8')));
  writeCases(path, cases);
  process.stdout.write(`${cases.length} cases\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
