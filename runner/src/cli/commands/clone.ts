import type { Effects } from '../effects.js';
import type { RunOptions } from '../flags.js';
import { runCommand } from '../run-command.js';

/** Makes nodes of what the state has of them. */
export function clone(options: RunOptions, effects: Effects): Promise<number> {
  return runCommand('clone', options, effects);
}
