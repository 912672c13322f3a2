import type { Effects } from '../effects.js';
import type { RunOptions } from '../flags.js';
import { runCommand } from '../run-command.js';

/** Runs models and seeds; each is published only when its tests pass. */
export async function build(options: RunOptions, effects: Effects): Promise<number> {
  if (options.watch !== true) return runCommand('build', options, effects);
  const { watchProject } = await import('../watch/watch-command.js');
  return watchProject('build', options, effects);
}
