import { ProjectError } from '../../errors/tsdbt-error.js';
import { cliCodes } from '../codes.js';
import type { Effects } from '../effects.js';
import type { RestoreOptions } from '../flags.js';
import { maintenance } from '../maintenance.js';

/** Brings back what tables held at an earlier version or time. Nothing is lost: the restore is a version of its own. */
export function restore(options: RestoreOptions, effects: Effects): Promise<number> {
  const { to } = options;
  if (to === undefined)
    throw new ProjectError(cliCodes.missingValue, 'restore needs --to, a version or a time', {
      hint: 'e.g. tsdbt restore --select gold.top_tracks --to 3; tsdbt history shows what there is',
    });
  if (options.select === undefined && options.models === undefined && options.selector === undefined)
    throw new ProjectError(cliCodes.oneNodeWanted, 'restore needs --select: which tables to bring back', {
      hint: 'e.g. tsdbt restore --select gold.top_tracks --to 3',
    });
  return maintenance('restore', options, effects, async (selected) => {
    if (to.version !== undefined && selected > 1)
      throw new ProjectError(
        cliCodes.oneNodeWanted,
        `--to ${to.version} is a version of one table, and the selection holds ${selected}`,
        { hint: 'name one table, or bring all of them back to the same time: --to "2026-11-22 14:00"' },
      );
    const { restoreTable } = await import('../../run/table-works.js');
    return (table) => restoreTable(table, to);
  });
}
