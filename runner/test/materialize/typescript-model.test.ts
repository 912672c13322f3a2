import { describe, expect, it } from 'vitest';
import { LakeProject, type LakeRun, type LakeRunOptions } from '../run/lake-project.js';

/** A project whose TypeScript model `t` has the given parts. */
function typescript(parts: string, more: Record<string, string> = {}): LakeProject {
  return new LakeProject({
    'models/s/t.ts': `import { defineModel, sql } from 'tsdbt';\n\nexport default defineModel({\n${parts}\n});\nvoid sql;\n`,
    ...more,
  });
}
const COLUMNS = `  columns: { id: 'integer', name: 'varchar', at: 'timestamptz', tags: 'varchar[]' },`;

async function built(parts: string, more: Record<string, string> = {}, options: LakeRunOptions = {}) {
  const project = typescript(parts, more);
  const run = await project.build(options);
  expect(run.errors).toEqual([]);
  return { project, run };
}
async function failed(parts: string, more: Record<string, string> = {}): Promise<{ error: string; run: LakeRun }> {
  const project = typescript(parts, more);
  const run = await project.build();
  expect(run.exitCode).toBe(1);
  expect(await project.table('s.t')).toBeUndefined();
  return { error: run.errors.join('\n'), run };
}

const EXPECTED = [
  { id: 1, name: 'a', at: '2024-01-01 00:00:00+00', tags: ['x'] },
  { id: 2, name: null, at: null, tags: null },
];

describe('what run() returns', () => {
  const first = `{ id: 1, name: 'a', at: new Date('2024-01-01'), tags: ['x'] }`;
  it.each([
    ['rows', `run: () => [${first}, { id: 2 }]`],
    ['an async iterable of rows', `async *run() { yield ${first}; yield { id: 2n }; }`],
    [
      'an async iterable of arrays of rows',
      `async *run() { yield [${first}]; yield []; yield [{ id: 2, name: null }]; }`,
    ],
    [
      'column arrays',
      `run: () => ({ id: [1, 2], name: ['a', null], at: [new Date('2024-01-01'), null], tags: [['x'], null] })`,
    ],
    [
      'batches of column arrays',
      `async *run() { yield { id: Int32Array.of(1), name: ['a'], at: ['2024-01-01T00:00:00Z'], tags: [['x']] }; yield { id: [2] }; }`,
    ],
    [
      'SQL',
      "run: () => sql(`select 1 as id, 'a' as name, timestamptz '2024-01-01' as at, ['x'] as tags union all select 2, null, null, null`)",
    ],
  ])('%s', async (_, run) => {
    const { project } = await built(`${COLUMNS}\n  ${run},`);
    expect(await project.rows('s.t')).toEqual(EXPECTED);
  });

  it('many rows in one array, and no rows at all', async () => {
    const many = await built(
      `columns: { i: 'bigint' }, async *run() { yield Array.from({ length: 300_000 }, (_, i) => ({ i })); },`,
    );
    expect(many.run.outcome('t').rows).toBe(300_000);
    const none = await built(`${COLUMNS}\n run: () => [],`);
    expect((await none.project.table('s.t'))!.columns.map((column) => column.name)).toEqual([
      'id',
      'name',
      'at',
      'tags',
    ]);
  });

  it('has to fit the declared columns; the row is named', async () => {
    const rows = (values: string) =>
      failed(`  columns: { id: 'integer', day: 'date', f: 'float' },\n  run: () => ${values},`);
    expect((await rows(`[...Array.from({ length: 2500 }, (_, id) => ({ id })), { id: 'x' }]`)).error).toBe(
      `TSD4002 models/s/t.ts:1:1 t: column "id" (integer), row 2501: 'x' is not a whole number (the contract in defineModel({ columns }) says which types the rows must have)`,
    );
    expect((await rows(`[{ id: 1.5 }]`)).error).toContain('column "id" (integer), row 1: 1.5 is not a whole number');
    expect((await rows(`[{ id: 3e9 }]`)).error).toContain(`3000000000 is outside the type's range`);
    expect((await rows(`[{ id: 1 }, { day: '2024-13-01' }]`)).error).toContain(
      `column "day" (date), row 2: '2024-13-01' does not fit`,
    );
    expect((await rows(`[{ f: 1e300 }]`)).error).toContain(`column "f" (float), row 1`);
    expect((await rows(`[{ id: 1, nmae: 'x' }]`)).error).toContain('TSD4020');
    expect((await rows(`({ id: [1, 2], day: [null] })`)).error).toContain(
      'column arrays differ in length: "id" has 2, "day" 1',
    );
    expect((await rows(`undefined`)).error).toContain('run() returned nothing');
    expect((await rows(`[1]`)).error).toContain('run() returned a number in the place of a row');
  });

  it('SQL has to fit them too, and its errors show the statement', async () => {
    const wrong = await failed(`columns: { id: 'integer' }, run: () => sql('select 1.5 as id'),`);
    expect(wrong.error).toContain('TSD4001');
    expect(wrong.error).toContain('column "id" is DECIMAL(2,1), declared INTEGER');
    const broken = await failed(`columns: { id: 'integer' }, run: () => sql('select nope as id'),`);
    expect(broken.error).toBe('TSD5003 models/s/t.ts (query):1:8 column "nope" not found');
  });

  it('types that the engine does not know are refused before anything runs', async () => {
    expect(await typescript(`columns: { id: 'integr' }, run: () => [],`).refused()).toEqual([
      expect.stringMatching(/^TSD4001 models\/s\/t.ts:\d+:\d+ column "id": the engine knows no type "integr"/),
    ]);
  });
});

