import { describe, expect, it } from 'vitest';
import { LakeProject } from '../run/lake-project.js';

/** An incremental model with the given config; its SQL is set anew for every build. */
function incremental(config: string, sql: string, more: Record<string, string> = {}): LakeProject {
  return new LakeProject({ ...model(config, sql), ...more });
}
const model = (config: string, sql: string) => ({
  'models/s/t.sql': `{{ config(materialized='incremental'${config === '' ? '' : `, ${config}`}) }}\n${sql}`,
});
const rowsOf = async (project: LakeProject) =>
  (await project.rows('s.t')).map((row) => Object.values(row).map(String).join(' '));

const FIRST = `select * from (values (1, 'a', 10), (2, 'b', 20)) v(id, name, n)`;

describe('append', () => {
  it('adds what the SQL gives, and knows whether it is incremental', async () => {
    const project = incremental(
      '',
      `select {{ 1 if is_incremental() else 0 }} as again{% if is_incremental() %},
       (select max(again) from {{ this }}) as before{% else %}, null::int as before{% endif %}`,
    );
    expect((await project.build()).outcome('t')).toMatchObject({ version: 0, rows: 1, rowsInserted: 1 });
    const second = await project.build();
    expect(second.errors).toEqual([]);
    expect(second.outcome('t')).toMatchObject({ version: 1, rows: 2, rowsInserted: 1, unchanged: false });
    await project.build();
    expect(await rowsOf(project)).toEqual(['0 null', '1 0', '1 1']);
  });

  it('writes no version where there is nothing to add', async () => {
    const project = incremental('', `select 1 as n {% if is_incremental() %} where false {% endif %}`);
    await project.build();
    expect((await project.build()).outcome('t')).toMatchObject({ version: 0, unchanged: true });
  });

  it('is written anew with --full-refresh, unless its config forbids', async () => {
    const sql = `select {{ 1 if is_incremental() else 0 }} as again`;
    const project = incremental('', sql);
    await project.build();
    await project.build();
    expect((await project.build({ fullRefresh: true })).outcome('t')).toMatchObject({ version: 2, rows: 1 });
    project.write(model('full_refresh=false', sql));
    await project.build({ fullRefresh: true });
    expect(await rowsOf(project)).toEqual(['0', '1']);
    project.write(model('full_refresh=true', sql));
    await project.build();
    expect(await rowsOf(project)).toEqual(['0']);
  });
});

