import type { Effects } from '../effects.js';
import type { RunOptions } from '../flags.js';
import { runCommand } from '../run-command.js';

/** Runs models and seeds; each is published only when its tests pass. */
export function build(options: RunOptions, effects: Effects): Promise<number> {
  return runCommand('build', options, effects);
}
