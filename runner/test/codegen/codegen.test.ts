import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { temporaryFolder, tsdbt, writeFiles } from '../cli/recording-effects.js';

const ROOT = resolve(import.meta.dirname, '../../..');
let temporary: ReturnType<typeof temporaryFolder>;
let folder: string;
beforeEach(() => {
  temporary = temporaryFolder();
  folder = join(temporary.folder, 'shop');
});
afterEach(() => temporary.remove());

const read = (path: string): string => readFileSync(join(folder, path), 'utf8');

describe('tsdbt codegen', () => {
  const files = {
    'project.yml': 'name: shop\nmodels: {+materialized: table}\n',
    'models/sources.yml': `sources:
  - name: raw
    tables:
      - name: people
        location: data/people.csv
      - name: nowhere
        location: data/nowhere.parquet
`,
    'data/people.csv': 'id,born\n1,2001-02-03\n',
    'models/gold/orders.sql': `select 1::bigint as id, 2.5::decimal(10,2) as total, now() as at, 'x' as "odd name",
  [1, 2] as numbers, {'a': 1, 'b': 'x'} as parts, 5::hugeint as huge, true as paid`,
    'models/gold/a_view.sql': "{{ config(materialized='view') }}\nselect sum(id) as ids from {{ ref('orders') }}",
    'models/gold/gold.yml': `models:
  - name: orders
    description: What was bought.
    config: {contract: {enforced: false}}
    columns:
      - {name: id, description: "Number of the order.", data_type: bigint, constraints: [{type: not_null}]}
`,
  };

  it('writes the rows of every relation as TypeScript has them, without building anything', async () => {
    writeFiles(folder, files);
    const { code, stderr } = await tsdbt(folder, ['codegen']);
    expect(stderr).toContain('Wrote the rows of 3 relations to tsdbt-types.d.ts');
    expect(stderr).toContain('No types for source.shop.raw.nowhere');
    expect(code).toBe(0);
    expect(read('tsdbt-types.d.ts')).toBe(`// Written by "tsdbt codegen". What is changed here is lost with the next.
export {};

declare module 'tsdbt' {
  /** Rows of models, seeds and snapshots, by name. */
  interface Relations {
    'a_view': {
      readonly ids: bigint | null;
    };
    /** What was bought. */
    'orders': {
      /** Number of the order. */
      readonly id: bigint;
      readonly total: string | null;
      readonly at: Date | null;
      readonly "odd name": string | null;
      readonly numbers: readonly (number | null)[] | null;
      readonly parts: { readonly a: number | null; readonly b: string | null } | null;
      readonly huge: string | null;
      readonly paid: boolean | null;
    };
  }

  /** Rows of sources, by \`source.table\`. */
  interface SourceRelations {
    'raw.people': {
      readonly id: bigint | null;
      readonly born: string | null;
    };
  }
}
`);
    // the file is none of the models
    expect((await tsdbt(folder, ['codegen', '--check'])).code).toBe(0);
    writeFiles(folder, { 'models/gold/orders.sql': 'select 1 as id' });
    const stale = await tsdbt(folder, ['codegen', '--check']);
    expect([stale.code, stale.stderr]).toEqual([1, expect.stringContaining('tsdbt-types.d.ts is not up to date')]);
  });

  it('types the inputs of models from end to end', async () => {
    cpSync(join(ROOT, 'runner/test/fixtures/shop'), folder, { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    expect((await tsdbt(folder, ['codegen'])).code).toBe(0);
    writeFiles(folder, {
      'models/gold/typed.ts': `import { defineModel, type RowOf } from 'tsdbt';

const nameOf = (row: RowOf<'customers'>): string | null => row.name;

export default defineModel({
  refs: ['customers', 'daily_revenue'],
  sources: [['files', 'exchange_rates']],
  columns: { name: 'varchar' },
  async run(context) {
    const customers = await context.rows('customers');
    const { columns } = await context.ref('daily_revenue').columns(['day', 'revenue']);
    const days: (string | null)[] = columns.day;
    // @ts-expect-error there is no such column
    customers[0]!.nam;
    // @ts-expect-error nor here
    columns.orders;
    // @ts-expect-error what is not declared is not read
    context.ref('orders');
    // @ts-expect-error nor this source
    context.source('files', 'nothing');
    return [...customers.map((row) => ({ name: nameOf(row) })), ...days.map((name) => ({ name }))];
  },
});
`,
      'tsconfig.json': JSON.stringify({
        compilerOptions: {
          target: 'es2023',
          module: 'nodenext',
          strict: true,
          noEmit: true,
          skipLibCheck: true,
          types: ['node'],
        },
        include: ['models', 'tsdbt-types.d.ts'],
      }),
    });
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', '.'], { cwd: folder, encoding: 'utf8' });
    expect(stdout).toBe('');
    expect(status).toBe(0);
  });
});

describe('tsdbt codegen yaml', () => {
  const yaml = `version: 2

models:
  # the orders
  - name: orders
    columns:
      - name: ID # the number
        description: Number of the order.
        tests:
          - not_null

      - name: total
        data_type: decimal(10,2) # in euros
    # nothing below

  - name: bare
    description: "Nothing yet." # really
`;
  const files = {
    'project.yml': 'name: shop\n',
    'models/gold/orders.sql': 'select 1 as id, 2.5::decimal(10,2) as total, true as paid, current_date as "when"',
    'models/gold/bare.sql': 'select 1 as x',
    'models/gold/fresh.sql': "select 'a' as letter",
    'models/gold/gold.yml': yaml,
  };

  it('adds what is missing to the entry that is there, and keeps everything else to the letter', async () => {
    writeFiles(folder, files);
    const { code, stderr } = await tsdbt(folder, ['codegen', 'yaml', '--select', 'orders', 'bare', '--write']);
    expect(stderr).toContain('models/gold/gold.yml: orders: columns paid, when; data_type of id');
    expect(code).toBe(0);
    expect(read('models/gold/gold.yml')).toBe(`version: 2

models:
  # the orders
  - name: orders
    columns:
      - name: ID # the number
        data_type: INTEGER
        description: Number of the order.
        tests:
          - not_null

      - name: total
        data_type: decimal(10,2) # in euros
      - name: paid
        data_type: BOOLEAN
        description: ""
      - name: when
        data_type: DATE
        description: ""
    # nothing below

  - name: bare
    description: "Nothing yet." # really
    columns:
      - name: x
        data_type: INTEGER
        description: ""
`);
    const again = await tsdbt(folder, ['codegen', 'yaml', '--select', 'orders', 'bare', '--check']);
    expect(again.code).toBe(0);
  });

  it('prints what it would write, and makes entries for models that have none', async () => {
    writeFiles(folder, files);
    const { stdout, stderr } = await tsdbt(folder, ['codegen', 'yaml', '--select', 'fresh']);
    expect(stderr).toContain('Printed only: --write writes the files');
    const printed = parse(stdout) as { models: object[] };
    expect(stdout.startsWith('# models/gold/gold.yml\nversion: 2\n')).toBe(true);
    expect(printed.models).toHaveLength(3);
    expect(printed.models[2]).toEqual({
      name: 'fresh',
      description: '',
      columns: [{ name: 'letter', data_type: 'VARCHAR', description: '' }],
    });
    expect(read('models/gold/gold.yml')).toBe(yaml);
    expect((await tsdbt(folder, ['codegen', 'yaml', '--select', 'fresh', '--check'])).code).toBe(1);
  });

  it('writes no empty descriptions where columns inherit theirs', async () => {
    writeFiles(folder, { ...files, 'project.yml': 'name: shop\nmodels: { +inherit_descriptions: true }\n' });
    const { stdout } = await tsdbt(folder, ['codegen', 'yaml', '--select', 'fresh', 'bare']);
    const [, bare, fresh] = (parse(stdout) as { models: { columns: object[] }[] }).models;
    expect(bare!.columns).toEqual([{ name: 'x', data_type: 'INTEGER' }]);
    expect(fresh!.columns).toEqual([{ name: 'letter', data_type: 'VARCHAR' }]);
  });

  it('makes a file where there is none, keeps to the indentation of a list, and leaves entries of one line alone', async () => {
    writeFiles(folder, {
      'project.yml': 'name: shop\n',
      'models/silver/a.sql': 'select 1 as x',
      'models/gold/b.sql': 'select 1 as x',
      'models/gold/c.sql': 'select 1 as x',
      'models/gold/gold.yml': 'models:\n- {name: c}\n',
    });
    const { stderr } = await tsdbt(folder, ['codegen', 'yaml', '--write']);
    expect(stderr).toContain('c is written in one line of models/gold/gold.yml');
    expect(parse(read('models/silver/silver.yml')).models[0].name).toBe('a');
    expect(read('models/gold/gold.yml')).toBe(`models:
- {name: c}
- name: b
  description: ""
  columns:
    - name: x
      data_type: INTEGER
      description: ""
`);
    expect((await tsdbt(folder, ['parse'])).code).toBe(0);
  });

  it('knows the columns of sources that are there', async () => {
    writeFiles(folder, {
      'project.yml': 'name: shop\n',
      'data/people.csv': 'id,name\n1,Ada\n',
      'models/sources.yml': `sources:
  - name: raw
    tables:
      - name: people
        location: data/people.csv
`,
    });
    expect((await tsdbt(folder, ['codegen', 'yaml', '--select', 'source:raw', '--write'])).code).toBe(0);
    expect(parse(read('models/sources.yml')).sources[0].tables[0].columns).toEqual([
      { name: 'id', data_type: 'BIGINT', description: '' },
      { name: 'name', data_type: 'VARCHAR', description: '' },
    ]);
  });
});
