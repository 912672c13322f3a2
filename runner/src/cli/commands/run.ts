import type { Effects } from '../effects.js';
import type { RunOptions } from '../flags.js';
import { runCommand } from '../run-command.js';

/** Runs models and publishes them without tests. */
export function run(options: RunOptions, effects: Effects): Promise<number> {
  return runCommand('run', options, effects);
}