describe('merge', () => {
  it('updates by key, inserts what is new, leaves what is equal, and counts', async () => {
    const project = incremental(`unique_key='id'`, FIRST);
    await project.build();
    project.write(
      model(`unique_key='id'`, `select * from (values (2, 'B', 20), (1, 'a', 10), (3, 'c', 30)) v(id, name, n)`),
    );
    expect((await project.build()).outcome('t')).toMatchObject({
      version: 1,
      rows: 3,
      rowsInserted: 1,
      rowsUpdated: 1,
      rowsDeleted: 0,
    });
    expect(await rowsOf(project)).toEqual(['1 a 10', '2 B 20', '3 c 30']);
    expect((await project.build()).outcome('t')).toMatchObject({ version: 1, unchanged: true });
  });

  it('takes several columns as its key', async () => {
    const project = incremental(`unique_key=['id', 'name']`, FIRST);
    await project.build();
    project.write(
      model(`unique_key=['id', 'name']`, `select * from (values (1, 'a', 11), (1, 'b', 12)) v(id, name, n)`),
    );
    await project.build();
    expect(await rowsOf(project)).toEqual(['1 a 11', '1 b 12', '2 b 20']);
  });

  it.each([
    [`merge_update_columns=['n']`, '2 b 21'],
    [`merge_exclude_columns=['n']`, '2 B 20'],
  ])('%s', async (config, expected) => {
    const project = incremental(`unique_key='id', ${config}`, FIRST);
    await project.build();
    project.write(model(`unique_key='id', ${config}`, `select 2 as id, 'B' as name, 21 as n`));
    await project.build();
    expect(await rowsOf(project)).toEqual(['1 a 10', expected]);
  });

  it('deletes what the source no longer has, where that is asked for', async () => {
    const config = `unique_key='id', not_matched_by_source_delete='n < 15'`;
    const project = incremental(config, `select * from (values (1, 10), (2, 20), (3, 11)) v(id, n)`);
    await project.build();
    project.write(model(config, 'select 3 as id, 12 as n'));
    expect((await project.build()).outcome('t')).toMatchObject({ rowsDeleted: 1, rowsUpdated: 1, rowsInserted: 0 });
    expect(await rowsOf(project)).toEqual(['2 20', '3 12']);
  });

  it('refuses a source that has a key twice', async () => {
    const project = incremental(`unique_key='id'`, FIRST);
    await project.build();
    project.write(model(`unique_key='id'`, `select * from (values (2, 'x', 1), (2, 'y', 2)) v(id, name, n)`));
    const run = await project.build();
    expect(run.exitCode).toBe(1);
    expect(run.errorOf('t').message).toContain('have 1 key (id) more than once, e.g. 2 2 times');
    expect(run.errorOf('t').code).toBe('TSD6037');
    expect(await rowsOf(project)).toEqual(['1 a 10', '2 b 20']);
    expect(project.log('s.t')).toHaveLength(1);
  });

  it('says what is wrong with its config', async () => {
    const failing = async (config: string) => {
      const project = incremental(`unique_key='id'`, FIRST);
      await project.build();
      project.write(model(config, FIRST));
      return (await project.build()).errors;
    };
    expect(await failing(`incremental_strategy='merge'`)).toEqual([
      'TSD4011 models/s/t.sql:1:1 t: incremental_strategy "merge" needs a unique_key (add unique_key to config(), or use incremental_strategy: append)',
    ]);
    expect(await failing(`unique_key='idd'`)).toEqual([
      'TSD4012 models/s/t.sql:1:1 t: unique_key names "idd", which the model does not select (did you mean "id"?)',
    ]);
    expect(await failing(`unique_key='id', merge_update_columns=['nme']`)).toEqual([
      'TSD4012 models/s/t.sql:1:1 t: merge_update_columns names "nme", which the model does not select (did you mean "name"?)',
    ]);
    await expect(failing(`incremental_strategy='apend'`)).rejects.toThrow('"apend" is not one of append, merge');
  });
});

