import { StorageError } from '../errors/tsdbt-error.js';
import { isAlive, type ProcessIdentity } from '../run/process-identity.js';
import { type Run, type WatchedEnd, watchRun } from './child.js';
import type { Clock } from './clock.js';
import { scheduleCodes } from './codes.js';
import type { CronTimes, DueTimes } from './cron.js';
import { formatDuration, formatTime } from './duration.js';
import { type Health, healthOf } from './health.js';
import { HEARTBEAT_MS, type ScheduleLock } from './lock.js';
import { freshState, type ScheduleState, type StateFile } from './state.js';

/** A run that was broken off twice for the same due time (with its scheduler) is not begun a third time for it. */
const MOST_ATTEMPTS = 2;
/** A clock that was put back by less is waited for. */
const CLOCK_TOLERANCE_MS = 300_000;

export interface SchedulerSettings {
  readonly cron: CronTimes;
  /** for people: what runs */
  readonly command: string;
  /** milliseconds; each run begins up to so much after its due time */
  readonly jitter: number;
  /** failures in a row, since this start, that end the scheduler; undefined: none do */
  readonly maxFailures: number | undefined;
  /** milliseconds; undefined: a run may take forever */
  readonly timeout: number | undefined;
  /** milliseconds from cancelling a run to killing it */
  readonly grace: number;
}

export interface SchedulerParts {
  readonly clock: Clock;
  /** uniform in [0, 1) */
  readonly random: () => number;
  readonly lock: ScheduleLock;
  readonly stateFile: StateFile;
  /** begins a run, and tells of its process */
  readonly start: (began: (process: ProcessIdentity) => void) => Run;
  readonly stop: AbortSignal;
  readonly force: AbortSignal;
  readonly log: (level: 'info' | 'warn' | 'error', message: string) => void;
  /** called at every change and every heartbeat */
  readonly healthChanged: (health: Health) => void;
}

/** Why a scheduler ended: it was told to, its runs failed too often, or no due time is left. */
export type SchedulerEnd = 'stopped' | 'failures' | 'no more times';

/** Runs a command at its due times, one at a time. The lock must be held; state is read when it is made. */
export class Scheduler {
  readonly #settings: SchedulerSettings;
  readonly #parts: SchedulerParts;
  readonly #startedAt: Date;
  readonly #lost = new AbortController();
  readonly #stop: AbortSignal;
  #state: ScheduleState;
  #next: Date | undefined;
  #stopped = false;
  #failures = 0;

