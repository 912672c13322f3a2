import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { LakeProject } from './lake-project.js';

/** Reads in a loop while something else happens: what was seen, and what went wrong. */
async function whileReading<T>(read: () => Promise<T>, work: () => Promise<unknown>): Promise<Set<string>> {
  const seen = new Set<string>();
  let busy = true;
  const reader = (async () => {
    while (busy) {
      try {
        seen.add(JSON.stringify(await read()));
      } catch (error) {
        seen.add(`error: ${error}`);
      }
      await pause(1);
    }
  })();
  await work();
  busy = false;
  await reader;
  return seen;
}

describe('somebody who reads during builds', () => {
  it('sees every published version whole, and nothing of those that fail', { timeout: 30_000 }, async () => {
    // each build gives all 3,000 rows one number; the number 2 is bad
    const project = new LakeProject({
      'models/s/t.sql': `select {{ var('build') }}::int as build, i from range(3000) r(i)`,
      'models/s/slow.sql': `select count(*) as n from {{ ref('t') }} a, range(200) where a.build > 0`,
      'tests/t_has_good_builds.sql': `select * from {{ ref('t') }} where build = 2`,
    });
    const build = (n: number) => project.build({ open: { vars: { build: n } } });
    await build(1);
    const builds = async (): Promise<void> => {
      expect((await build(2)).statuses).toMatchObject({ t: 'blocked', slow: 'skipped' });
      expect((await build(3)).statuses).toMatchObject({ t: 'success' });
      expect((await build(2)).statuses).toMatchObject({ t: 'blocked' });
    };
    const whole = 'distinct build, count(*) over () as rows';
    const seen = { log: new Set<string>(), rows: new Set<string>() };
    const failed = await whileReading(async () => {
      const listed = project.log('s.t').filter((file) => file.endsWith('.json'));
      seen.log.add(listed.join(' '));
      seen.rows.add(JSON.stringify(await project.rows('s.t', whole, '')));
      seen.rows.add(JSON.stringify(await project.read(`select ${whole} from s.t`)));
    }, builds);
    expect([...failed].filter((result) => result?.startsWith('error'))).toEqual([]);
    const version = (build: number) => `[{"build":${build},"rows":"3000"}]`;
    expect([...seen.rows].sort()).toEqual([version(1), version(3)]);
    expect([...seen.log].sort()).toEqual([
      '00000000000000000000.json',
      '00000000000000000000.json 00000000000000000001.json',
    ]);
    expect(await project.read(`select ${whole} from s.t`)).toEqual([{ build: 3, rows: '3000' }]);
    const log = project.log('s.t').map((file) => readFileSync(project.path('warehouse/s/t/_delta_log', file), 'utf8'));
    expect(log.join('').match(/"runId":"[^"]+"/g)).toHaveLength(2);
  });

  it('reads the file of views through every replacement of it', { timeout: 30_000 }, async () => {
    const project = new LakeProject({ 'models/s/t.sql': `select {{ var('n') }}::int as n` });
    await project.build({ open: { vars: { n: 0 } } });
    const seen = await whileReading(
      () => project.read('select n from s.t'),
      async () => {
        for (let n = 1; n <= 4; n++) await project.build({ open: { vars: { n } } });
      },
    );
    for (const rows of seen) expect(rows).toMatch(/^\[\{"n":[0-4]\}\]$/);
  });
});
