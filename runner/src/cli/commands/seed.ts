import type { Effects } from '../effects.js';
import type { ShowingOptions } from '../flags.js';
import { runAndShowSeeds } from '../seed-rows.js';

/** Loads seeds. */
export function seed(options: ShowingOptions, effects: Effects): Promise<number> {
  return runAndShowSeeds('seed', options, effects);
}
