import { cpSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder, tsdbt, writeFiles } from '../cli/recording-effects.js';

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
/** What dbt-core 1.12 makes of the project; `node scripts/dbt-semantics.mjs` asks it anew. */
const ofDbt = JSON.parse(readFileSync(fixture('semantic_manifest.json'), 'utf8'));
const made = temporaryFolder();
const path = join(made.folder, 'target', 'semantic_manifest.json');
const parse = (...more: string[]) => tsdbt(made.folder, ['parse', '--profiles-dir', '.', ...more]);

beforeAll(async () => {
  cpSync(fixture('dbt-semantics'), made.folder, { recursive: true });
  const { code, stderr } = await parse();
  if (code !== 0) throw new Error(stderr);
});
afterAll(() => made.remove());

describe('semantic_manifest.json', () => {
  const read = () => JSON.parse(readFileSync(path, 'utf8'));

  it.each(['semantic_models', 'metrics', 'project_configuration', 'saved_queries'])("has dbt's %s", (part) => {
    expect(read()[part]).toEqual(ofDbt[part]);
  });

  it("has dbt's keys in dbt's order", () => {
    expect(Object.keys(read())).toEqual(Object.keys(ofDbt));
  });

  it('is written again where it is gone, and not where no artifacts are wanted', async () => {
    rmSync(path);
    await parse('--no-write-json', '--no-partial-parse');
    expect(existsSync(path)).toBe(false);
    expect((await parse()).code).toBe(0);
    expect(existsSync(path)).toBe(true);
  });

  it('knows the model that is a time spine by its name', async () => {
    const { folder, remove } = temporaryFolder();
    try {
      writeFiles(folder, {
        'project.yml': 'name: shop\n',
        'models/metricflow_time_spine.sql': "select date '2024-01-01' as date_day",
        'models/m.yml': "semantic_models: [{name: spine, model: ref('metricflow_time_spine')}]\n",
      });
      expect((await tsdbt(folder, ['parse'])).code).toBe(0);
      const { project_configuration: found } = JSON.parse(
        readFileSync(join(folder, 'target', 'semantic_manifest.json'), 'utf8'),
      );
      expect(found.time_spines).toEqual([]);
      expect(found.time_spine_table_configurations).toEqual([
        { location: expect.stringContaining('"metricflow_time_spine"'), column_name: 'date_day', grain: 'day' },
      ]);
    } finally {
      remove();
    }
  });
});
