import type { LiveFile } from '../protocol/actions.js';
import { quoteIdentifier, quoteLiteral } from '../sql.js';
import type { LogStore } from '../store.js';
import { parquetSql } from './checkpoint-columns.js';
import type { Snapshot } from './snapshot.js';

/** Files that go from the checkpoint that a snapshot was read from into the next as they are, without leaving the engine. */
export interface CarriedFiles {
  readonly files: ReadonlySet<LiveFile>;
  /**
   * A SELECT of their actions, in the order of the log.
   *
   * @param columns of the checkpoint to be written, with `add` among them
   */
  select(columns: Readonly<Record<string, string>>): string;
}

export const NOTHING_CARRIED: CarriedFiles = {
  files: new Set(),
  select() {
    throw new Error('no files are carried over');
  },
};

/** What of a snapshot can be carried over: the files that its checkpoint names and no commit since has touched, where they are most of them. */
export function carriedFiles(store: LogStore, { state }: Snapshot): CarriedFiles {
  const { checkpoint } = state;
  if (checkpoint === undefined) return NOTHING_CARRIED;
  const kept = new Set<LiveFile>();
  const gone: string[] = [];
  for (const [path, file] of checkpoint.files)
    if (state.files.get(path) === file) kept.add(file);
    else gone.push(quoteLiteral(path));
  // the statement names those that have gone
  if (kept.size <= gone.length) return NOTHING_CARRIED;
  const list = `[${checkpoint.paths.map((path) => quoteLiteral(`${store.location}/${path}`)).join(', ')}]`;
  return {
    files: kept,
    select(columns) {
      const values = Object.keys(columns).map((name) =>
        name === 'add' ? `CAST(${ADD} AS ${columns.add}) AS "add"` : `NULL AS ${quoteIdentifier(name)}`,
      );
      const which = [
        '"add".path IS NOT NULL',
        ...(gone.length === 0 ? [] : [`"add".path NOT IN (${gone.join(', ')})`]),
      ];
      return `SELECT ${values.join(', ')} FROM ${parquetSql(list, { add: columns.add! })} WHERE ${which.join(' AND ')}`;
    },
  };
}

/** As `checkpointActions` has it of a file. */
const ADD = `struct_update("add", "partitionValues" := coalesce("add"."partitionValues", MAP {}), "dataChange" := false)`;