describe('on_schema_change', () => {
  const MORE = `select 3 as id, 'c' as name, 30 as n, true as more`;
  const LESS = `select 3 as id, 'c' as name`;
  const after = async (config: string, sql: string): Promise<string[]> => {
    const project = incremental(config, FIRST);
    await project.build();
    project.write(model(config, sql));
    const run = await project.build();
    if (run.exitCode !== 0) {
      expect(await project.version('s.t')).toBe(0);
      return [run.errors.join('\n').replace(/^(TSD\d+) \S+ /, '$1 ')];
    }
    return rowsOf(project);
  };

  it.each(['', `unique_key='id', `])('ignore (the default) leaves new columns out: %s', async (key) => {
    expect(await after(`${key}tags=[]`, MORE)).toEqual(['1 a 10', '2 b 20', '3 c 30']);
    expect((await after(`${key}tags=[]`, LESS))[0]).toContain(
      'TSD4013 t: the columns differ from the table’s'.replace('’', "'"),
    );
  });

  it('ignore leaves them out of merge_exclude_columns’ complement too', async () => {
    const config = `unique_key='id', merge_exclude_columns=['n']`;
    expect(await after(config, `select 2 as id, 'B' as name, 21 as n, true as more`)).toEqual(['1 a 10', '2 B 20']);
  });

  it.each(['', `unique_key='id', `])('fail stops at any difference: %s', async (key) => {
    const config = `${key}on_schema_change='fail'`;
    expect(await after(config, MORE)).toEqual([
      `TSD4013 t: the columns differ from the table's (new: more) (run with --full-refresh, or set on_schema_change to append_new_columns)`,
    ]);
    expect((await after(config, LESS))[0]).toContain('(missing: n)');
    expect(await after(config, `select 3 as id, 'c' as name, 30 as n`)).toHaveLength(3);
  });

  it.each(['', `unique_key='id', `])('append_new_columns adds them, null in the rows from before: %s', async (key) => {
    const config = `${key}on_schema_change='append_new_columns'`;
    expect(await after(config, MORE)).toEqual(['1 a 10 null', '2 b 20 null', '3 c 30 true']);
    expect(await after(config, LESS)).toEqual(['1 a 10', '2 b 20', '3 c null']);
  });

  it.each(['', `unique_key='id', `])(
    'sync_all_columns adds, and asks for a full refresh to remove: %s',
    async (key) => {
      const config = `${key}on_schema_change='sync_all_columns'`;
      expect(await after(config, MORE)).toEqual(['1 a 10 null', '2 b 20 null', '3 c 30 true']);
      expect((await after(config, LESS))[0]).toContain('columns are removed from a Delta table by writing it anew');
    },
  );

  it('a type that does not fit is refused', async () => {
    expect((await after('', `select 'x' as id, 'c' as name, 1 as n`))[0]).toContain('TSD6030');
  });
});

describe('delete+insert', () => {
  const config = `incremental_strategy='delete+insert', unique_key='id'`;

  it('takes all rows of the new keys away, and adds the new ones', async () => {
    const project = incremental(config, `select * from (values (1, 'a'), (1, 'b'), (2, 'c'), (null, 'd')) v(id, name)`);
    await project.build();
    project.write(model(config, `select * from (values (1, 'x'), (3, 'y'), (null, 'z')) v(id, name)`));
    const again = await project.build();
    expect(again.errors).toEqual([]);
    expect(again.outcome('t')).toMatchObject({ version: 1, rows: 5 });
    expect(await rowsOf(project)).toEqual(['1 x', '2 c', '3 y', 'null d', 'null z']);
  });

  it('takes keys of several columns, and predicates that narrow what goes', async () => {
    const several = `incremental_strategy='delete+insert', unique_key=['id', 'part'], incremental_predicates=["DBT_INTERNAL_DEST.n < 10"]`;
    const project = incremental(
      several,
      `select * from (values (1, 'a', 1), (1, 'a', 99), (1, 'b', 1)) v(id, part, n)`,
    );
    await project.build();
    project.write(model(several, `select 1 as id, 'a' as part, 5 as n`));
    expect((await project.build()).errors).toEqual([]);
    expect(await rowsOf(project)).toEqual(['1 a 5', '1 a 99', '1 b 1']);
  });

  it('writes no version where the same rows come again, and adds new columns where it may', async () => {
    const project = incremental(`${config}, on_schema_change='append_new_columns'`, 'select 1 as id, 2 as n');
    await project.build();
    expect((await project.build()).outcome('t')).toMatchObject({ version: 0, unchanged: true });
    project.write(model(`${config}, on_schema_change='append_new_columns'`, `select 2 as id, 3 as n, 'new' as more`));
    expect((await project.build()).errors).toEqual([]);
    expect(await rowsOf(project)).toEqual(['1 2 null', '2 3 new']);
  });
});

/** What the last commit says of the rows that it replaced. */
const predicateOf = async (project: LakeProject) =>
  (await project.table('s.t'))!.commitInfo?.operationParameters?.predicate;

