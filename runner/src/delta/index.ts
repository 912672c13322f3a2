/** Delta Lake tables: `tsdbt/delta`. Parquet is read and written by the {@link ParquetEngine} that is passed in. */
export { LocalStore } from './local-store.js';
export type { CommitProvenance } from './log/commit.js';
export type { SnapshotAt } from './log/load.js';
export { Snapshot } from './log/snapshot.js';
export { type AppendOptions, stageAppend } from './operations/append.js';
export { stageDelete } from './operations/delete.js';
export { type OverwriteOptions, stageOverwrite } from './operations/overwrite.js';
export { StagedCommit } from './operations/staged-commit.js';
export type { Target } from './operations/target.js';
export type { ParquetEngine, ParquetWriteOptions, SelectColumn, WrittenColumnStats, WrittenFile } from './parquet.js';
export type { AddFile, CommitInfo, Metadata, Protocol, RemoveFile } from './protocol/actions.js';
export type { ArrayType, DataType, MapType, StructField, StructType } from './protocol/data-types.js';
export { planColumns, type TypeWarning, toDuckDBType } from './protocol/duckdb-types.js';
export { writtenFilesOf } from './return-stats.js';
export type { LogStore, StoredFile } from './store.js';
export { DeltaTable, type TableOptions } from './table.js';
