import type { Effects } from '../effects.js';
import type { OptimizeOptions } from '../flags.js';
import { maintenance } from '../maintenance.js';

/** Puts the small files of tables together. */
export function optimize(options: OptimizeOptions, effects: Effects): Promise<number> {
  return maintenance('optimize', options, effects, async () => {
    const { optimizeTable } = await import('../../run/table-works.js');
    return (table) => optimizeTable(table, { targetSize: options.targetSize, sort: options.sort });
  });
}
