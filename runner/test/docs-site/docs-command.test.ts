import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import vm from 'node:vm';
import { beforeAll, describe, expect, it } from 'vitest';
import type { NodeDetails, SiteIndex } from '../../src/docs-site/site-data.js';
import { tsdbt } from '../cli/recording-effects.js';
import { shopCopy, tempProject } from '../manifest/temp-project.js';

/** What the page would hold after its data files have run. */
function load(folder: string): { index: SiteIndex; of: (id: string) => NodeDetails } {
  const data = path.join(folder, 'target', 'docs', 'data');
  const context = vm.createContext({});
  const run = (name: string) => vm.runInContext(readFileSync(path.join(data, name), 'utf8'), context);
  run('index.js');
  for (const name of readdirSync(data)) if (name.startsWith('nodes-')) run(name);
  const { index, chunks } = vm.runInContext('tsdbtDocs', context) as {
    index: SiteIndex;
    chunks: Map<number, NodeDetails[]>;
  };
  return {
    index,
    of: (id) => {
      const at = index.nodes.findIndex((node) => node.id === id);
      return chunks.get(Math.floor(at / index.chunkSize))![at % index.chunkSize]!;
    },
  };
}

describe('tsdbt docs generate', () => {
  let shop: string;
  beforeAll(async () => {
    shop = shopCopy();
    expect((await tsdbt(shop, ['build'])).code).toBe(0);
    const { code, stderr } = await tsdbt(shop, ['docs', 'generate']);
    expect(stderr).toMatch(
      /^Documented shop in \d+\.\d\ds: \d+ nodes, \d+ built relations\nOpen target\/docs\/index\.html/,
    );
    expect(code).toBe(0);
  });

  it('writes one folder that refers to nothing outside of it', () => {
    const folder = path.join(shop, 'target', 'docs');
    expect(readdirSync(folder).sort()).toEqual(['app.js', 'data', 'index.html', 'style.css']);
    const page = readFileSync(path.join(folder, 'index.html'), 'utf8');
    expect(page).toContain('<title>shop</title>');
    expect(
      [...page.matchAll(/(?:src|href)="([^"]+)"/g)]
        .map((match) => match[1])
        .filter((target) => !target!.startsWith('data:')),
    ).toEqual(['style.css', 'data/index.js', 'app.js']);
    expect(readFileSync(path.join(folder, 'style.css'), 'utf8')).not.toMatch(/url\(|@import/);
    // parses as a classic script, which file:// loads
    expect(() => new vm.Script(readFileSync(path.join(folder, 'app.js'), 'utf8'))).not.toThrow();
  });

  it('tells of columns, tests, results, code and versions', () => {
    const { index, of } = load(shop);
    const node = index.nodes.find((one) => one.name === 'customer_value')!;
    expect(node).toMatchObject({
      label: 'gold.customer_value',
      kind: 'table',
      version: 0,
      tags: ['report'],
      result: { status: 'success' },
    });
    expect(node.columns).toContain('revenue');
    const details = of(node.id);
    expect(details.description).toBe('What each customer brought.');
    expect(details.columns.find((column) => column.name === 'revenue')).toMatchObject({
      description: 'Sum of the payments.',
      type: expect.stringMatching(/DECIMAL|DOUBLE/),
    });
    expect(details.code?.raw).toContain("ref('customers')");
    expect(details.code?.compiled).toMatch(/"bronze"\."customers"/);
    expect(details.table?.versions).toMatchObject([
      { version: 0, operation: 'CREATE TABLE AS SELECT', filesAdded: 1, schemaChanges: [] },
    ]);
    const test = index.nodes.find((one) => one.test?.generic === 'unique' && one.test.column === 'customer_id')!;
    expect(test.result).toMatchObject({ status: 'pass', failures: 0 });
    expect(of(test.id).code?.compiled).toContain('customer_id');
    expect(index.run).toMatchObject({ command: 'build' });
    expect(index.nodes.find((one) => one.type === 'exposure')).toMatchObject({
      label: 'Sales board',
      kind: 'dashboard',
    });
  });

  it('shows how a table changed, in rows and columns', async () => {
    const model = path.join(shop, 'models/gold/customer_value.sql');
    writeFileSync(model, `select *, 1 as extra from (\n${readFileSync(model, 'utf8')}\n) as before\n`);
    expect((await tsdbt(shop, ['run', '--select', 'customer_value'])).code).toBe(0);
    await tsdbt(shop, ['docs', 'generate']);
    const { of, index } = load(shop);
    const [latest, first] = of('model.shop.customer_value').table!.versions;
    expect(latest).toMatchObject({ version: 1, rows: first!.rows, schemaChanges: ['added extra INTEGER'] });
    expect(index.nodes.find((node) => node.name === 'customer_value')).toMatchObject({ version: 1 });
    const catalog = JSON.parse(readFileSync(path.join(shop, 'target/catalog.json'), 'utf8'));
    expect(catalog.nodes['model.shop.customer_value']).toMatchObject({
      metadata: { type: 'BASE TABLE', schema: 'gold', name: 'customer_value' },
      columns: { extra: { type: 'INTEGER', name: 'extra' } },
      stats: { num_rows: { value: first!.rows }, version: { value: 1 } },
    });
    expect(catalog.errors).toBeNull();
  });

  it('goes on where a table’s log is damaged, and says which', async () => {
    writeFileSync(path.join(shop, 'warehouse/gold/customer_value/_delta_log/00000000000000000000.json'), 'no json\n');
    const { code, stderr } = await tsdbt(shop, ['docs', 'generate', '--no-compile']);
    expect(code).toBe(0);
    expect(stderr).toContain('this line of the log is not a JSON object');
    const { of } = load(shop);
    expect(of('model.shop.customer_value').problem).toContain('customer_value');
    expect(of('model.shop.customer_value').code?.note).toBe('as the last run compiled it');
  });
});

describe('tsdbt docs generate of any project', () => {
  it('needs no run, no YAML and no descriptions', async () => {
    const folder = tempProject({
      'models/a.sql': 'select 1 as x',
      'models/deep/er/b.sql': "select * from {{ ref('a') }}",
      'models/asks.sql':
        "{% if execute %}{% set found = run_query('select * from main.nowhere') %}{% endif %} select 1 as y -- {{ ref('a') }}",
    });
    const { code } = await tsdbt(folder, ['docs', 'generate']);
    expect(code).toBe(0);
    const { index, of } = load(folder);
    expect(index.run).toBeUndefined();
    expect(index.nodes.map((node) => node.name).sort()).toEqual(['a', 'asks', 'b']);
    expect(of('model.p.b')).toMatchObject({
      description: '',
      columns: [],
      code: { compiled: expect.stringContaining('"a"') },
    });
    expect(of('model.p.asks').code).toMatchObject({ note: expect.stringMatching(/^not compiled: .*nowhere/s) });
  });

  it('writes pages of a project without a single node', async () => {
    const folder = tempProject({});
    mkdirSync(path.join(folder, 'models'));
    expect((await tsdbt(folder, ['docs', 'generate'])).code).toBe(0);
    expect(load(folder).index.nodes).toEqual([]);
  });

  it('takes the first page’s cards and text from doc blocks, and names cards that lead nowhere', async () => {
    const folder = tempProject({
      'models/gold/sales.sql': 'select 1 as x',
      'models/docs.md': [
        '{% docs __overview__ %}Hello **there**{% enddocs %}',
        '{% docs __entry_points__ %}',
        'Questions:',
        '- [What sells?](gold): by day',
        '  and by shop',
        '- [Site](https://example.org)',
        '- [Broken](slaes): gone',
        '{% enddocs %}',
      ].join('\n'),
    });
    const { stderr, code } = await tsdbt(folder, ['docs', 'generate', '--no-compile']);
    expect(code).toBe(0);
    expect(stderr).toContain(
      '__entry_points__: "Broken": the selector "slaes" matches nothing (did you mean "sales"?)',
    );
    const { index } = load(folder);
    expect(index.overview).toBe('Hello **there**');
    expect(index.entryPoints).toEqual([
      { title: 'What sells?', target: 'gold', text: 'by day and by shop' },
      { title: 'Site', target: 'https://example.org', text: '' },
      { title: 'Broken', target: 'slaes', text: 'gone' },
    ]);
  });

  it('says whose description a column has inherited, which the table has as its comment', async () => {
    const folder = tempProject({
      'project.yml': 'name: p\nmodels: { +inherit_descriptions: true, +materialized: table }\n',
      'seeds/orders.csv': 'id,total\n1,2\n',
      'models/report.sql': "select * from {{ ref('orders') }}",
      'models/schema.yml': `seeds: [{ name: orders, columns: [{ name: id, description: Number of the order }] }]
models: [{ name: report, columns: [{ name: id }, { name: total, description: In euros }] }]
`,
    });
    expect((await tsdbt(folder, ['build'])).code).toBe(0);
    const comments = async (): Promise<unknown[]> => {
      expect((await tsdbt(folder, ['docs', 'generate', '--no-compile'])).code).toBe(0);
      const read = (name: string) => JSON.parse(readFileSync(path.join(folder, 'target', name), 'utf8'));
      const report = 'model.p.report';
      const of = read('catalog.json').nodes[report].columns.id.comment;
      return [of, read('manifest.json').nodes[report].columns.id.description];
    };
    expect(await comments()).toEqual(['Number of the order', 'Number of the order']);
    const [id, total] = load(folder).of('model.p.report').columns;
    expect(id).toMatchObject({
      description: 'Number of the order',
      describedBy: { id: 'seed.p.orders', name: 'orders' },
    });
    expect(total).not.toHaveProperty('describedBy');

    // what the seed says anew, the model says with the next command, whose manifest is not the one that was kept
    const yaml = path.join(folder, 'models/schema.yml');
    writeFileSync(yaml, readFileSync(yaml, 'utf8').replace('Number of the order', 'Key of the order'));
    expect((await tsdbt(folder, ['run', '--select', 'report'])).code).toBe(0);
    expect(await comments()).toEqual(['Key of the order', 'Key of the order']);
  });

  it('publishes no secret of the environment', async () => {
    const folder = tempProject({ 'models/a.sql': "select '{{ env_var('DBT_ENV_SECRET_KEY') }}' as x" });
    const env = { DBT_ENV_SECRET_KEY: 'hunter2hunter2' };
    expect((await tsdbt(folder, ['docs', 'generate'], env)).code).toBe(0);
    const data = path.join(folder, 'target/docs/data');
    for (const name of readdirSync(data))
      expect(readFileSync(path.join(data, name), 'utf8')).not.toContain('hunter2hunter2');
  });

  it('knows its actions', async () => {
    const folder = tempProject({});
    expect((await tsdbt(folder, ['docs', 'generat'])).stderr).toContain('did you mean "generate"?');
    const { code, stderr } = await tsdbt(folder, ['docs', 'serve']);
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(
        /^TSD1914 {2}there are no pages in target\/docs\n {2}write them with "tsdbt docs generate"/,
      ),
    ]);
    expect(existsSync(path.join(folder, 'target/docs'))).toBe(false);
  });
});

