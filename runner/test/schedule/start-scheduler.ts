import { join } from 'node:path';
import type { Run, RunEnd } from '../../src/schedule/child.js';
import { CronTimes } from '../../src/schedule/cron.js';
import type { Health } from '../../src/schedule/health.js';
import { ScheduleLock } from '../../src/schedule/lock.js';
import { Scheduler, type SchedulerEnd, type SchedulerSettings } from '../../src/schedule/scheduler.js';
import { StateFile } from '../../src/schedule/state.js';
import { type FakeClock, settled } from './fake-clock.js';

/** What a run does, by the scheduler's clock. */
export interface RunPlan {
  /** seconds; default 60 */
  readonly takes?: number;
  /** default 0 */
  readonly exitCode?: number;
  /** seconds that it goes on for when it is cancelled, before it ends with 130; default 1 */
  readonly cancelTakes?: number;
}

/** A scheduler at work in a folder, with real files and runs that take as long as they are told to. */
export interface Bench {
  readonly lines: string[];
  /** when each run began */
  readonly began: string[];
  readonly ended: Promise<SchedulerEnd>;
  readonly scheduler: Scheduler;
  readonly healths: Health[];
  stop(): void;
  force(): void;
  /** the program ends here and now: nothing is written, told or cleaned up */
  die(): void;
}

export interface BenchOptions extends Partial<Omit<SchedulerSettings, 'cron'>> {
  readonly clock: FakeClock;
  readonly folder: string;
  readonly cron?: string;
  readonly timezone?: string;
  readonly random?: () => number;
  readonly run?: (index: number) => RunPlan;
}

export async function startScheduler(options: BenchOptions): Promise<Bench> {
  const { clock, folder } = options;
  const stop = new AbortController();
  const force = new AbortController();
  const lines: string[] = [];
  const began: string[] = [];
  const healths: Health[] = [];
  let dead = false;
  const log = (level: string, message: string): void => void lines.push(`${level}: ${message}`);
  const lock = (await ScheduleLock.acquire(join(folder, 'lock'), { clock, signal: stop.signal, log }))!;
  const stateFile = new StateFile(join(folder, 'state.json'));
  const write = stateFile.write.bind(stateFile);
  stateFile.write = (state) => {
    if (!dead) write(state);
  };
  const scheduler = new Scheduler(
    {
      cron: new CronTimes(options.cron ?? '0 */6 * * *', options.timezone ?? 'UTC'),
      command: options.command ?? 'build',
      jitter: options.jitter ?? 0,
      maxFailures: options.maxFailures,
      timeout: options.timeout,
      grace: options.grace ?? 20_000,
    },
    {
      clock,
      random: options.random ?? (() => 0),
      lock,
      stateFile,
      start: () => {
        began.push(clock.now().toISOString());
        return plannedRun(options.run?.(began.length - 1) ?? {}, clock);
      },
      stop: stop.signal,
      force: force.signal,
      log,
      healthChanged: (health) => void healths.push(health),
    },
  );
  const ended = scheduler.run();
  ended.then(lock.release.bind(lock), () => {});
  await settled();
  return {
    lines,
    began,
    ended,
    scheduler,
    healths,
    stop: () => stop.abort(),
    force: () => force.abort(),
    die: () => {
      dead = true;
      lock.release();
      stop.abort();
    },
  };
}

function plannedRun({ takes = 60, exitCode = 0, cancelTakes = 1 }: RunPlan, clock: FakeClock): Run {
  const cancelled = new AbortController();
  const killed = new AbortController();
  const work = async (): Promise<RunEnd> => {
    await clock.sleep(takes * 1000, AbortSignal.any([cancelled.signal, killed.signal]));
    if (cancelled.signal.aborted) {
      await clock.sleep(cancelTakes * 1000, killed.signal);
      if (!killed.signal.aborted) return { exitCode: 130, reason: 'build ended with exit code 130' };
    }
    if (killed.signal.aborted) return { exitCode: null, reason: 'build was ended by SIGKILL' };
    return { exitCode, reason: exitCode === 0 ? undefined : `build ended with exit code ${exitCode}` };
  };
  return { ended: work(), cancel: () => cancelled.abort(), kill: () => killed.abort() };
}
