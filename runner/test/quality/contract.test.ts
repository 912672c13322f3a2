import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LakeProject } from '../run/lake-project.js';

const YAML = `models:
  - name: t
    config: {contract: {enforced: true}}
    columns:
      - name: id
        data_type: int
      - name: name
        data_type: text
      - name: price
        data_type: decimal(10, 2)
`;

describe('a contract', () => {
  const refused = async (sql: string, yaml = YAML) => {
    const project = new LakeProject({
      'models/s/before.sql': 'select 1 as n',
      'models/s/t.sql': sql,
      'models/s/s.yml': yaml,
    });
    const errors = await project.refused();
    expect(existsSync(project.path('warehouse'))).toBe(false);
    return errors;
  };

  it('holds where names and types are as declared, by whatever name of the type', async () => {
    const project = new LakeProject({
      'models/s/t.sql': `select 1.5::decimal(10,2) as price, 'x' as NAME, 1 as id`,
      'models/s/s.yml': YAML,
    });
    const run = await project.build();
    expect(run.errors).toEqual([]);
    expect((await project.table('s.t'))!.columns).toEqual([
      { name: 'id', type: 'INTEGER' },
      { name: 'name', type: 'VARCHAR' },
      { name: 'price', type: 'DECIMAL(10,2)' },
    ]);
  });

  it('that is broken is told with all its errors, in the YAML file, before anything is written', async () => {
    expect(await refused(`select 1::bigint as id, 'x' as nmae, 1.5::decimal(10,2) as price`)).toEqual([
      'TSD4001 models/s/s.yml:5:15 contract of s.t: column "id" is BIGINT, declared INTEGER (data type mismatch) (cast it in the model (cast(… as integer)) or change its data_type)',
      `TSD4001 models/s/s.yml:7:15 contract of s.t: column "name" is missing in definition: the model's SELECT does not give it (did you mean "nmae"?)`,
      'TSD4001 models/s/s.yml:2:11 contract of s.t: column "nmae" is missing in contract: it is not declared (add it under "columns:" with data_type: varchar, or leave it out of the SELECT)',
    ]);
  });

  it('with a type that the engine does not know', async () => {
    const sql = `select 1 as id, 'x' as name, 1.5::decimal(10,2) as price`;
    expect(await refused(sql, YAML.replace('text', 'txet'))).toEqual([
      'TSD4001 models/s/s.yml:7:15 column "name": the engine knows no type "txet"',
    ]);
  });

  it('without a type', async () => {
    const sql = `select 1 as id, 'x' as name, 1.5::decimal(10,2) as price`;
    expect(await refused(sql, YAML.replace('        data_type: text\n', ''))).toEqual([
      'TSD4001 models/s/s.yml:7:15 contract of s.t: column "name" declares no data_type (the model gives varchar; write "data_type: varchar")',
    ]);
  });

  it('counts for views, seeds and incremental models as well', async () => {
    const contract = (kind: string, type: string) =>
      `${kind}: [{name: t, config: {contract: {enforced: true}}, columns: [{name: id, data_type: ${type}}]}]\n`;
    for (const config of [`materialized='view'`, `materialized='incremental'`]) {
      const errors = await refused(`{{ config(${config}) }} select 'x' as id`, contract('models', 'int'));
      expect(errors).toEqual([expect.stringContaining('column "id" is VARCHAR, declared INTEGER')]);
    }
    const seed = new LakeProject({ 'seeds/t.csv': 'id\n1\n', 'seeds/s.yml': contract('seeds', 'date') });
    expect(await seed.refused()).toEqual([expect.stringContaining('column "id" is BIGINT, declared DATE')]);
  });
});

describe('constraints', () => {
  const project = (sql: string) =>
    new LakeProject({
      'models/s/t.sql': sql,
      'models/s/below.sql': `select * from {{ ref('t') }}`,
      'models/s/s.yml': `models:
  - name: t
    constraints:
      - {type: check, expression: "n < 10"}
      - {type: unique, columns: [id, n]}
    columns:
      - name: id
        constraints: [{type: not_null}]
      - name: n
        constraints: [{type: check, expression: "n > 0"}]
      - name: k
        constraints: [{type: primary_key}]
`,
    });

  it('that hold let the rows through; nulls break no check', async () => {
    const run = await project('select * from (values (1, null, 1), (1, 2, 2), (2, 2, 3)) v(id, n, k)').build();
    expect(run.errors).toEqual([]);
  });

  it('that are broken are all told, each in the YAML file, and nothing is published', async () => {
    const broken = project('select * from (values (1, 0, 1), (1, 0, 1), (null, 11, null)) v(id, n, k)');
    const run = await broken.build();
    expect(run.statuses).toEqual({ t: 'error', below: 'skipped' });
    expect(run.errors.sort()).toEqual(
      [
        'TSD4003 models/s/s.yml:7:15 s.t: constraint not_null on "id" is broken by 1 row',
        'TSD4003 models/s/s.yml:9:15 s.t: constraint check (n > 0) is broken by 2 rows',
        'TSD4003 models/s/s.yml:2:11 s.t: constraint check (n < 10) is broken by 1 row',
        'TSD4003 models/s/s.yml:2:11 s.t: constraint unique on (id, n) is broken by 1 key that occurs more than once',
        'TSD4003 models/s/s.yml:11:15 s.t: constraint not_null on "k" is broken by 1 row',
        'TSD4003 models/s/s.yml:11:15 s.t: constraint primary_key on "k" is broken by 1 key that occurs more than once',
      ].sort(),
    );
    expect(await broken.table('s.t')).toBeUndefined();
  });

  it('of a TypeScript model: `nullable: false`', async () => {
    const typescript = new LakeProject({
      'models/s/t.ts': `import { defineModel } from 'tsdbt';
export default defineModel({ columns: { id: { type: 'integer', nullable: false } }, run: () => [{ id: 1 }, {}] });
`,
    });
    const run = await typescript.build();
    expect(run.errors).toEqual([
      expect.stringMatching(/^TSD4003 models\/s\/t.ts:2:\d+ s.t: constraint not_null on "id" is broken by 1 row/),
    ]);
  });

  it('whose expression is wrong say so before anything runs', async () => {
    const wrong = new LakeProject({
      'models/s/t.sql': 'select 1 as n',
      'models/s/s.yml': `models: [{name: t, columns: [{name: n, constraints: [{type: check, expression: "m > 0"}]}]}]\n`,
    });
    expect(await wrong.refused()).toEqual([
      expect.stringMatching(/^TSD5003 models\/s\/s.yml:1:\d+ .*column "m" not found/),
    ]);
    wrong.write({
      'models/s/s.yml': `models: [{name: t, constraints: [{type: unique, columns: [m]}], columns: [{name: n}]}]\n`,
    });
    expect(await wrong.refused()).toEqual([
      expect.stringMatching(/^TSD5003 models\/s\/s.yml:1:\d+ .*column "m" not found/),
    ]);
  });
});
