import { beforeEach, describe, expect, it } from 'vitest';
import { LakeProject } from './lake-project.js';

const source = (rows: string) => ({
  'models/bronze/customers.sql': `select * from (values ${rows}) as t(id, city, changed_at)`,
});
const DAY_1 = "(1, 'Rome', timestamp '2024-01-01'), (2, 'Oslo', timestamp '2024-01-01')";
const DAY_2 =
  "(1, 'Rome', timestamp '2024-01-01'), (2, 'Bergen', timestamp '2024-01-02'), (3, 'Bonn', timestamp '2024-01-02')";
const snapshot = (config: string) => ({
  'snapshots/customers_history.sql': `{% snapshot customers_history %}
{{ config(schema='history', unique_key='id', ${config}) }}
select * from {{ ref('customers') }}
{% endsnapshot %}`,
});
const VERSIONS = "id, city, strftime(dbt_valid_from, '%m-%d') as since, strftime(dbt_valid_to, '%m-%d') as until";

let lake: LakeProject;
const history = () =>
  lake.rows('history.customers_history', VERSIONS, 'order by id, dbt_valid_from, dbt_valid_to nulls last');
const take = async (rows: string) => {
  lake.write(source(rows));
  const run = await lake.build();
  expect(run.errors).toEqual([]);
  return run.outcome('customers_history');
};

beforeEach(() => {
  lake = new LakeProject({ 'models/bronze/bronze.yml': 'models: [{name: customers, config: {materialized: table}}]' });
});

describe('a snapshot by timestamp', () => {
  beforeEach(() => lake.write(snapshot("strategy='timestamp', updated_at='changed_at'")));

  it('begins with the rows as they are, and ends the versions that change', async () => {
    await take(DAY_1);
    expect(await history()).toEqual([
      { id: 1, city: 'Rome', since: '01-01', until: null },
      { id: 2, city: 'Oslo', since: '01-01', until: null },
    ]);
    expect(await take(DAY_2)).toMatchObject({ rows: 4, rowsInserted: 2, rowsUpdated: 1 });
    expect(await history()).toEqual([
      { id: 1, city: 'Rome', since: '01-01', until: null },
      { id: 2, city: 'Oslo', since: '01-01', until: '01-02' },
      { id: 2, city: 'Bergen', since: '01-02', until: null },
      { id: 3, city: 'Bonn', since: '01-02', until: null },
    ]);
  });

  it('writes nothing where nothing has changed, and knows a version by its key and time', async () => {
    await take(DAY_1);
    expect(await take(DAY_1)).toMatchObject({ unchanged: true, version: 0 });
    const [row] = await lake.rows(
      'history.customers_history',
      "dbt_scd_id = md5('1|2024-01-01 00:00:00') as dbts",
      'where id = 1',
    );
    expect(row).toEqual({ dbts: true });
  });

  it('keeps rows that the source has lost, unless it is told otherwise', async () => {
    await take(DAY_1);
    await take("(1, 'Rome', timestamp '2024-01-01')");
    expect((await history()).map((row) => row.until)).toEqual([null, null]);
    lake.write(snapshot("strategy='timestamp', updated_at='changed_at', hard_deletes='invalidate'"));
    await take("(1, 'Rome', timestamp '2024-01-01')");
    expect((await history()).map((row) => row.until === null)).toEqual([true, false]);
  });

  it('takes new columns in', async () => {
    await take(DAY_1);
    lake.write({
      'models/bronze/customers.sql':
        "select 2 as id, 'Bergen' as city, timestamp '2024-01-02' as changed_at, 'NO' as country",
    });
    expect((await lake.build()).errors).toEqual([]);
    expect(await lake.rows('history.customers_history', 'id, country', 'where dbt_valid_to is null')).toEqual([
      { id: 1, country: null },
      { id: 2, country: 'NO' },
    ]);
  });

  it('is left alone by a full refresh', async () => {
    await take(DAY_1);
    lake.write(source("(2, 'Bergen', timestamp '2024-01-02')"));
    expect((await lake.build({ fullRefresh: true })).errors).toEqual([]);
    expect(await history()).toHaveLength(3);
  });
});

describe('a snapshot by check', () => {
  it('compares the columns that it is told to', async () => {
    lake.write(snapshot("strategy='check', check_cols=['city']"));
    await take(DAY_1);
    await take(DAY_1.replaceAll('2024-01-01', '2024-03-01'));
    expect(await history()).toHaveLength(2);
    await take(DAY_1.replace('Oslo', 'Bergen'));
    expect((await history()).map(({ city, until }) => [city, until === null])).toEqual([
      ['Rome', true],
      ['Oslo', false],
      ['Bergen', true],
    ]);
  });

  it('compares all columns, null with null', async () => {
    lake.write(snapshot("strategy='check', check_cols='all'"));
    await take("(1, null::varchar, timestamp '2024-01-01')");
    expect(await take("(1, null::varchar, timestamp '2024-01-01')")).toMatchObject({ unchanged: true });
    await take("(1, 'Rome', timestamp '2024-01-01')");
    expect(await history()).toHaveLength(2);
  });

  it('records what is deleted, and what comes back', async () => {
    lake.write(snapshot("strategy='check', check_cols='all', hard_deletes='new_record'"));
    await take(DAY_1);
    await take("(1, 'Rome', timestamp '2024-01-01')");
    const deleted = () =>
      lake.rows(
        'history.customers_history',
        'dbt_is_deleted as gone, dbt_valid_to is null as now',
        'where id = 2 order by dbt_valid_from, dbt_valid_to nulls last',
      );
    expect(await deleted()).toEqual([
      { gone: 'False', now: false },
      { gone: 'True', now: true },
    ]);
    await take(DAY_1);
    expect(await deleted()).toEqual([
      { gone: 'False', now: false },
      { gone: 'True', now: false },
      { gone: 'False', now: true },
    ]);
  });
});

describe('the config of a snapshot', () => {
  it('names its columns, keys of several columns, and the end of current rows', async () => {
    lake.write({
      'models/bronze/customers.sql': "select 1 as id, 'a' as part, timestamp '2024-01-01' as changed_at",
      'snapshots/customers_history.sql': `{% snapshot customers_history %}{{ config(schema='history', unique_key=['id', 'part'],
        strategy='timestamp', updated_at='changed_at', dbt_valid_to_current="timestamp '9999-12-31'",
        snapshot_meta_column_names={'dbt_valid_from': 'since', 'dbt_valid_to': 'until'}) }}
        select * from {{ ref('customers') }}{% endsnapshot %}`,
    });
    expect((await lake.build()).errors).toEqual([]);
    lake.write({ 'models/bronze/customers.sql': "select 1 as id, 'a' as part, timestamp '2024-01-05' as changed_at" });
    expect((await lake.build()).errors).toEqual([]);
    expect(
      await lake.rows('history.customers_history', "strftime(since, '%d') as since, strftime(until, '%Y-%d') as until"),
    ).toEqual([
      { since: '01', until: '2024-05' },
      { since: '05', until: '9999-31' },
    ]);
  });

  it.each([
    ["strategy='timestamp'", 'needs updated_at'],
    ["strategy='timestmp', updated_at='changed_at'", 'strategy'],
    ["strategy='check'", 'needs check_cols'],
  ])('is incomplete: %s', async (config, message) => {
    lake.write({ ...snapshot(config), ...source(DAY_1) });
    const errors = await lake.refused().catch(async () => (await lake.build()).errors);
    expect(errors.join('\n')).toContain(message);
  });
});
