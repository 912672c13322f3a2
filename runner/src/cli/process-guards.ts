import type { Effects } from './effects.js';

let guarded = false;

/**
 * What a whole process has to be ready for: a reader that has seen enough (`tsdbt ls | head -1`) is no error, and a
 * failure that nobody waits for ends the program like any other defect, with exit code 2.
 *
 * @param report prints what was thrown and gives the exit code
 */
export function guardProcess(effects: Effects, report: (thrown: unknown) => Promise<number>): void {
  if (guarded) return;
  guarded = true;
  const closed = (error: NodeJS.ErrnoException): void => {
    if (error.code === 'EPIPE') effects.exit(0);
    else throw error;
  };
  process.stdout.on('error', closed);
  process.stderr.on('error', closed);
  const stray = (thrown: unknown): void => {
    report(thrown).then(effects.exit, () => effects.exit(2));
  };
  process.on('uncaughtException', stray);
  process.on('unhandledRejection', stray);
}