describe('what run() throws', () => {
  it('is placed in the model’s file', async () => {
    const { error, run } = await failed(
      `${COLUMNS}\n  run() {\n    const nothing = undefined as unknown as { a: number };\n    return [{ id: nothing.a }];\n  },`,
    );
    expect(error).toMatch(/^TSD5020 models\/s\/t.ts:7:\d+ t: run\(\) threw: Cannot read properties of undefined/);
    expect(run.errorOf('t').place?.source.path).toBe('models/s/t.ts');
  });

  it('from a helper, at the line that called it; rejected promises and generators too', async () => {
    const helper = {
      'lib/helper.ts': `export function help(): never {\n  throw new RangeError('too far\\nby a mile');\n}\n`,
    };
    const at = async (body: string) => {
      const project = new LakeProject({
        ...helper,
        'models/s/t.ts': `import { defineModel } from 'tsdbt';\nimport { help } from '../../lib/helper.js';\nexport default defineModel({\n  columns: { id: 'integer' },\n${body}\n});\n`,
      });
      return (await project.build()).errors;
    };
    expect(await at(`  run() {\n    return help();\n  },`)).toEqual([
      expect.stringMatching(/^TSD5020 models\/s\/t.ts:6:\d+ t: run\(\) threw: too far$/),
    ]);
    expect(await at(`  async run() {\n    await null;\n\n    return help();\n  },`)).toEqual([
      expect.stringMatching(/^TSD5020 models\/s\/t.ts:8:\d+ /),
    ]);
    expect(await at(`  async *run() {\n    yield { id: 1 };\n    help();\n  },`)).toEqual([
      expect.stringMatching(/^TSD5020 models\/s\/t.ts:7:\d+ /),
    ]);
  });

  it('what it asks for and did not declare', async () => {
    const other = { 'models/s/other.sql': 'select 1 as n' };
    expect(
      (await failed(`refs: ['other'], columns: { n: 'integer' }, run: (c) => c.ref('othr').rows(),`, other)).error,
    ).toMatch(/^TSD3071 \S+ t reads ref\("othr"\), which it does not declare \(did you mean "other"\?\)$/);
    expect((await failed(`columns: { n: 'integer' }, run: (c) => [{ n: c.var('nope') }],`)).error).toContain('TSD1072');
    expect((await failed(`columns: { n: 'integer' }, run: (c) => [{ n: Number(c.env('NOPE')) }],`)).error).toContain(
      'the environment variable NOPE is not set',
    );
  });

  it('an input’s unknown column is an error of the query', async () => {
    const other = { 'models/s/other.sql': 'select 1 as n' };
    const { error } = await failed(
      `refs: ['other'], columns: { n: 'integer' }, async run(c) { return (await c.ref('other').columns(['m'])).columns as never; },`,
      other,
    );
    expect(error).toMatch(/^TSD5003 models\/s\/t.ts \(query\):1:8 column "m" not found/);
  });
});

