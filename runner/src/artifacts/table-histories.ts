import { StorageError } from '../errors/tsdbt-error.js';
import type { EventBus } from '../events/events.js';
import type { Manifest } from '../manifest/manifest.js';
import type { Project } from '../project/project.js';
import { withLake } from '../run/compile.js';
import { requireFiles } from '../run/open-trino.js';
import { type TableVersion, tableVersions } from './table-versions.js';

export interface HistoryRequest {
  readonly project: Project;
  readonly manifest: Manifest;
  /** unique ids; those without a table are left out */
  readonly selected: ReadonlySet<string>;
  /** versions of each table at most */
  readonly limit: number;
  readonly bus: EventBus;
  readonly signal: AbortSignal;
}

export interface TableHistory {
  /** `gold.top_tracks` */
  readonly table: string;
  readonly uniqueId: string;
  /** the newest first */
  readonly versions: readonly TableVersion[];
}

/**
 * The versions of the selected nodes' tables.
 * @throws {StorageError} TSD6084 where none of the selected nodes has a table
 */
export async function tableHistories(request: HistoryRequest): Promise<readonly TableHistory[]> {
  requireFiles(request.project.target, 'history');
  return withLake(request, async (state, session) => {
    const found: TableHistory[] = [];
    for (const uniqueId of request.manifest.order) {
      if (!request.selected.has(uniqueId)) continue;
      const relation = state.relationOf(uniqueId);
      const table = await state.storage.table(session, relation);
      if (table === undefined) continue;
      const versions = await tableVersions(table, request.limit);
      found.push({ table: `${relation.schema}.${relation.identifier}`, uniqueId, versions });
    }
    if (found.length > 0) return found;
    throw new StorageError('TSD6084', 'the selection holds no table with a history', {
      hint: 'tables are there after a build: tsdbt build; views have no versions of their own',
    });
  });
}