  /** @throws StorageError TSD1986 when the state file cannot be written */
  constructor(settings: SchedulerSettings, parts: SchedulerParts) {
    this.#settings = settings;
    this.#parts = parts;
    this.#startedAt = parts.clock.now();
    this.#stop = AbortSignal.any([parts.stop, this.#lost.signal]);
    this.#state = this.#readState();
    parts.stateFile.write(this.#state);
  }

  get health(): Health {
    const at = this.#parts.clock.now();
    return healthOf(this.#state, { at, startedAt: this.#startedAt, nextRun: this.#next, stopped: this.#stopped });
  }

  /**
   * Runs until it is stopped.
   *
   * @throws StorageError TSD1984 when another scheduler has taken the lock
   */
  run(): Promise<SchedulerEnd> {
    return this.#withHeartbeat(async () => {
      await this.#recover();
      if (!this.#stop.aborted) this.#announce();
      while (!this.#stop.aborted) {
        const due = this.#due();
        if (due !== undefined) {
          await this.#runFor(due);
          if (this.#failures > 0 && this.#failures >= (this.#settings.maxFailures ?? Number.POSITIVE_INFINITY))
            return 'failures';
          continue;
        }
        this.#next ??= this.#plan();
        if (this.#next === undefined) return 'no more times';
        this.#changed();
        await this.#waitUntil(this.#next);
        this.#next = undefined;
      }
      return 'stopped';
    });
  }

  /** Runs once, now, as if it were due. */
  runOnce(): Promise<WatchedEnd> {
    return this.#withHeartbeat(async () => {
      await this.#waitForOrphan();
      return this.#runFor({ latest: this.#parts.clock.now(), count: 1 });
    });
  }

  async #withHeartbeat<T>(work: () => Promise<T>): Promise<T> {
    this.#changed();
    const done = new AbortController();
    const beating = this.#heartbeat(done.signal);
    try {
      const result = await work();
      if (this.#lost.signal.aborted) throw this.#lost.signal.reason;
      return result;
    } finally {
      done.abort();
      await beating;
      this.#stopped = true;
      this.#next = undefined;
      this.#changed();
    }
  }

  async #heartbeat(done: AbortSignal): Promise<void> {
    for (;;) {
      await this.#parts.clock.sleep(HEARTBEAT_MS, done);
      if (done.aborted) return;
      if (!this.#parts.lock.beat(this.#parts.clock.now())) {
        const hint = 'one scheduler per project: stop the other one, or this one for good';
        this.#lost.abort(
          new StorageError(scheduleCodes.lockLost, 'another scheduler has taken over this project', { hint }),
        );
        return;
      }
      this.#changed();
    }
  }

  #readState(): ScheduleState {
    const { cron } = this.#settings;
    const { stateFile, log } = this.#parts;
    const now = this.#startedAt;
    const found = stateFile.read();
    if (found.kind === 'none') return freshState(cron.expression, cron.timezone, now);
    if (found.kind === 'corrupt') {
      const what = `${scheduleCodes.corruptState} the state of the scheduler cannot be read and is started anew`;
      log(
        'warn',
        `${what}: ${found.reason}; times missed before now are not caught up; the file is kept as ${found.keptAs}`,
      );
      return freshState(cron.expression, cron.timezone, now);
    }
    const { state } = found;
    if (state.cron === cron.expression && state.timezone === cron.timezone) return state;
    log('info', `the schedule was "${state.cron}" (${state.timezone}) before; times missed then are not caught up`);
    return { ...state, cron: cron.expression, timezone: cron.timezone, servedUntil: now };
  }

  /** A run that its scheduler did not survive: waited for where it still runs, and begun once more. */
  async #recover(): Promise<void> {
    await this.#waitForOrphan();
    const { running } = this.#state;
    if (running === null || this.#stop.aborted) return;
    const began = formatTime(running.startedAt);
    if (running.attempt < MOST_ATTEMPTS) {
      this.#parts.log('warn', `the run that began ${began} was broken off with its scheduler; it is begun again`);
      await this.#runFor(this.#due() ?? { latest: running.due, count: 1 }, running.attempt + 1);
      return;
    }
    this.#parts.log('error', `the run that began ${began} was broken off again; the next due time is waited for`);
    const lastFailure = { startedAt: running.startedAt, endedAt: this.#startedAt, exitCode: null };
    this.#save({
      running: null,
      servedUntil: later(running.due, this.#state.servedUntil),
      lastFailure,
      failuresInRow: this.#state.failuresInRow + 1,
    });
  }

  async #waitForOrphan(): Promise<void> {
    const orphan = this.#state.running?.process;
    if (orphan === undefined || orphan === null || isAlive(orphan) !== true) return;
    this.#parts.log(
      'warn',
      `a run of a former scheduler is still under way (process ${orphan.pid}); waiting for its end`,
    );
    while (!this.#stop.aborted && isAlive(orphan) === true) await this.#parts.clock.sleep(1000, this.#stop);
  }

  #announce(): void {
    const { command, cron } = this.#settings;
    this.#next = this.#due() === undefined ? this.#plan() : undefined;
    const next = this.#next === undefined ? 'now: a due time was missed' : formatTime(this.#next);
    this.#parts.log('info', `Scheduled ${command} for "${cron.expression}" (${cron.timezone}); next run: ${next}`);
  }

  /** The due times that have not been served, after a look at whether the clock still goes the right way. */
  #due(): DueTimes | undefined {
    const now = this.#parts.clock.now();
    const { servedUntil } = this.#state;
    if (servedUntil.getTime() - now.getTime() > CLOCK_TOLERANCE_MS) {
      this.#parts.log(
        'warn',
        `the clock was put back: runs were served until ${formatTime(servedUntil)}, and it is ${formatTime(now)}`,
      );
      this.#save({ servedUntil: now });
    }
    return this.#settings.cron.due(this.#state.servedUntil, now);
  }

  /** When the next run begins: its due time and the jitter. */
  #plan(): Date | undefined {
    const { cron, jitter } = this.#settings;
    const due = cron.next(later(this.#state.servedUntil, this.#parts.clock.now()));
    return due && new Date(due.getTime() + Math.floor(this.#parts.random() * (jitter + 1)));
  }

  /** In slices: a timer stands still while the machine sleeps and knows nothing of a clock that is put forward. */
  async #waitUntil(time: Date): Promise<void> {
    for (;;) {
      const left = time.getTime() - this.#parts.clock.now().getTime();
      if (left <= 0 || this.#stop.aborted) return;
      await this.#parts.clock.sleep(Math.min(left, HEARTBEAT_MS), this.#stop);
    }
  }

  async #runFor(due: DueTimes, attempt = 1): Promise<WatchedEnd> {
    const { clock, start, force } = this.#parts;
    const { timeout, grace } = this.#settings;
    const startedAt = clock.now();
    const running = { due: due.latest, startedAt, attempt };
    this.#next = undefined;
    this.#save({ running: { ...running, process: null } });
    const run = start((process) => this.#save({ running: { ...running, process } }));
    const end = await watchRun(run, { stop: this.#stop, force, timeout, grace }, clock);
    const endedAt = clock.now();
    const ended = { startedAt, endedAt, exitCode: end.exitCode };
    const servedUntil = later(due.latest, this.#state.servedUntil);
    if (end.exitCode === 0) {
      this.#failures = 0;
      this.#save({ running: null, servedUntil, lastSuccess: ended, failuresInRow: 0 });
    } else if (end.by === 'stop') {
      // not served: the next start catches it up
      this.#save({ running: null });
    } else {
      this.#failures += 1;
      this.#save({ running: null, servedUntil, lastFailure: ended, failuresInRow: this.#state.failuresInRow + 1 });
    }
    this.#report(due, ended, end);
    return end;
  }

  /** One line per run. */
  #report(due: DueTimes, { startedAt, endedAt }: { startedAt: Date; endedAt: Date }, end: WatchedEnd): void {
    const cancelled = end.exitCode !== 0 && end.by === 'stop';
    const outcome = end.exitCode === 0 ? 'succeeded' : cancelled ? 'cancelled' : 'failed';
    const took = formatDuration(endedAt.getTime() - startedAt.getTime());
    const parts = [
      `Run ${outcome}: ${this.#settings.command}, ${formatTime(startedAt)} to ${formatTime(endedAt)}, ${took}`,
    ];
    if (due.count > 1) parts.push(`for ${due.count >= 1000 ? '1000 or more' : due.count} due times in one`);
    if (end.by === 'timeout') parts.push('it took too long and was cancelled');
    if (end.killed) parts.push('it did not end in time and was killed');
    if (end.reason !== undefined && !cancelled) parts.push(end.reason);
    if (outcome === 'failed' && this.#state.failuresInRow > 1)
      parts.push(`${this.#state.failuresInRow} failures in a row`);
    if (!this.#stop.aborted) {
      const waiting = this.#due() !== undefined;
      this.#next = waiting ? undefined : this.#plan();
      parts.push(
        `next: ${waiting ? 'now, a time came meanwhile' : this.#next === undefined ? 'none' : formatTime(this.#next)}`,
      );
    }
    this.#parts.log(outcome === 'succeeded' ? 'info' : cancelled ? 'warn' : 'error', parts.join('; '));
    this.#changed();
  }

  /** A state that cannot be written costs catching up after a restart, not the runs. */
  #save(change: Partial<ScheduleState>): void {
    this.#state = { ...this.#state, ...change };
    try {
      this.#parts.stateFile.write(this.#state);
    } catch (thrown) {
      this.#parts.log('error', thrown instanceof Error ? thrown.message : String(thrown));
    }
    this.#changed();
  }

  #changed(): void {
    this.#parts.healthChanged(this.health);
  }
}

function later(a: Date, b: Date): Date {
  return a > b ? a : b;
}
