import type { Effects } from '../effects.js';
import type { RunOptions } from '../flags.js';
import { runCommand } from '../run-command.js';

/** Loads the CSV files of the seed folders. */
export function seed(options: RunOptions, effects: Effects): Promise<number> {
  return runCommand('seed', options, effects);
}
