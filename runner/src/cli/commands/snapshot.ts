import type { Effects } from '../effects.js';
import type { RunOptions } from '../flags.js';
import { runCommand } from '../run-command.js';

/** Adds what has changed to snapshots. */
export function snapshot(options: RunOptions, effects: Effects): Promise<number> {
  return runCommand('snapshot', options, effects);
}
