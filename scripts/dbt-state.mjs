// Writes runner/test/fixtures/dbt-state anew: the manifest.json that dbt makes of the project in runner/test/fixtures/dbt-artifacts, and for every
// change in cases.json what dbt then selects by `state:modified` and its parts. The spec state-as-dbt.test.ts holds tsdbt against them.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { askDbt, writeCases } from './dbt-reference.mjs';

const project = fileURLToPath(new URL('../runner/test/fixtures/dbt-artifacts', import.meta.url));
const fixture = fileURLToPath(new URL('../runner/test/fixtures/dbt-state', import.meta.url));
const path = join(fixture, 'cases.json');
const folder = mkdtempSync(join(tmpdir(), 'dbt-state-'));
try {
  cpSync(project, join(folder, 'project'), { recursive: true });
  const asked = JSON.parse(readFileSync(path, 'utf8')).map(({ dbt: _, ...one }) => one);
  const cases = askDbt('dbt_state.py', folder, asked);
  writeCases(path, cases);
  const manifest = JSON.parse(readFileSync(join(folder, 'state', 'manifest.json'), 'utf8'));
  // dbt's own macros are none of the project's, and ten times as much as the rest
  for (const id of Object.keys(manifest.macros)) if (/^macro\.dbt(_duckdb)?\./.test(id)) delete manifest.macros[id];
  writeFileSync(join(fixture, 'manifest.json.gz'), gzipSync(JSON.stringify(manifest), { level: 9 }));
  process.stdout.write(`${cases.length} cases\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
