import { text } from 'node:stream/consumers';
import type { TimedEvent } from '../events/events.js';
import type { OutputStream } from '../report/output-stream.js';
import type { RunResult } from '../run/run-types.js';

/** A program that calls commands as functions: it hears events in the terminal's stead, and gets what a run did. */
export interface Observer {
  hear(event: TimedEvent): void;
  /** called once where nodes were run */
  ran(result: RunResult): void;
}

/** Everything a command does to the world outside of the project's files. Specs pass recording ones. */
export interface Effects {
  /** data: rows, names, compiled SQL */
  readonly stdout: OutputStream;
  /** progress, messages, errors */
  readonly stderr: OutputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** absolute path of the working directory */
  readonly cwd: string;
  readonly now: () => Date;
  /** Waits; returns early, without an error, when the signal is aborted. Milliseconds, at most 2^31 - 1. */
  readonly sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  /** Calls back at every Ctrl-C (and when the program is asked to end: SIGTERM); returns what takes the listener away. */
  readonly onInterrupt: (listener: (signal?: 'SIGINT' | 'SIGTERM') => void) => () => void;
  /** All of standard input, as text. */
  readonly readInput?: (() => Promise<string>) | undefined;
  /** Calls back at every key that is pressed, where somebody sits at a terminal; returns what takes the listener away. */
  readonly onKey?: ((listener: (key: string) => void) => () => void) | undefined;
  /** Hears of environments whose secrets must not be printed; `main` sets it. */
  readonly hideSecretsOf?: ((env: Readonly<Record<string, string | undefined>>) => void) | undefined;
  readonly observer?: Observer | undefined;
  /** Ends the program at once. */
  readonly exit: (code: number) => void;
}

/** The effects of a real process. */
export function processEffects(): Effects {
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    now: () => new Date(),
    sleep,
    onInterrupt: (listener) => {
      const interrupted = (): void => listener('SIGINT');
      const terminated = (): void => listener('SIGTERM');
      process.on('SIGINT', interrupted);
      process.on('SIGTERM', terminated);
      return () => {
        process.off('SIGINT', interrupted);
        process.off('SIGTERM', terminated);
      };
    },
    readInput: () => text(process.stdin),
    onKey: process.stdin.isTTY ? listenToKeys : undefined,
    exit: (code) => process.exit(code),
  };
}

/** Each key as it is pressed, without Enter. Ctrl-C is a key then, and no signal. */
function listenToKeys(listener: (key: string) => void): () => void {
  const { stdin } = process;
  const hear = (data: Buffer): void => {
    for (const key of data.toString('utf8')) listener(key);
  };
  stdin.setRawMode(true);
  stdin.on('data', hear);
  return () => {
    stdin.off('data', hear);
    stdin.setRawMode(false);
    stdin.pause();
  };
}

/** Waits by a timer of the process. */
export function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal?.addEventListener('abort', end);
  });
}