describe('the context', () => {
  it('gives inputs as rows, columns, batches, counts and SQL; vars, env, progress and logs', async () => {
    const { project, run } = await built(
      `refs: ['big'], sources: [['raw', 'c']], columns: { what: 'varchar', n: 'bigint' },
  async *run(c) {
    const big = c.ref('big');
    yield { what: 'count', n: await big.count() };
    yield { what: 'rows', n: (await big.rows()).length };
    yield { what: 'columns', n: (await big.columns(['i'])).columns.i!.at(-1) };
    let batches = 0;
    for await (const batch of big.batches()) {
      batches += batch.length;
      // another query while a stream is open
      await c.query('select 1');
      c.progress(batches, 5000, 'rows');
    }
    yield { what: 'batches', n: batches };
    yield { what: 'sql', n: (await c.query(\`select sum(i)::bigint as s from \${big.relation}\`))[0]!.s };
    yield { what: 'source', n: await c.source('raw', 'c').count() };
    yield { what: 'var', n: c.var<number>('v') + c.var('w', 1) };
    yield { what: 'env', n: Number(c.env('E')) + Number(c.env('F', '1')) };
    c.log.info('half way');
    c.log.warn('odd');
  },`,
      {
        'models/s/big.sql': 'select i from range(5000) r(i)',
        'models/sources.yml': 'sources: [{name: raw, tables: [{name: c, location: c.csv}]}]\n',
        'c.csv': 'n\n1\n2\n',
      },
      { open: { vars: { v: 10 }, env: { E: '20' } } },
    );
    expect(Object.fromEntries((await project.rows('s.t')).map((row) => [row.what, Number(row.n)]))).toEqual({
      count: 5000,
      rows: 5000,
      columns: 4999,
      batches: 5000,
      sql: 12497500,
      source: 2,
      var: 11,
      env: 21,
    });
    expect(run.logs).toEqual(expect.arrayContaining(['info: half way', 'warn: odd']));
    const progress = run.events.filter((event) => event.event === 'node_progress');
    expect(progress.at(-1)).toMatchObject({ done: 5000, of: 5000, unit: 'rows', node: { label: 's.t' } });
  });

  it('incremental: `this` is the published table, undefined at first and with --full-refresh', async () => {
    const project = typescript(
      `config: { materialized: 'incremental', unique_key: 'id' }, columns: { id: 'bigint', again: 'boolean' },
  async run(c) { return [{ id: c.this === undefined ? 0 : await c.this.count(), again: c.isIncremental }]; },`,
    );
    for (const rows of [1, 2, 3])
      expect((await project.build()).outcome('t')).toMatchObject({ rows, status: 'success' });
    expect(await project.rows('s.t')).toEqual([
      { id: '0', again: false },
      { id: '1', again: true },
      { id: '2', again: true },
    ]);
    expect((await project.build({ fullRefresh: true })).outcome('t').rows).toBe(1);
  });
});

describe('interruption', () => {
  it.each([
    [
      'listens to its signal',
      `async run(c) { await new Promise((_, no) => c.signal.addEventListener('abort', () => no(new Error('stopped')))); return []; }`,
    ],
    ['waits for ever', `async run() { await new Promise(() => {}); return []; }`],
    [
      'yields for ever',
      `async *run() { for (let id = 0; ; id++) { yield { id }; if (id % 1000 === 0) await new Promise((go) => setImmediate(go)); } }`,
    ],
    ['waits inside its generator', `async *run() { yield { id: 1 }; await new Promise(() => {}); }`],
    [
      'waits for a query',
      `async run(c) { return c.query('select count(*)::int as id from range(100000000) a, range(1000000) b where (a.range + b.range) % 3 = 1'); }`,
    ],
  ])('ends a model that %s', async (_, run) => {
    const project = typescript(`columns: { id: 'integer' }, ${run},`);
    const controller = new AbortController();
    const result = await project.build({
      signal: controller.signal,
      onEvent: (event) => {
        if (event.event === 'node_started') setTimeout(() => controller.abort(), 100);
      },
    });
    expect([result.exitCode, result.statuses]).toEqual([130, { t: 'cancelled' }]);
    expect(await project.table('s.t')).toBeUndefined();
  });
});
