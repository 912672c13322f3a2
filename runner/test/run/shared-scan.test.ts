import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { passes } from '../../src/quality/run-test.js';
import { LakeProject } from './lake-project.js';

/** Tests of every outcome on one table: that pass, pass with failing rows, warn, fail, and cannot be evaluated. */
const project = new LakeProject({
  'models/plays.sql': `{{ config(materialized='table') }}
select range as id, case when range % 10 = 0 then null else range end as n, 'kind ' || range % 4 as kind from range(40)`,
  'models/schema.yml': `models:
  - name: plays
    data_tests:
      - expression_is_true: {name: ids_count, expression: id >= 0}
      - expression_is_true: {name: not_evaluated, expression: cast(kind as integer) > 0}
      - expression_is_true: {name: no_column, expression: nn > 0}
      - row_count: {name: rows, min_value: 40}
    columns:
      - name: id
        data_tests:
          - not_null: {name: id_there}
          - unique: {name: id_unique}
          - in_range: {name: id_small, min_value: 0, max_value: 20}
          - in_range: {name: id_positive, min_value: 0, config: {where: id > 3}}
          - in_range: {name: id_where, max_value: 5, config: {where: id > 3}}
      - name: n
        data_tests:
          - not_null: {name: n_there}
          - not_null: {name: n_nearly_there, config: {error_if: ">4", warn_if: ">4"}}
          - not_null: {name: n_warned, config: {severity: warn}}
          - not_null: {name: n_warned_soon, config: {error_if: ">10", warn_if: ">=4"}}
          - not_null: {name: n_limited, config: {limit: 1, error_if: ">1", warn_if: ">1"}}
          - not_null: {name: n_summed, config: {fail_calc: sum(id), error_if: ">1000", warn_if: ">1000"}}
      - name: kind
        data_tests:
          - accepted_values: {name: kinds, values: [kind 0, kind 1, kind 2, kind 3]}
          - accepted_values: {name: fewer_kinds, values: [kind 0, kind 1], config: {error_if: ">2", warn_if: ">2"}}
          - accepted_values: {name: one_kind, values: [kind 0]}
          - not_empty_string: {name: kind_said}
`,
});

const told = (run: Awaited<ReturnType<LakeProject['run']>>) =>
  Object.fromEntries(
    run.result.results.map(({ node, outcome }) => {
      const { status, failures, message, errors } = outcome;
      return [
        node.name,
        { status, failures, message, details: errors?.map((error) => [error.code, error.detail?.split('\n').sort()]) },
      ];
    }),
  );

/** Takes the test of this name out of the project. */
function without(name: string): void {
  const file = 'models/schema.yml';
  project.write({
    [file]: readFileSync(project.path(file), 'utf8').replace(new RegExp(`^.*name: ${name}\\b.*\\n`, 'm'), ''),
  });
}

/** Runs all tests at once, and each by itself. */
async function bothWays() {
  const together = told(await project.run('test'));
  const alone: typeof together = {};
  for (const name of Object.keys(together)) Object.assign(alone, told(await project.run('test', { select: [name] })));
  return { together, alone };
}

describe('tests of one table that share a scan', () => {
  it('have the results that each has by itself, also where one of them cannot be evaluated', async () => {
    expect((await project.run('run')).exitCode).toBe(0);
    // a column that does not exist is told before anything runs
    await expect(project.run('test')).rejects.toThrow('column "nn" not found');
    without('no_column');
    const { together, alone } = await bothWays();
    expect(Object.keys(together)).toHaveLength(18);
    expect(together).toEqual(alone);
    expect(together.not_evaluated!.status).toBe('error');
  });

  it('are answered together: what passes has its share of the time, what does not is looked at by itself', async () => {
    without('not_evaluated');
    const { together, alone } = await bothWays();
    expect(together).toEqual(alone);
    expect(new Set(Object.values(together).map(({ status }) => status))).toEqual(new Set(['pass', 'warn', 'fail']));
    expect(together.n_nearly_there).toEqual({ status: 'pass', failures: 4, message: undefined, details: undefined });
    expect(together.fewer_kinds).toMatchObject({ status: 'pass', failures: 2 });
    const run = await project.run('test');
    const shares = ['ids_count', 'id_there', 'n_nearly_there', 'kinds', 'fewer_kinds', 'kind_said'].map(
      (name) => run.outcome(name).elapsed,
    );
    expect(new Set(shares).size).toBe(1);
  });

  it('gate a table as they do alone, and are told one by one', async () => {
    const run = await project.build();
    expect(run.statuses).toMatchObject({ plays: 'blocked', id_there: 'pass', n_there: 'fail', n_warned: 'warn' });
    expect(told(run)).toMatchObject({ n_nearly_there: { failures: 4 }, id_small: { status: 'fail', failures: 19 } });
    const events = run.events.filter((event) => event.event === 'node_started' && event.node.resourceType === 'test');
    expect(events).toHaveLength(17);
  });
});

describe('whether so many failures pass', () => {
  const config = { severity: 'error', error_if: '!= 0', warn_if: '!=0' } as const;

  it.each([
    [config, 0, true],
    [config, 1, false],
    [{ ...config, error_if: '>10', warn_if: '>= 5' }, 4, true],
    [{ ...config, error_if: '>10', warn_if: '>= 5' }, 5, false],
    [{ ...config, error_if: '> -1.5', warn_if: '<0' }, 0, false],
    [{ ...config, severity: 'warn', error_if: '>0', warn_if: '>7' }, 7, true],
    [{ ...config, error_if: '== 3', warn_if: '<> 2' }, 2, true],
    [{ ...config, error_if: 'many' }, 0, false],
  ] as const)('%o with %d: %s', (conditions, failures, expected) => {
    expect(passes(conditions, failures)).toBe(expected);
  });
});
