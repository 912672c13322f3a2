import type { Effects } from '../effects.js';
import type { RunOptions } from '../flags.js';
import { runCommand } from '../run-command.js';

/** Runs models and publishes them without tests. */
export async function run(options: RunOptions, effects: Effects): Promise<number> {
  if (options.watch !== true) return runCommand('run', options, effects);
  const { watchProject } = await import('../watch/watch-command.js');
  return watchProject('run', options, effects);
}
