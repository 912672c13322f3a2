import type { OutputStream } from '../report/output-stream.js';

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
  /** Calls back at every Ctrl-C (and when the program is asked to end); returns what takes the listener away. */
  readonly onInterrupt: (listener: () => void) => () => void;
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
    onInterrupt: (listener) => {
      process.on('SIGINT', listener);
      process.on('SIGTERM', listener);
      return () => {
        process.off('SIGINT', listener);
        process.off('SIGTERM', listener);
      };
    },
    exit: (code) => process.exit(code),
  };
}
