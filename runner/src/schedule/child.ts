import { spawn } from 'node:child_process';
import { identityOf, type ProcessIdentity } from '../run/process-identity.js';
import type { Clock } from './clock.js';

/** How a run ended. */
export interface RunEnd {
  /** 0: well; null: it was killed or could not be started */
  readonly exitCode: number | null;
  /** for people, where the exit code is not 0: `build ended with exit code 1` */
  readonly reason: string | undefined;
}

/** A run under way. */
export interface Run {
  /** never rejected */
  readonly ended: Promise<RunEnd>;
  /** asks it to end: what is written stays whole */
  cancel(): void;
  /** ends it at once */
  kill(): void;
}

/** Where what a child prints goes: handed on as it is, or inherited (a terminal stays one). */
export type ChildOutput =
  | 'inherit'
  | { readonly stdout: (text: string) => void; readonly stderr: (text: string) => void };

export interface ChildSettings {
  /** program and its first arguments */
  readonly program: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly output: ChildOutput;
}

/**
 * Starts commands as child processes, one after the other, up to the first that fails. The memory that a run needed goes back with its
 * process. Each gets a process group of its own: Ctrl-C in a terminal reaches the scheduler alone, which then asks the child once.
 *
 * @param steps arguments of each command
 * @param began told of each process, so that one which outlives the scheduler can be known again
 */
export function startSteps(
  steps: readonly (readonly string[])[],
  settings: ChildSettings,
  began: (process: ProcessIdentity) => void,
): Run {
  let cancelled = false;
  let current: ReturnType<typeof startOne> | undefined;
  const inOrder = async (): Promise<RunEnd> => {
    for (const [i, step] of steps.entries()) {
      current = startOne(step, settings);
      if (current.pid !== undefined) began(identityOf(current.pid));
      const end = await current.ended;
      if (end.exitCode !== 0) return end;
      if (cancelled && i < steps.length - 1) return { exitCode: null, reason: `stopped after ${step[0]}` };
    }
    return { exitCode: 0, reason: undefined };
  };
  return {
    ended: inOrder(),
    cancel: () => {
      cancelled = true;
      current?.signal('SIGTERM');
    },
    kill: () => {
      cancelled = true;
      current?.signal('SIGKILL');
    },
  };
}

function startOne(args: readonly string[], { program, cwd, env, output }: ChildSettings) {
  const [file, ...before] = program;
  const inherit = output === 'inherit';
  const child = spawn(file, [...before, ...args], {
    cwd,
    env: { ...env },
    detached: true,
    stdio: ['ignore', inherit ? 'inherit' : 'pipe', inherit ? 'inherit' : 'pipe'],
  });
  if (!inherit) {
    child.stdout?.setEncoding('utf8').on('data', output.stdout);
    child.stderr?.setEncoding('utf8').on('data', output.stderr);
  }
  const ended = new Promise<RunEnd>((resolve) => {
    child.once('error', (error) => {
      if (child.pid === undefined)
        resolve({ exitCode: null, reason: `${args[0]} could not be started: ${error.message}` });
    });
    child.once('close', (exitCode, signal) => {
      const how = exitCode === null ? `was ended by ${signal}` : `ended with exit code ${exitCode}`;
      resolve({ exitCode, reason: exitCode === 0 ? undefined : `${args[0]} ${how}` });
    });
  });
  return {
    pid: child.pid,
    ended,
    /** SIGKILL goes to the whole group, so that nothing which the child has started is left over. */
    signal: (signal: 'SIGTERM' | 'SIGKILL') => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      try {
        if (signal === 'SIGKILL' && child.pid !== undefined) process.kill(-child.pid, signal);
        else child.kill(signal);
      } catch {
        // it has just ended
      }
    },
  };
}

export interface Limits {
  /** aborted when the scheduler is to stop: the run is cancelled */
  readonly stop: AbortSignal;
  /** aborted when it is to stop at once: the run is killed */
  readonly force: AbortSignal;
  /** milliseconds after which a run is cancelled; undefined: never */
  readonly timeout: number | undefined;
  /** milliseconds that a cancelled run has until it is killed */
  readonly grace: number;
}

/** How a run ended, and who wanted it to. */
export interface WatchedEnd extends RunEnd {
  readonly by: 'itself' | 'stop' | 'timeout';
  /** true when the grace period was over */
  readonly killed: boolean;
}

/** Waits for a run's end, and cancels it when it is time to; kills it when it does not end then. */
export async function watchRun(run: Run, limits: Limits, clock: Clock): Promise<WatchedEnd> {
  const over = new AbortController();
  const ended = run.ended.finally(() => over.abort());
  const until = AbortSignal.any([over.signal, limits.stop]);
  if (limits.timeout === undefined) await aborted(until);
  else await sleepLong(limits.timeout, until, clock);
  const by = over.signal.aborted ? 'itself' : limits.stop.aborted ? 'stop' : 'timeout';
  let killed = false;
  if (by !== 'itself') {
    run.cancel();
    await sleepLong(limits.grace, AbortSignal.any([over.signal, limits.force]), clock);
    if (!over.signal.aborted) {
      killed = true;
      run.kill();
    }
  }
  return { ...(await ended), by, killed };
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** Waits for any time, also beyond what a timer takes. */
async function sleepLong(milliseconds: number, signal: AbortSignal, clock: Clock): Promise<void> {
  const slice = 86_400_000;
  for (let left = milliseconds; left > 0 && !signal.aborted; left -= slice)
    await clock.sleep(Math.min(left, slice), signal);
}
