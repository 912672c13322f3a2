import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder, tsdbt, writeFiles } from '../cli/recording-effects.js';

type Entry = Readonly<Record<string, unknown>>;

/** A project with a bit of everything; what dbt-core 1.12 writes of it, scripts/dbt-artifacts.mjs compares field by field. */
const gallery = fileURLToPath(new URL('../fixtures/dbt-artifacts', import.meta.url));
let temporary: ReturnType<typeof temporaryFolder>;
let manifest: Readonly<Record<string, Readonly<Record<string, Entry>>>>;

beforeAll(async () => {
  temporary = temporaryFolder();
  cpSync(gallery, temporary.folder, { recursive: true });
  const { code, stderr } = await tsdbt(temporary.folder, ['parse', '--profiles-dir', '.']);
  if (code !== 0) throw new Error(stderr);
  manifest = JSON.parse(readFileSync(join(temporary.folder, 'target', 'manifest.json'), 'utf8'));
});
afterAll(() => temporary.remove());

const node = (id: string): Entry => manifest.nodes![id]!;
const ls = async (...args: string[]): Promise<string[]> => {
  const { stdout, stderr, code } = await tsdbt(temporary.folder, ['ls', '--profiles-dir', '.', ...args]);
  if (code !== 0) throw new Error(stderr);
  return stdout.split('\n').filter(Boolean);
};

describe('manifest.json', () => {
  it("has dbt's hashes of files and contracts", () => {
    expect(node('model.gallery.artist_totals')).toMatchObject({
      checksum: { checksum: 'e44d1a6fd5c4b793bdd0fc60789afbaa37385545a380c5b7d7427a064f1f84f1' },
      contract: { enforced: true, checksum: '7ddf4a8ef638053de253e8e5833483d135173798cdaf093449427bedb4e8f445' },
      primary_key: ['artist_id'],
      access: 'public',
      depends_on: {
        macros: ['macro.gallery.in_currency'],
        nodes: ['source.gallery.lake.prices', 'model.gallery.stg_works', 'model.gallery.named'],
      },
    });
  });

  it('says what is written, not what it becomes', () => {
    expect(node('model.gallery.sold').unrendered_config).toMatchObject({
      unique_key: "['work_id', 'artist_id']",
      custom_key: "{'any': ['thing', 1]}",
    });
    expect(node('model.helper.helped').unrendered_config).toMatchObject({ tags: "{{ 'from_' ~ target.name }}" });
    expect(node('model.helper.helped').tags).toEqual(['from_dev']);
  });

  it('describes through doc blocks of the project and its packages, and by variables', () => {
    const { columns, doc_blocks: blocks } = node('model.gallery.stg_works') as {
      columns: Record<string, Entry>;
      doc_blocks: string[];
    };
    expect(columns.price).toMatchObject({ description: 'What it costs.', doc_blocks: ['doc.helper.price'] });
    expect(blocks).toEqual(['doc.gallery.works']);
    expect((node('model.gallery.artist_totals').columns as Record<string, Entry>).revenue!.description).toBe('In EUR.');
  });

  it('holds metrics, what they are computed from, and who belongs to a group', () => {
    expect(manifest.metrics!['metric.gallery.doubled']).toMatchObject({
      depends_on: { nodes: ['metric.gallery.revenue'] },
      type_params: {
        input_measures: [{ name: 'price' }],
        metrics: [{ alias: 'now' }, { offset_window: { count: 1, granularity: 'month' } }],
      },
    });
    expect(Object.keys(manifest.metrics!)).toContain('metric.gallery.sales');
    expect(manifest.group_map!.people).toEqual([
      'model.gallery.named',
      'model.gallery.stg_artists',
      'test.gallery.unique_stg_artists__artist_id_.c33d71c783',
    ]);
  });
});

describe('ls', () => {
  it('selects and names what is of the semantic layer', async () => {
    expect(await ls('--select', 'metric:revenue+')).toContain('saved_query:gallery.monthly');
    expect(await ls('--resource-type', 'semantic_model')).toEqual(['semantic_model:gallery.works']);
    expect(await ls('--select', '+exposure:sales_page', '--resource-type', 'metric')).toEqual([
      'metric:gallery.revenue',
    ]);
  });

  it('prints any key of the manifest, and keys within keys', async () => {
    const [line] = await ls(
      '--select',
      'sold',
      '--output',
      'json',
      '--output-keys',
      'name',
      'config.materialized',
      'relation_name',
      '--resource-type',
      'model',
    );
    expect(JSON.parse(line!)).toEqual({
      name: 'sold',
      'config.materialized': 'incremental',
      relation_name: '"gallery"."main"."sold"',
    });
  });
});

describe('models that are not for everybody', () => {
  it('are read by their group only, and are deprecated by date', async () => {
    const { folder, remove } = temporaryFolder();
    try {
      writeFiles(folder, {
        'project.yml': 'name: shop\n',
        'models/orders.sql': "{{ config(group='sales', access='private') }}\nselect 1 as id",
        'models/report.sql': "select * from {{ ref('orders') }}",
        'models/g.yml':
          'groups: [{name: sales, owner: {name: S}}]\nmodels: [{name: report, deprecation_date: 2020-01-01}]\n',
      });
      expect((await tsdbt(folder, ['parse'])).stderr).toMatch(
        /^TSD3016 .*model\.shop\.orders, which is not allowed because the referenced node is private to the 'sales' group/m,
      );
      writeFiles(folder, { 'models/orders.sql': 'select 1 as id' });
      expect((await tsdbt(folder, ['parse'])).stderr).toMatch(/TSD3017 model "report" has passed its deprecation date/);
    } finally {
      remove();
    }
  });

  it('and metrics name measures that there are', async () => {
    const { folder, remove } = temporaryFolder();
    try {
      writeFiles(folder, {
        'project.yml': 'name: shop\n',
        'models/m.yml':
          'metrics: [{name: a, label: A, type: simple, type_params: {measure: x}}]\nsaved_queries: [{name: q, query_params: {metrics: [b]}}]\n',
      });
      const { stderr } = await tsdbt(folder, ['parse']);
      expect(stderr).toMatch(/TSD3014 .*no semantic model has a measure "x"/);
      expect(stderr).toMatch(/TSD3015 .*the metric "b" does not exist/);
    } finally {
      remove();
    }
  });
});
