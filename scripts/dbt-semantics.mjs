// Asks dbt of the semantic layer, and writes its answers into runner/test/fixtures: which of the cases in semantic-cases.json it refuses or warns of,
// and the semantic_manifest.json that it makes of the project dbt-semantics. The specs semantics-as-dbt.test.ts and semantic-manifest.test.ts hold
// tsdbt against them.
//
//   node scripts/dbt-semantics.mjs [--new]     --new: only cases that have no answer yet
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { askDbt, dbtReference, writeCases } from './dbt-reference.mjs';

const fixtures = fileURLToPath(new URL('../runner/test/fixtures', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'dbt-semantics-'));
try {
  const everything = join(folder, 'everything');
  cpSync(join(fixtures, 'dbt-semantics'), everything, { recursive: true });
  execFileSync(join(dbtReference(), 'dbt'), ['parse', '--quiet', '--profiles-dir', '.'], { cwd: everything });
  const manifest = JSON.parse(readFileSync(join(everything, 'target', 'semantic_manifest.json'), 'utf8'));
  writeFileSync(join(fixtures, 'semantic_manifest.json'), `${JSON.stringify(manifest, null, 1)}\n`);
  cpSync(join(fixtures, 'semantic-cases'), join(folder, 'project'), { recursive: true });
  const path = join(fixtures, 'semantic-cases.json');
  const known = JSON.parse(readFileSync(path, 'utf8'));
  const isAsked = ({ dbt }) => dbt === undefined || !process.argv.includes('--new');
  const answers = askDbt(
    'dbt_semantics.py',
    folder,
    known.filter(isAsked).map(({ dbt: _, ...one }) => one),
  );
  const cases = known.map((one) => (isAsked(one) ? answers.shift() : one));
  writeCases(path, cases);
  process.stdout.write(`${cases.length} cases\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
