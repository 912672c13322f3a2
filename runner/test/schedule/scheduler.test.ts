import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { identityOf } from '../../src/run/process-identity.js';
import { temporaryFolder } from '../cli/recording-effects.js';
import { FakeClock, settled } from './fake-clock.js';
import { startScheduler } from './start-scheduler.js';

let temporary: ReturnType<typeof temporaryFolder>;
let folder: string;
beforeEach(() => {
  temporary = temporaryFolder();
  folder = temporary.folder;
});
afterEach(() => temporary.remove());

const state = () => JSON.parse(readFileSync(join(folder, 'state.json'), 'utf8'));

describe('a scheduler', () => {
  it('runs at each due time, and says so in one line', async () => {
    const clock = new FakeClock('2026-01-01T05:00:00Z');
    const { began, lines, stop, ended } = await startScheduler({ clock, folder, run: () => ({ takes: 41.2 }) });
    await clock.advanceTo('2026-01-01T13:00:00Z');
    expect(began).toEqual(['2026-01-01T06:00:00.000Z', '2026-01-01T12:00:00.000Z']);
    expect(lines).toEqual([
      'info: Scheduled build for "0 */6 * * *" (UTC); next run: 2026-01-01T06:00:00Z',
      'info: Run succeeded: build, 2026-01-01T06:00:00Z to 2026-01-01T06:00:41Z, 41.2s; next: 2026-01-01T12:00:00Z',
      'info: Run succeeded: build, 2026-01-01T12:00:00Z to 2026-01-01T12:00:41Z, 41.2s; next: 2026-01-01T18:00:00Z',
    ]);
    stop();
    expect(await ended).toBe('stopped');
  });

  it('never runs twice at the same time: what becomes due during a run is one run after it', async () => {
    const clock = new FakeClock('2026-01-01T00:00:30Z');
    const run = (index: number) => ({ takes: index === 0 ? 200 : 10 });
    const { began, lines, stop } = await startScheduler({ clock, folder, cron: '* * * * *', run });
    await clock.advanceTo('2026-01-01T00:05:30Z');
    expect(began).toEqual([
      '2026-01-01T00:01:00.000Z', // until 00:04:20
      '2026-01-01T00:04:20.000Z', // for 00:02, 00:03 and 00:04
      '2026-01-01T00:05:00.000Z',
    ]);
    expect(lines[1]).toMatch(/3m 20s; next: now, a time came meanwhile$/);
    expect(lines[2]).toMatch(/10\.0s; for 3 due times in one; next: 2026-01-01T00:05:00Z$/);
    stop();
  });

  it('catches up with one run what was missed while the machine slept', async () => {
    const clock = new FakeClock('2026-01-01T05:00:00Z');
    const { began, lines, stop } = await startScheduler({ clock, folder });
    clock.jumpTo('2026-01-02T08:00:00Z');
    await clock.advanceTo('2026-01-02T13:00:00Z');
    expect(began).toEqual(['2026-01-02T08:00:15.000Z', '2026-01-02T12:00:00.000Z']);
    expect(lines[1]).toContain('; for 5 due times in one; next: 2026-01-02T12:00:00Z');
    stop();
  });

  it('begins within the jitter, and at different times', async () => {
    const clock = new FakeClock('2026-01-01T00:30:00Z');
    const draws = [0, 0.5, 0.999999];
    const random = () => draws.shift() ?? 0;
    const { began, lines, stop } = await startScheduler({ clock, folder, cron: '0 * * * *', jitter: 60_000, random });
    await clock.advanceTo('2026-01-01T03:30:00Z');
    expect(began).toEqual(['2026-01-01T01:00:00.000Z', '2026-01-01T02:00:30.000Z', '2026-01-01T03:01:00.000Z']);
    expect(lines[1]).toContain('; next: 2026-01-01T02:00:30Z');
    stop();
  });

  it('follows a time zone through the change of its clocks', async () => {
    const clock = new FakeClock('2026-10-24T12:00:00Z');
    const { began, stop } = await startScheduler({ clock, folder, cron: '30 2 * * *', timezone: 'Europe/Berlin' });
    await clock.advanceTo('2026-10-26T12:00:00Z');
    expect(began).toEqual(['2026-10-25T00:30:00.000Z', '2026-10-26T01:30:00.000Z']);
    stop();
  });

  it('goes on when the clock was far ahead and is put right', async () => {
    const clock = new FakeClock('2036-01-01T05:59:00Z');
    const { began, lines, stop } = await startScheduler({ clock, folder });
    await clock.advanceTo('2036-01-01T06:10:00Z');
    clock.jumpTo('2026-01-01T05:00:00Z');
    stop();
    await settled();
    const after = await startScheduler({ clock, folder });
    await clock.advanceTo('2026-01-01T06:10:00Z');
    expect([...began, ...after.began]).toEqual(['2036-01-01T06:00:00.000Z', '2026-01-01T06:00:00.000Z']);
    expect(lines).toHaveLength(2);
    expect(after.lines[0]).toContain('warn: the clock was put back');
    after.stop();
  });
});