describe('the semantic layer', () => {
  it('has pages with what stands in its entries, and places in the graph', async () => {
    const fixture = new URL('../fixtures/dbt-semantics', import.meta.url).pathname;
    const folder = tempProject({});
    cpSync(fixture, folder, { recursive: true, filter: (from) => !/\.duckdb$|[\\/]target$/.test(from) });
    rmSync(path.join(folder, 'project.yml'), { force: true });
    const { code, stderr } = await tsdbt(folder, [
      'docs',
      'generate',
      '--empty-catalog',
      '--no-compile',
      '--profiles-dir',
      '.',
    ]);
    expect(code, stderr).toBe(0);
    const { index, of } = load(folder);
    const node = (id: string) => index.nodes.find((one) => one.id === id)!;
    const readsOf = (id: string) => node(id).reads.map((at) => index.nodes[at]!.id);

    const ratio = 'metric.museum.revenue_per_sale';
    expect(node(ratio)).toMatchObject({ type: 'metric', label: 'Revenue per sale', kind: 'ratio metric' });
    expect(readsOf(ratio)).toContain('metric.museum.revenue');
    expect(of(ratio).facts).toContainEqual(['Numerator', 'revenue']);
    expect(of('metric.museum.revenue')).toMatchObject({
      meta: { m: 1 },
      facts: expect.arrayContaining([['Measure', 'price']]),
    });

    const sold = 'semantic_model.museum.sold';
    expect(readsOf(sold)).toEqual(['model.museum.sales']);
    expect(of(sold).facts.map(([name]) => name)).toEqual(
      expect.arrayContaining(['Of', 'Entities', 'Dimensions', 'Measures']),
    );
    expect(of(sold).code).toBeUndefined();
    const query = index.nodes.find((one) => one.type === 'saved_query')!;
    expect(of(query.id).facts.map(([name]) => name)).toContain('Metrics');
    expect(query.kind).toBe('saved query');
  });
});

