import type { Effects } from '../effects.js';
import type { RunOptions } from '../flags.js';
import { runCommand } from '../run-command.js';

/** Tests what is published. */
export function test(options: RunOptions, effects: Effects): Promise<number> {
  return runCommand('test', options, effects);
}
