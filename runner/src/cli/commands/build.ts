import type { Effects } from '../effects.js';
import type { ShowingOptions } from '../flags.js';
import { runAndShowSeeds } from '../seed-rows.js';

/** Runs models and seeds; each is published only when its tests pass. */
export async function build(options: ShowingOptions, effects: Effects): Promise<number> {
  if (options.watch !== true) return runAndShowSeeds('build', options, effects);
  const { watchProject } = await import('../watch/watch-command.js');
  return watchProject('build', options, effects);
}
