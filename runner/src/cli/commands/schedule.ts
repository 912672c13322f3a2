import { join, resolve } from 'node:path';
import { type ChildSettings, startSteps } from '../../schedule/child.js';
import { CronTimes } from '../../schedule/cron.js';
import { type Health, startHealthServer, writeHealthFile } from '../../schedule/health.js';
import { ScheduleLock } from '../../schedule/lock.js';
import { Scheduler, type SchedulerSettings } from '../../schedule/scheduler.js';
import { StateFile } from '../../schedule/state.js';
import type { Effects } from '../effects.js';
import type { ScheduleOptions } from '../flags.js';
import { openProjectFor } from '../open-project.js';
import { withReporters } from '../reporters.js';
import { passedOn, scheduledCommands } from '../scheduled-commands.js';

type Log = (level: 'info' | 'warn' | 'error', message: string) => void;

/** This program, as it was started. */
const thisProgram = (): [string, ...string[]] => [process.execPath, ...process.execArgv, process.argv[1]!];

/**
 * Runs commands of this program as child processes by a cron expression, until it is stopped.
 *
 * @param program what is started, before the arguments
 * @returns 0 after SIGTERM, 130 after Ctrl-C, 1 after --max-failures failures in a row; with --once the exit code of the run
 */
export async function schedule(options: ScheduleOptions, effects: Effects, program = thisProgram()): Promise<number> {
  const cron = new CronTimes(options.cron ?? '0 */6 * * *', options.timezone ?? 'UTC');
  const project = await openProjectFor(options, effects);
  const commands = scheduledCommands(options.run ?? ['build'], project, effects);
  const flags = passedOn(options, project, effects);
  const folder = join(project.warehouse, '.schedule');
  const settings: SchedulerSettings = {
    cron,
    command: commands.map((words) => words.join(' ')).join(', then '),
    jitter: options.jitter ?? 0,
    maxFailures: options.maxFailures,
    timeout: options.timeout,
    grace: options.grace ?? 20_000,
  };
  const inherits = effects.stdout === process.stdout && effects.stderr === process.stderr;
  const child: ChildSettings = {
    program: [...program, ...flags],
    cwd: effects.cwd,
    env: effects.env,
    output: inherits
      ? 'inherit'
      : {
          stdout: (text) => void effects.stdout.write(text),
          stderr: (text) => void effects.stderr.write(text),
        },
  };
  // a folder of its own: the log files of its children are put aside by them, while this process lives on
  const reported = { ...project, logPath: join(project.logPath, 'schedule') };
  return withReporters(options, effects, reported, async (bus) => {
    const log: Log = (level, message) => bus.emit({ event: 'log', level, message });
    const stopping = onStop(effects, log);
    const { stop, force } = stopping;
    const lock = await ScheduleLock.acquire(join(folder, 'lock'), { clock: effects, signal: stop, log });
    try {
      if (lock === undefined) return stopping.exitCode();
      const scheduler = new Scheduler(settings, {
        clock: effects,
        random: Math.random,
        lock,
        stateFile: new StateFile(join(folder, 'state.json')),
        start: (began) => startSteps(commands, child, began),
        stop,
        force,
        log,
        healthChanged: healthWriter(options, effects, log),
      });
      return await withHealthServer(options.healthPort, scheduler, log, async () => {
        if (options.once) {
          const { exitCode, by } = await scheduler.runOnce();
          return exitCode ?? (by === 'stop' ? 130 : 1);
        }
        const end = await scheduler.run();
        if (end === 'failures') log('error', `stopped after ${options.maxFailures} failures in a row`);
        return end === 'failures' ? 1 : end === 'stopped' ? stopping.exitCode() : 0;
      });
    } finally {
      lock?.release();
      stopping.release();
    }
  });
}

/** The first signal stops, the second stops at once. */
function onStop(effects: Effects, log: Log) {
  const stop = new AbortController();
  const force = new AbortController();
  let first: 'SIGINT' | 'SIGTERM' | undefined;
  const release = effects.onInterrupt((signal = 'SIGINT') => {
    if (stop.signal.aborted) return force.abort();
    first = signal;
    log('info', `${signal}: the scheduler stops; a run that is under way is cancelled (once more to end it at once)`);
    stop.abort();
  });
  return { stop: stop.signal, force: force.signal, release, exitCode: () => (first === 'SIGTERM' ? 0 : 130) };
}

/** A health file that cannot be written is an error at the start, and a message later: runs matter more. */
function healthWriter(options: ScheduleOptions, effects: Effects, log: Log): (health: Health) => void {
  if (options.healthFile === undefined) return () => {};
  const path = resolve(effects.cwd, options.healthFile);
  let written = false;
  return (health) => {
    try {
      writeHealthFile(path, health);
      written = true;
    } catch (thrown) {
      if (!written) throw thrown;
      log('error', thrown instanceof Error ? thrown.message : String(thrown));
    }
  };
}

async function withHealthServer<T>(
  port: number | undefined,
  scheduler: Scheduler,
  log: Log,
  work: () => Promise<T>,
): Promise<T> {
  if (port === undefined) return work();
  const server = await startHealthServer(port, () => scheduler.health);
  if (port === 0) log('info', `health: http://127.0.0.1:${server.port}/health`);
  try {
    return await work();
  } finally {
    await server.close();
  }
}