describe('functions and analyses', () => {
  it('have pages with arguments, type and code, and functions a place in the graph', async () => {
    const folder = tempProject({
      'functions/text/shout.sql': 'upper(word) || {{ "\'!\'" }}',
      'functions/text/f.yml': `functions:
  - name: shout
    description: Says it *loudly*
    arguments: [{name: word, data_type: varchar, default_value: "'hello'", description: what is said}]
    returns: {data_type: varchar}
`,
      'models/text/words.sql': "select {{ function('shout') }}('hello') as word",
      'analyses/look/longest.sql': "select max(word) from {{ ref('words') }}",
    });
    expect((await tsdbt(folder, ['build'])).code).toBe(0);
    expect((await tsdbt(folder, ['docs', 'generate'])).code).toBe(0);
    const { index, of } = load(folder);
    const node = (type: string) => index.nodes.find((one) => one.type === type)!;
    const shout = node('function');
    expect(shout).toMatchObject({ label: 'text.shout', kind: 'function', about: 'Says it loudly' });
    expect(shout.result?.status).toBe('success');
    expect(node('model').reads.map((at) => index.nodes[at]!.id)).toEqual([shout.id]);
    expect(of(shout.id)).toMatchObject({
      facts: [
        ['Argument word', "varchar, else 'hello' (what is said)"],
        ['Returns', 'varchar'],
        ['Type', 'scalar'],
      ],
      code: { language: 'sql', compiled: "upper(word) || '!'" },
    });
    const longest = node('analysis');
    expect(longest).toMatchObject({ label: 'longest', kind: 'analysis' });
    expect(of(longest.id).code).toMatchObject({ compiled: 'select max(word) from "text"."words"' });
    expect(of(longest.id).facts).toEqual([]);
  });
});
