import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { writeRunResults } from '../../src/artifacts/run-results.js';
import { LakeProject, type LakeRun } from './lake-project.js';

const ENDLESS = 'select count(*) as n from range(100000000) a, range(1000000) b where (a.range + b.range) % 3 = 1';

/** Builds, and interrupts a while after the named node or test has begun. */
async function interrupted(project: LakeProject, label: string, after = 100): Promise<LakeRun & { seconds: number }> {
  const controller = new AbortController();
  let at = 0;
  const run = await project.build({
    threads: 2,
    signal: controller.signal,
    onEvent: (event) => {
      if (event.event === 'node_started' && event.node.label === label)
        setTimeout(() => {
          at = performance.now();
          controller.abort();
        }, after);
    },
  });
  return Object.assign(run, { seconds: (performance.now() - at) / 1000 });
}

describe('a run that is interrupted', () => {
  it('cancels the running query, publishes nothing half, and says what became of everything', async () => {
    const project = new LakeProject({
      'models/s/a.sql': 'select 1 as n',
      'models/s/b.sql': `${ENDLESS} and a.range > (select max(n) from {{ ref('a') }})`,
      'models/s/c.sql': `select * from {{ ref('b') }}`,
      'models/s/s.yml': 'models: [{name: b, columns: [{name: n, data_tests: [not_null]}]}]\n',
    });
    const run = await interrupted(project, 's.b');
    expect(run.statuses).toEqual({
      a: 'success',
      b: 'cancelled',
      not_null_b_n: 'cancelled',
      c: expect.stringMatching(/skipped|cancelled/),
    });
    expect(run.exitCode).toBe(130);
    expect(run.seconds).toBeLessThan(3);
    expect([await project.version('s.a'), await project.table('s.b')]).toEqual([0, undefined]);
    expect(await project.read('from s.a')).toEqual([{ n: 1 }]);
    expect(readdirSync(project.path('target', 'tmp'))).toEqual([]);

    writeRunResults(run.request, run.result);
    const artifact = JSON.parse(readFileSync(project.path('target/run_results.json'), 'utf8'));
    const outcomes = artifact.results.map((r: { unique_id: string; adapter_response: { outcome: string } }) => [
      r.unique_id,
      r.adapter_response.outcome,
    ]);
    expect(Object.fromEntries(outcomes)).toMatchObject({ 'model.p.a': 'success', 'model.p.b': 'cancelled' });
    expect(run.events.at(-1)).toMatchObject({ event: 'run_finished', interrupted: true });
  });

  it('in the middle of a gating test publishes nothing: the node is cancelled, not blocked', async () => {
    const project = new LakeProject({
      'models/s/a.sql': 'select 1 as n',
      'tests/slow.sql': `select 1 from (${ENDLESS}) x, {{ ref('a') }} where x.n < 0`,
      'tests/slower.sql': `select 1 from {{ ref('a') }} where n > 1`,
    });
    const run = await interrupted(project, 'slow');
    expect(run.statuses).toEqual({ a: 'cancelled', slow: 'cancelled', slower: 'cancelled' });
    expect([run.exitCode, await project.table('s.a')]).toEqual([130, undefined]);
  });

  it('before it has begun does nothing; hooks neither', async () => {
    const project = new LakeProject({
      'project.yml': `name: p\nmodels: {+materialized: table}\non-run-end: "copy (select 1) to '{{ var('out') }}'"\n`,
      'models/s/a.sql': 'select 1 as n',
    });
    const run = await project.build({
      signal: AbortSignal.abort(),
      open: { vars: { out: project.path('out.csv') } },
    });
    expect([run.exitCode, run.statuses]).toEqual([130, { a: 'cancelled' }]);
    expect(readdirSync(project.dir)).not.toContain('out.csv');
  });
});

describe('--fail-fast', () => {
  it('begins nothing after the first failure', async () => {
    const project = new LakeProject({
      'models/s/a.sql': `select cast('x' as int) as n from range(1)`,
      'models/s/a2.sql': `select * from {{ ref('a') }}`,
      'models/s/a3.sql': `select * from {{ ref('a2') }}`,
      'models/s/b.sql': 'select 1 as n',
      'models/s/c.sql': `select * from {{ ref('b') }}`,
    });
    const run = await project.build({ threads: 1, failFast: true });
    expect(run.statuses).toEqual({ a: 'error', a2: 'skipped', a3: 'skipped', b: 'cancelled', c: 'cancelled' });
    expect(run.outcome('b').message).toBe('another node failed (--fail-fast)');
    expect(run.exitCode).toBe(1);
    expect((await project.build({ threads: 1 })).statuses).toMatchObject({ b: 'success', c: 'success' });
  });
});
