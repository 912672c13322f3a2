/**
 * Delta Lake tables: `tsdbt/delta`. The log is read and written here, after the protocol's specification; Parquet by the
 * {@link ParquetEngine} that is passed in. A change is staged first, and can be read and tested before it is committed:
 *
 * ```ts
 * const staged = await stageMerge({ location: 'lake/plays', engine }, { source: 'SELECT …', on: ['played_at'] });
 * await engine.query(`SELECT count(*) FROM (${staged.toSql()})`);
 * await staged.commit({ runId: 'nightly-17', engineInfo: 'my-program/1.0' });
 *
 * const table = await DeltaTable.open('lake/plays', engine);
 * const yesterday = await table?.snapshot({ timestamp: new Date('2024-05-01') });
 * ```
 */
export { duckDBEngine } from './duckdb.js';
export { LocalStore, type LocalStoreOptions } from './local-store.js';
export { writeCheckpoint } from './log/checkpoint.js';
export type { CommitProvenance } from './log/commit.js';
export type { SnapshotAt } from './log/load.js';
export { Snapshot } from './log/snapshot.js';
export { type AlterColumnsOptions, stageAlterColumns } from './operations/alter-columns.js';
export { type AppendOptions, stageAppend } from './operations/append.js';
export { type ChangeRange, changesSql } from './operations/changes.js';
export { type CleanUpResult, cleanUpLog } from './operations/clean-up-log.js';
export { stageShallowClone } from './operations/clone.js';
export { stageDelete } from './operations/delete.js';
export { type HistoryEntry, history } from './operations/history.js';
export { type MergeOptions, stageMerge } from './operations/merge.js';
export {
  type InsertClause,
  type MergeClausesOptions,
  type MergeValues,
  type RowClause,
  stageMergeClauses,
} from './operations/merge-clauses.js';
export { type OptimizeOptions, stageOptimize } from './operations/optimize.js';
export { type OverwriteOptions, stageOverwrite } from './operations/overwrite.js';
export { restore, stageRestore } from './operations/restore.js';
export { type SetPropertiesOptions, stageSetProperties } from './operations/set-properties.js';
export { type CommitResult, StagedCommit } from './operations/staged-commit.js';
export type { Target } from './operations/target.js';
export { stageUpdate, type UpdateOptions } from './operations/update.js';
export { type VacuumOptions, type VacuumResult, vacuum } from './operations/vacuum.js';
export type {
  ParquetEngine,
  ParquetFilesOptions,
  ParquetWriteOptions,
  SelectColumn,
  WrittenColumnStats,
  WrittenFile,
} from './parquet.js';
export type { AddFile, CommitInfo, LiveFile, Metadata, Protocol, RemoveFile, StatsAtRest } from './protocol/actions.js';
export type { ArrayType, DataType, MapType, StructField, StructType } from './protocol/data-types.js';
export { planColumns, type TypeWarning, toDuckDBType } from './protocol/duckdb-types.js';
export { writtenFilesOf } from './return-stats.js';
export type { LogStore, StoredFile } from './store.js';
export { DeltaTable, type TableOptions } from './table.js';
