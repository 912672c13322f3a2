import type { Effects } from '../effects.js';
import type { RunOptions } from '../flags.js';
import { runCommand } from '../run-command.js';

/** Tests what is published. */
export async function test(options: RunOptions, effects: Effects): Promise<number> {
  if (options.watch !== true) return runCommand('test', options, effects);
  const { watchProject } = await import('../watch/watch-command.js');
  return watchProject('test', options, effects);
}
