import { StorageError } from '../../errors/tsdbt-error.js';
import { readCommit } from '../log/load.js';
import { numberFiles } from '../log/positions.js';
import { scanSql, type TableLayout } from '../log/scan-sql.js';
import type { Snapshot } from '../log/snapshot.js';
import type { AddFile, LiveFile } from '../protocol/actions.js';
import { physicalName } from '../protocol/column-mapping.js';
import { type DeletedRows, deletedRowsOf, NO_DELETED_ROWS } from '../protocol/deletion-vectors.js';
import { identifierList, quoteIdentifier, quoteLiteral } from '../sql.js';
import type { DeltaTable } from '../table.js';
import { POSITION, recordsChanges } from './row-changes.js';
import { schemaOfChanges } from './schema-of-changes.js';

/** Versions whose changes are read, both included. */
export interface ChangeRange {
  readonly from: number;
  /** default: the latest */
  readonly to?: number | undefined;
}

/**
 * A SELECT over the rows that versions inserted, updated and deleted (PROTOCOL.md, "Change Data Files"): the columns of the last version, and
 * `_change_type` (`insert`, `update_preimage`, `update_postimage`, `delete`), `_commit_version`, `_commit_timestamp`.
 * Changes come from the files of the feed where a commit has some, else from the data files that it added and removed.
 *
 * @throws StorageError TSD6047 for a version in which the table did not keep a feed (`delta.enableChangeDataFeed`), or that has another schema
 *   which does not fit; TSD6014, TSD6015 for versions that are not there
 */
export async function changesSql(table: DeltaTable, range: ChangeRange): Promise<string> {
  const last = await table.snapshot(range.to === undefined ? {} : { version: range.to });
  const parts: string[] = [];
  for (let version = range.from; version <= last.version; version++) {
    const snapshot = await table.snapshot({ version });
    requireFeed(snapshot, last);
    const before = version === 0 ? undefined : await table.snapshot({ version: version - 1 });
    parts.push(...(await changesOf(table, snapshot, before, last)));
  }
  if (parts.length > 0) return parts.join('\nUNION ALL\n');
  const columns = last.columns.map(({ name, type }) => `CAST(NULL AS ${type}) AS ${quoteIdentifier(name)}`);
  return `SELECT ${columns.join(', ')}, '' AS _change_type, 0::BIGINT AS _commit_version, now() AS _commit_timestamp WHERE false`;
}

async function changesOf(
  table: DeltaTable,
  snapshot: Snapshot,
  before: Snapshot | undefined,
  last: Snapshot,
): Promise<string[]> {
  const actions = await readCommit(table.store, snapshot.version);
  const fed = actions.flatMap(({ cdc }) => (cdc ? [asAdd(cdc)] : []));
  const type = { name: '_change_type', type: 'string', nullable: true, metadata: {} };
  if (fed.length > 0) {
    const own = layoutOf(snapshot, last, NO_DELETED_ROWS);
    const schema = { ...own.schema, fields: [...own.schema.fields, type] };
    // the change's kind has no id, so nothing is found by one: files have the physical names in the mode `id` too
    return [withVersion(scanSql({ ...own, schema, mapping: 'name' }, fed), last, snapshot, '_change_type')];
  }
  const parts: string[] = [];
  const select = (files: readonly LiveFile[], of: Snapshot, kind: string) => {
    if (files.length === 0) return;
    const layout = layoutOf(of, last, of.deletedRows);
    parts.push(withVersion(scanSql(layout, files), last, snapshot, quoteLiteral(kind)));
  };
  const added = actions.flatMap(({ add }) => (add && add.dataChange !== false ? [add] : []));
  const removed = actions.flatMap(({ remove }) =>
    remove && remove.dataChange !== false ? [before!.state.files.get(remove.path)!].filter(Boolean) : [],
  );
  const removedPaths = new Map(removed.map((file) => [file.path, file]));
  const fresh = added.filter((file) => !removedPaths.has(file.path));
  select(fresh, snapshot, 'insert');
  const addedPaths = new Set(added.map((file) => file.path));
  const gone = removed.filter((file) => !addedPaths.has(file.path));
  // as the version had them that still did
  if (gone.length > 0) select(gone, before!, 'delete');
  // a file that stays with another deletion vector: the rows in which the two differ
  for (const file of added.filter((candidate) => removedPaths.has(candidate.path))) {
    const now = new Set(deletedRowsOf(file, snapshot.deletedRows) ?? []);
    const then = new Set(deletedRowsOf(removedPaths.get(file.path)!, before!.deletedRows) ?? []);
    for (const [kind, rows] of [
      ['delete', [...now].filter((row) => !then.has(row))],
      ['insert', [...then].filter((row) => !now.has(row))],
    ] as const)
      if (rows.length > 0) {
        // of the only file, number 0, a row's position is its place
        const alone = { position: POSITION, numbers: numberFiles([file]) };
        const all = scanSql(layoutOf(snapshot, last, NO_DELETED_ROWS), [{ ...file, deletionVector: null }], alone);
        const some = `SELECT * EXCLUDE ("${POSITION}") FROM (${all}) WHERE "${POSITION}" IN (${rows.join(', ')})`;
        parts.push(withVersion(some, last, snapshot, quoteLiteral(kind)));
      }
  }
  return parts;
}

function requireFeed(snapshot: Snapshot, last: Snapshot): void {
  const where = `${snapshot.location}: version ${snapshot.version}`;
  if (!recordsChanges(snapshot.properties))
    throw new StorageError('TSD6047', `${where} was written without a change data feed`, {
      hint: 'set the table property delta.enableChangeDataFeed to true; later versions have one',
    });
  const { changed } = schemaOfChanges(snapshot, last);
  requireSame(snapshot, last, changed);
}

/** How files of a version are read, to give rows with the columns of the last one. */
function layoutOf(version: Snapshot, last: Snapshot, deletedRows: DeletedRows): TableLayout {
  const { schema, mapping, unreadable } = schemaOfChanges(version, last);
  requireSame(version, last, unreadable);
  const keys = version.schema.fields.filter(({ name }) => version.partitionColumns.includes(name));
  const physical = new Set(keys.map((field) => physicalName(field, version.mapping)));
  const partitions = schema.fields.filter((field) => physical.has(physicalName(field, mapping)));
  return {
    location: version.location,
    schema,
    partitionColumns: partitions.map(({ name }) => name),
    mapping,
    deletedRows,
  };
}

function requireSame({ location, version }: Snapshot, last: Snapshot, changed: string | undefined): void {
  if (changed === undefined) return;
  const what = `a column "${changed}" that version ${last.version} does not have as it was`;
  throw new StorageError('TSD6047', `${location}: version ${version} has ${what}`, {
    hint: `read the changes up to the version before the change of the schema, or from version ${version + 1}`,
  });
}

function withVersion(scan: string, last: Snapshot, { version, timestamp }: Snapshot, kind: string): string {
  const names = identifierList(last.schema.fields.map((field) => field.name));
  return `SELECT ${names}, ${kind} AS _change_type, ${version}::BIGINT AS _commit_version, TIMESTAMPTZ '${timestamp.toISOString()}' AS _commit_timestamp FROM (${scan})`;
}

function asAdd(file: { path: string; partitionValues: AddFile['partitionValues']; size: number }): AddFile {
  return { ...file, modificationTime: 0, dataChange: false };
}