describe('over restarts', () => {
  it('a due time that came in between is caught up, and one that was served is not', async () => {
    const clock = new FakeClock('2026-01-01T05:00:00Z');
    const first = await startScheduler({ clock, folder });
    await clock.advanceTo('2026-01-01T06:10:00Z');
    first.stop();
    await first.ended;
    const second = await startScheduler({ clock, folder });
    await clock.advanceTo('2026-01-01T11:59:00Z');
    expect(second.began).toEqual([]);
    second.stop();
    await second.ended;
    clock.jumpTo('2026-01-01T12:01:00Z');
    const third = await startScheduler({ clock, folder });
    expect(third.began).toEqual(['2026-01-01T12:01:00.000Z']);
    expect(third.lines[0]).toContain('next run: now: a due time was missed');
    third.stop();
  });

  it('counts from the first start, also when nothing has run yet', async () => {
    const clock = new FakeClock('2026-01-01T05:59:50Z');
    const first = await startScheduler({ clock, folder });
    first.stop();
    await first.ended;
    clock.jumpTo('2026-01-01T06:00:10Z');
    const second = await startScheduler({ clock, folder });
    expect(second.began).toEqual(['2026-01-01T06:00:10.000Z']);
    second.stop();
  });

  it('another schedule begins anew', async () => {
    const clock = new FakeClock('2026-01-01T05:00:00Z');
    const first = await startScheduler({ clock, folder });
    first.stop();
    await first.ended;
    clock.jumpTo('2026-01-01T06:30:00Z');
    const second = await startScheduler({ clock, folder, cron: '0 * * * *' });
    await clock.advanceTo('2026-01-01T07:00:30Z');
    expect(second.lines[0]).toBe(
      'info: the schedule was "0 */6 * * *" (UTC) before; times missed then are not caught up',
    );
    expect(second.began).toEqual(['2026-01-01T07:00:00.000Z']);
    second.stop();
  });

  it('a run that died with its scheduler is begun again, but only once', async () => {
    const clock = new FakeClock('2026-01-01T05:59:00Z');
    const first = await startScheduler({ clock, folder });
    await clock.advanceTo('2026-01-01T06:00:10Z');
    first.die();
    const second = await startScheduler({ clock, folder });
    expect(second.lines[0]).toBe(
      'warn: the run that began 2026-01-01T06:00:00Z was broken off with its scheduler; it is begun again',
    );
    expect(second.began).toEqual(['2026-01-01T06:00:10.000Z']);
    expect(state().running).toMatchObject({ due: '2026-01-01T06:00:00.000Z', attempt: 2 });
    second.die();
    const third = await startScheduler({ clock, folder });
    expect(third.began).toEqual([]);
    expect(third.lines[0]).toContain('error: the run that began 2026-01-01T06:00:10Z was broken off again');
    expect(third.scheduler.health).toMatchObject({
      status: 'unhealthy',
      failures_in_row: 1,
      next_run_at: '2026-01-01T12:00:00.000Z',
    });
    third.stop();
  });

  it('a run that has outlived its scheduler is waited for', async () => {
    const orphan = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    const clock = new FakeClock('2026-01-01T05:59:00Z');
    const first = await startScheduler({ clock, folder });
    await clock.advanceTo('2026-01-01T06:00:10Z');
    first.die();
    const left = state();
    left.running.process = identityOf(orphan.pid);
    writeFileSync(join(folder, 'state.json'), JSON.stringify(left));
    const second = await startScheduler({ clock, folder });
    await clock.advanceTo('2026-01-01T06:00:20Z');
    expect(second.lines).toEqual([
      `warn: a run of a former scheduler is still under way (process ${orphan.pid}); waiting for its end`,
    ]);
    orphan.kill('SIGKILL');
    await once(orphan, 'exit');
    await clock.advanceTo('2026-01-01T06:00:22Z');
    expect(second.began).toEqual(['2026-01-01T06:00:21.000Z']);
    second.stop();
  });

  it.each([
    ['half a file', '{"version": 1, "cron"'],
    ['a file of another kind', '{"hello": "world"}'],
    ['a file of a later version', '{"version": 2}'],
    ['nothing', ''],
  ])('a state that is %s is reported, kept and started anew', async (_, text) => {
    writeFileSync(join(folder, 'state.json'), text);
    const clock = new FakeClock('2026-01-01T05:00:00Z');
    const { lines, began, stop } = await startScheduler({ clock, folder });
    expect(lines[0]).toMatch(
      /^warn: TSD1987 the state of the scheduler cannot be read and is started anew: .+ kept as .+\.corrupt$/,
    );
    expect(readFileSync(join(folder, 'state.json.corrupt'), 'utf8')).toBe(text);
    await clock.advanceTo('2026-01-01T06:00:00Z');
    expect(began).toEqual(['2026-01-01T06:00:00.000Z']);
    stop();
  });
});

