import { spawn } from 'node:child_process';

export interface DaemonOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** user to run as, for root */
  readonly uid?: number;
  readonly gid?: number;
  /** default SIGTERM */
  readonly stopSignal?: NodeJS.Signals;
}

/** A process that runs on. */
export interface Daemon {
  /** what it has printed so far */
  log(): string;
  /** Asks it to stop, and kills it after 45 seconds. @returns its exit code; null where it was killed */
  stop(): Promise<number | null>;
}

/** Starts a program that runs on; it ends with this process at the latest. */
export function startDaemon(command: readonly string[], options: DaemonOptions): Daemon {
  const [program, ...args] = command;
  const { cwd, env, stopSignal = 'SIGTERM', ...as } = options;
  const child = spawn(program!, args, {
    ...as,
    cwd,
    env: { ...process.env, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const kill = (): void => void child.kill('SIGKILL');
  process.on('exit', kill);
  let ended = false;
  const end = new Promise<number | null>((done) => {
    const finish = (code: number | null): void => {
      ended = true;
      process.off('exit', kill);
      done(code);
    };
    child.on('error', (error) => {
      output += String(error);
      finish(null);
    });
    child.on('close', finish);
  });
  return {
    log: () => output,
    stop: async () => {
      if (!ended) child.kill(stopSignal);
      const killer = setTimeout(kill, 45_000);
      const code = await end;
      clearTimeout(killer);
      return code;
    },
  };
}
