import { describe, expect, it } from 'vitest';
import { LakeProject } from '../run/lake-project.js';

const project = (config: string, more: Record<string, string> = {}) =>
  new LakeProject({
    'models/s/t.sql': `select i as n, 'row ' || i as name, i > 2 as old from range(8) r(i)`,
    'models/s/s.yml': `models: [{name: t, columns: [{name: n, data_tests: [{accepted_values: {name: small, values: [0, 1], quote: false${config === '' ? '' : `, config: {${config}}`}}}]}]}]\n`,
    ...more,
  });

describe('a failing test', () => {
  it('shows some of its rows, its place and how to see them all', async () => {
    const run = await project('').build();
    const error = run.errorOf('small');
    expect(error.message).toBe('test small: got 6 results, configured to fail if != 0');
    expect(error.place?.source.path).toBe('models/s/s.yml');
    expect(error.detail?.split('\n')).toHaveLength(5);
    expect(error.detail).toMatch(/^value_field=\d, n_records=1$/m);
    expect(error.hint).toBe('these rows were not published; --store-failures keeps all of them as a table');
    expect(run.outcome('small')).toMatchObject({ status: 'fail', failures: 6 });
  });

  it.each([
    ['limit: 2', 2],
    ['where: "n < 4"', 2],
    ['where: "old"', 5],
    ['fail_calc: "sum(n_records) * 10"', 60],
    ['fail_calc: "max(value_field)"', 7],
    ['fail_calc: "sum(case when false then 1 end)"', 0],
  ])('with %s has %i failures', async (config, failures) => {
    const run = await project(config).build();
    expect(run.outcome('small').failures).toBe(failures);
    expect(run.outcome('small').status).toBe(failures === 0 ? 'pass' : 'fail');
  });

  it('a singular test with a limit of its own may have a limit in its config', async () => {
    const run = await new LakeProject({
      'models/s/t.sql': 'select i as n from range(8) r(i)',
      'tests/few.sql': `{{ config(limit=3) }} select n from {{ ref('t') }} order by n limit 5`,
    }).build();
    expect(run.outcome('few')).toMatchObject({ status: 'fail', failures: 3 });
  });

  it('whose rows cannot be shown has failed all the same', async () => {
    const run = await new LakeProject({
      'models/s/t.sql': 'select 1 as n',
      'tests/odd.sql': `select error('cannot show ' || n) as shown from {{ ref('t') }}`,
    }).build();
    expect(run.outcome('odd')).toMatchObject({ status: 'fail', failures: 1 });
    expect(run.errorOf('odd').detail).toBe('the failing rows cannot be shown: cannot show 1');
    expect(run.outcome('t').status).toBe('blocked');
  });

  it('keeps its rows in a table with store_failures, and empties it when it passes', async () => {
    const lake = project('store_failures: true');
    const run = await lake.build();
    expect(run.outcome('small')).toMatchObject({
      status: 'fail',
      failures: 6,
      hint: expect.stringMatching(/^the failing rows: select \* from \S+\.small$/),
    });
    const table = run.outcome('small').hint!.split(' from ')[1]!;
    expect(await lake.rows(table)).toHaveLength(6);
    expect(await lake.read(`select count(*)::int as n from ${table}`)).toEqual([{ n: 6 }]);
    lake.write({ 'models/s/t.sql': `select 1 as n, 'x' as name, true as old` });
    expect((await lake.build()).exitCode).toBe(0);
    expect(await lake.rows(table)).toEqual([]);
    expect((await lake.table(table))!.version).toBe(1);
    // neither does a test whose SQL is wrong touch them
    lake.write({
      'models/s/t.sql': `{{ config(contract={'enforced': false}) }} select 'x' as n, 'x' as name, true as old`,
    });
    await lake.build().catch(() => undefined);
    expect((await lake.table(table))!.version).toBe(1);
  });

  it('--store-failures asks for it from outside, and with a limit', async () => {
    const lake = project('limit: 2');
    const run = await lake.build({ storeFailures: true });
    expect(await lake.rows(run.outcome('small').hint!.split(' from ')[1]!)).toHaveLength(2);
  });

  it('warns without keeping anybody from reading', async () => {
    const lake = project('severity: warn');
    const run = await lake.build();
    expect([run.exitCode, run.statuses]).toEqual([0, { t: 'success', small: 'warn' }]);
    expect(run.outcome('small').message).toBe('got 6 results, configured to warn if != 0');
    expect(await lake.version('s.t')).toBe(0);
  });
});

describe('a test whose SQL is wrong at run time', () => {
  it('is an error of the test, and gates like a failure', async () => {
    const lake = new LakeProject({
      'models/s/t.sql': `select 'x' as n`,
      'tests/cast_it.sql': `select n from {{ ref('t') }}\nwhere cast(n as integer) > 0`,
    });
    const run = await lake.build();
    expect(run.statuses).toEqual({ t: 'blocked', cast_it: 'error' });
    expect(run.errors).toEqual([
      expect.stringMatching(/^TSD5004 tests\/cast_it.sql:2:\d+ could not convert string 'x'/),
    ]);
    expect(await lake.table('s.t')).toBeUndefined();
  });
});

describe('tests that cannot run yet', () => {
  const files = {
    'models/bronze/a.sql': 'select 1 as n',
    'models/silver/b.sql': `select n from {{ ref('a') }}`,
    'models/s.yml': `models: [{name: a, columns: [{name: n, data_tests: [not_null, {relationships: {to: ref('b'), field: n}}]}]}]\n`,
  };
  it('because another node is not built yet, are set aside', async () => {
    const run = await new LakeProject(files).build({ select: ['bronze'] });
    expect([run.exitCode, run.statuses]).toEqual([
      0,
      { a: 'success', not_null_a_n: 'pass', relationships_a_n__n__ref_b_: 'skipped' },
    ]);
    expect(run.outcome('relationships_a_n__n__ref_b_').message).toBe('reads silver.b, which does not exist yet');
  });

  it('because they would hold new data against what is built from the old, are set aside', async () => {
    const lake = new LakeProject(files);
    await lake.build();
    lake.write({ 'models/bronze/a.sql': 'select 1 as n union all select 2' });
    const alone = await lake.build({ select: ['bronze'] });
    expect([alone.exitCode, alone.statuses.a]).toEqual([0, 'success']);
    expect(alone.outcome('relationships_a_n__n__ref_b_')).toMatchObject({
      status: 'skipped',
      message: 'reads silver.b, which this run does not build anew (--select a+ does)',
    });
    expect((await lake.build({ select: ['a+'] })).statuses).toMatchObject({ relationships_a_n__n__ref_b_: 'pass' });
    // what is published is tested as it is
    expect((await lake.run('test', { select: ['bronze'] })).statuses).toMatchObject({ not_null_a_n: 'pass' });
  });

  it('nodes whose parents do not exist are refused, with what to do', async () => {
    const lake = new LakeProject(files);
    expect(await lake.refused('build', { select: ['silver'] })).toEqual([
      'TSD3050 - bronze.a (read by b) does not exist yet (build what is needed too: tsdbt build --select +silver)',
    ]);
    expect((await lake.refused('test'))[0]).toContain('(build what is needed too: tsdbt build)');
    await lake.build({ select: ['bronze'] });
    expect((await lake.build({ select: ['silver'] })).statuses).toMatchObject({ b: 'success' });
    expect((await lake.run('test')).exitCode).toBe(0);
  });
});