describe('failures', () => {
  it('are counted in a row, and told with the reason', async () => {
    const clock = new FakeClock('2026-01-01T00:30:00Z');
    const run = (index: number) => ({ exitCode: index === 2 ? 0 : 1 });
    const { lines, scheduler, stop } = await startScheduler({ clock, folder, cron: '0 * * * *', run });
    await clock.advanceTo('2026-01-01T02:30:00Z');
    expect(lines[1]).toMatch(
      /^error: Run failed: build, .*; build ended with exit code 1; next: 2026-01-01T02:00:00Z$/,
    );
    expect(lines[2]).toContain('; build ended with exit code 1; 2 failures in a row; next: ');
    expect(scheduler.health).toMatchObject({
      status: 'unhealthy',
      reason: 'the last 2 runs failed',
      last_success: null,
      last_failure: { started_at: '2026-01-01T02:00:00.000Z', ended_at: '2026-01-01T02:01:00.000Z', exit_code: 1 },
    });
    await clock.advanceTo('2026-01-01T03:30:00Z');
    expect(scheduler.health).toMatchObject({ status: 'healthy', reason: null, failures_in_row: 0 });
    stop();
  });

  it('end the scheduler only where that was asked for', async () => {
    const clock = new FakeClock('2026-01-01T00:30:00Z');
    const run = (index: number) => ({ exitCode: index === 1 ? 0 : 2 });
    const patient = { clock, folder, cron: '0 * * * *', run, maxFailures: 3 };
    const { began, ended, healths } = await startScheduler(patient);
    await clock.advanceTo('2026-01-01T09:30:00Z');
    expect(began).toHaveLength(5); // failed, well, failed three times
    expect(await ended).toBe('failures');
    expect(healths.at(-1)).toMatchObject({ status: 'unhealthy', reason: 'the scheduler has stopped' });
    // a restart is a new chance
    const again = await startScheduler({ ...patient, run: () => ({ exitCode: 1 }) });
    await clock.advanceTo('2026-01-01T10:30:00Z');
    expect(again.began).toHaveLength(2); // what was missed, and 10:00
    expect(again.lines.at(-1)).toContain('5 failures in a row; next: 2026-01-01T11:00:00Z');
    again.stop();
  });

  it('are also runs that take too long: cancelled, and killed when that does not help', async () => {
    const clock = new FakeClock('2026-01-01T05:59:00Z');
    const run = (index: number) => ({ takes: 1e6, cancelTakes: index === 0 ? 2 : 1e6 });
    const { lines, stop } = await startScheduler({ clock, folder, run, timeout: 600_000, grace: 5000 });
    await clock.advanceTo('2026-01-01T12:30:00Z');
    expect(lines[1]).toMatch(
      /^error: Run failed: .* 10m 02s; it took too long and was cancelled; build ended with exit code 130; next/,
    );
    expect(lines[2]).toMatch(
      / 10m 05s; it took too long and was cancelled; it did not end in time and was killed; build was ended by SIGKILL; 2 failures/,
    );
    stop();
  });
});

describe('stopping', () => {
  it('cancels the run under way and waits for its end; the next start does it again', async () => {
    const clock = new FakeClock('2026-01-01T05:59:00Z');
    const first = await startScheduler({ clock, folder, run: () => ({ cancelTakes: 3 }) });
    await clock.advanceTo('2026-01-01T06:00:10Z');
    first.stop();
    await clock.advanceTo('2026-01-01T06:00:12Z');
    expect(first.lines).toHaveLength(1);
    await clock.advanceTo('2026-01-01T06:00:14Z');
    expect(await first.ended).toBe('stopped');
    expect(first.lines[1]).toBe('warn: Run cancelled: build, 2026-01-01T06:00:00Z to 2026-01-01T06:00:13Z, 13.0s');
    expect(state()).toMatchObject({ running: null, failuresInRow: 0, lastFailure: null });
    expect(existsSync(join(folder, 'lock'))).toBe(false);
    const second = await startScheduler({ clock, folder });
    expect(second.began).toEqual(['2026-01-01T06:00:14.000Z']);
    second.stop();
  });

  it('kills the run when the grace period is over, or at once when told twice', async () => {
    const clock = new FakeClock('2026-01-01T05:59:00Z');
    const patient = await startScheduler({ clock, folder, grace: 5000, run: () => ({ cancelTakes: 100 }) });
    await clock.advanceTo('2026-01-01T06:00:10Z');
    patient.stop();
    await clock.advanceTo('2026-01-01T06:00:16Z');
    expect(await patient.ended).toBe('stopped');
    expect(patient.lines[1]).toMatch(/15\.0s; it did not end in time and was killed$/);
    const hasty = await startScheduler({ clock, folder, run: () => ({ cancelTakes: 100 }) });
    hasty.stop();
    hasty.force();
    await clock.advanceTo('2026-01-01T06:00:17Z');
    expect(await hasty.ended).toBe('stopped');
  });

  it('follows at once when another scheduler has taken the lock', async () => {
    const clock = new FakeClock('2026-01-01T05:59:00Z');
    const { ended, began } = await startScheduler({ clock, folder });
    const failed = expect(ended).rejects.toMatchObject({ code: 'TSD1984' });
    writeFileSync(join(folder, 'lock'), '{"token": "of another"}');
    await clock.advanceTo('2026-01-01T06:10:00Z');
    await failed;
    expect(began).toEqual([]);
  });
});