describe('keys that delete+insert looks for', () => {
  const replaced = async (keys: string, first: string, second: string) => {
    const config = `incremental_strategy='delete+insert', unique_key=[${keys}]`;
    const project = incremental(config, first);
    await project.build();
    project.write(model(config, second));
    expect((await project.build()).errors).toEqual([]);
    return { rows: await rowsOf(project), predicate: await predicateOf(project) };
  };

  it.each([
    ['texts', `'it''s ü'`, `'its'`],
    ['a NUL byte', `'a' || chr(0) || 'b'`, `'a'`],
    ['days', `date '0044-03-15 (BC)'`, `date '2024-03-15'`],
    ['times', `timestamp '2024-03-15 12:00:00.123456'`, `timestamp '2024-03-15 12:00:00.123457'`],
    ['instants', `timestamptz '2024-03-15 12:00:00.123456+02'`, `timestamptz '2024-03-15 12:00:00.123456+01'`],
    ['decimals', `12345678901234567890.123456789::decimal(38, 9)`, `12345678901234567890.123456788::decimal(38, 9)`],
    ['truth', 'true', 'false'],
  ])('are named where they are few: %s', async (_, one, other) => {
    const { rows, predicate } = await replaced(
      `'k', 'part'`,
      `select ${one} as k, 'p' as part, 1 as n union all select ${other}, 'p', 2 union all select ${one}, 'q', 3`,
      `select ${one} as k, 'p' as part, 4 as n union all select null, 'p', 5`,
    );
    expect(rows.map((row) => Number(row.split(' ').at(-1))).sort()).toEqual([2, 3, 4, 5]);
    expect(predicate).toMatch(/^\(\("k" = .* and "part" = cast\('p' as VARCHAR\)\)\)$/);
  });

  it.each([
    ['many', `range::integer`, 'range(200)', `range::integer`, 'range(101)', 200],
    ['no exact text', `'nan'::double`, 'range(1)', `'nan'::double`, 'range(1)', 1],
    ['another type than the table’s', `range::bigint`, 'range(5)', `range::integer`, 'range(2)', 5],
  ])('are asked for where they are not, or have %s', async (_, first, from, second, of, n) => {
    const { rows, predicate } = await replaced(
      `'k'`,
      `select ${first} as k, 1 as n from ${from}`,
      `select ${second} as k, 2 as n from ${of}`,
    );
    expect(rows).toHaveLength(n);
    expect(rows.filter((row) => row.endsWith(' 2')).length).toBeGreaterThan(0);
    expect(predicate).toContain(' in (select ');
  });

  it('are none where there are no new rows', async () => {
    const { rows } = await replaced(`'k'`, 'select 1 as k', 'select 1 as k where false');
    expect(rows).toEqual(['1']);
  });
});

describe('insert_overwrite', () => {
  const config = `incremental_strategy='insert_overwrite', partition_by=['day']`;

  it('replaces the partitions that the new rows are in', async () => {
    const project = incremental(
      config,
      `select * from (values (1, 'a'), (1, 'b'), (2, 'c'), (null, 'd')) v(day, name)`,
    );
    await project.build();
    project.write(model(config, `select * from (values (1, 'x'), (3, 'y'), (null, 'z')) v(day, name)`));
    expect((await project.build()).errors).toEqual([]);
    const rows = await project.rows('s.t', 'day, name', 'order by day nulls last, name');
    expect(rows.map((row) => `${row.day} ${row.name}`)).toEqual(['1 x', '2 c', '3 y', 'null z']);
  });

  it('names the partitions in what it commits, so that it depends on no others', async () => {
    const project = incremental(config, `select 1 as day, 'a' as name`);
    await project.build();
    project.write(model(config, `select * from (values (1, 'x'), (3, 'y'), (null, 'z')) v(day, name)`));
    await project.build();
    expect(await predicateOf(project)).toBe(
      `(("day" = cast('1' as INTEGER)) or ("day" = cast('3' as INTEGER)) or ("day" is null))`,
    );
  });

  it('needs partitions', async () => {
    const project = incremental(`incremental_strategy='insert_overwrite'`, 'select 1 as n');
    expect((await project.build()).errors.join()).toContain('TSD4011');
  });
});
