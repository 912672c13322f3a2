import type { Project } from '../project/project.js';
import type { MaintainedTable, TableOutcome } from '../run/maintain-tables.js';
import type { Effects } from './effects.js';
import type { SelectionOptions } from './flags.js';
import { interruptible } from './interrupt.js';
import { withManifest } from './open-project.js';
import { selectedBy } from './selection.js';

type Work = (table: MaintainedTable, project: Project) => Promise<TableOutcome>;

/**
 * What optimize, restore and vacuum have in common: they work on the tables of the selected nodes, and tell of each.
 *
 * @param prepare called with the number of selected nodes, before anything is touched
 * @param after called when the tables are done, with what prints a line
 */
export function maintenance(
  command: string,
  options: SelectionOptions,
  effects: Effects,
  prepare: (selected: number) => Promise<Work>,
  after?: (project: Project, say: (message: string) => void) => Promise<void>,
): Promise<number> {
  return withManifest(options, effects, async ({ project, manifest, bus }) => {
    const selected = selectedBy({ ...options, indirectSelection: 'empty' }, manifest, ['model', 'seed', 'snapshot']);
    const work = await prepare(selected.size);
    const { maintainTables } = await import('../run/maintain-tables.js');
    const say = (message: string): void => bus.emit({ event: 'log', level: 'info', message });
    const code = await interruptible(
      effects,
      (signal) =>
        maintainTables({ command, project, manifest, selected, bus, signal }, (table) => work(table, project)),
      say,
    );
    await after?.(project, say);
    return code;
  });
}
