import { ProjectError } from '../../errors/tsdbt-error.js';
import { cliCodes } from '../codes.js';
import type { Effects } from '../effects.js';
import type { VacuumOptions } from '../flags.js';
import { maintenance } from '../maintenance.js';

const WEEK = 7 * 24 * 60 * 60_000;

/** Lists the files that no version within the retention needs, a path a line; with `--yes` it deletes them. */
export function vacuum(options: VacuumOptions, effects: Effects): Promise<number> {
  const { retention } = options;
  if (retention !== undefined && retention < WEEK && options.allowShortRetention !== true)
    throw new ProjectError(cliCodes.conflictingFlags, '--retention is shorter than 7 days', {
      hint: 'programs that read older versions would lose their files; where none do, add --allow-short-retention',
    });
  const dryRun = options.yes !== true;
  let files = 0;
  const onFile = (path: string): void => {
    files += 1;
    effects.stdout.write(`${path}\n`);
  };
  return maintenance(
    'vacuum',
    options,
    effects,
    async () => {
      const { vacuumTable } = await import('../../run/table-works.js');
      return (table, { warehouse }) =>
        vacuumTable(table, {
          retention,
          allowShortRetention: options.allowShortRetention ?? false,
          dryRun,
          warehouse,
          onFile,
        });
    },
    async ({ warehouse }, say) => {
      if (options.select === undefined && options.models === undefined && options.selector === undefined) {
        const { removeReplacedTables } = await import('../../run/replaced-tables.js');
        const limit = new Date(effects.now().getTime() - (retention ?? WEEK));
        for (const folder of removeReplacedTables(warehouse, limit, dryRun)) onFile(folder);
      }
      if (dryRun && files > 0) say('nothing was deleted: add --yes to delete these files');
    },
  );
}
