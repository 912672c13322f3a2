import { join } from 'node:path';
import { writeCheckpointIfDue } from '../log/checkpoint.js';
import { type Change, type CommitProvenance, commitChange } from '../log/commit.js';
import { scanSql, type TableLayout } from '../log/scan-sql.js';
import type { Snapshot } from '../log/snapshot.js';
import type { ParquetEngine, SelectColumn } from '../parquet.js';
import type { AddFile } from '../protocol/actions.js';
import { mappingMode } from '../protocol/column-mapping.js';
import type { StructType } from '../protocol/data-types.js';
import { type TypeWarning, toDuckDBType } from '../protocol/duckdb-types.js';
import { resolvePath } from '../protocol/paths.js';
import type { LogStore } from '../store.js';
import type { RowChanges } from './row-changes.js';
import { relativePath } from './write-files.js';

/** Everything of a staged change that its operation decides. */
export interface StagedParts {
  readonly store: LogStore;
  readonly engine: ParquetEngine;
  readonly base: Snapshot | undefined;
  readonly change: Change;
  readonly schema: StructType;
  readonly partitionColumns: readonly string[];
  readonly warnings?: readonly TypeWarning[] | undefined;
  /** the table's properties after the change; default: as they are */
  readonly properties?: Readonly<Record<string, string>> | undefined;
  /** what a change of rows has written beside data files */
  readonly rowChanges?: Pick<RowChanges, 'deletedRows' | 'furtherFiles'> | undefined;
  /** false for a change that only names files which were there before; default true */
  readonly writesFiles?: boolean | undefined;
}

export interface CommitResult {
  readonly version: number;
  /** why the checkpoint that was due could not be written; the commit itself is done */
  readonly checkpointError?: unknown;
}

/**
 * A change whose files are written and durable, but which no reader sees: it can be read, tested, committed or discarded.
 */
export class StagedCommit {
  readonly #parts: StagedParts;
  #committed: Promise<CommitResult> | undefined;

  constructor(parts: StagedParts) {
    this.#parts = parts;
  }

  /** The version that the change starts from; -1 when it creates the table. */
  get readVersion(): number {
    return this.#parts.base?.version ?? -1;
  }

  /** `WRITE`, `MERGE`, `DELETE`, `RESTORE` */
  get operation(): string {
    return this.#parts.change.operation;
  }

  /** The table's schema after the commit. */
  get schema(): StructType {
    return this.#parts.schema;
  }

  /** The table's columns after the commit, as DuckDB reads them. */
  get columns(): readonly SelectColumn[] {
    return this.schema.fields.map((field) => ({ name: field.name, type: toDuckDBType(field.type) }));
  }

  get added(): readonly AddFile[] {
    return this.#parts.change.adds;
  }

  get removed(): readonly AddFile[] {
    return this.#parts.change.removes;
  }

  /** Counts by the names that Delta uses: numOutputRows, numTargetRowsInserted, numTargetRowsUpdated, … */
  get metrics(): Readonly<Record<string, number>> {
    return this.#parts.change.metrics;
  }

  /** Columns whose DuckDB type Delta lacks, each once. */
  get warnings(): readonly TypeWarning[] {
    return this.#parts.warnings ?? [];
  }

  /** Schema, partitioning, properties, descriptions or the protocol would change. */
  get changesMetadata(): boolean {
    const { metadata, protocol } = this.#parts.change;
    return metadata !== undefined || protocol !== undefined;
  }

  /** Nothing would change: {@link commit} writes nothing. */
  get isNoop(): boolean {
    const { base, change } = this.#parts;
    return base !== undefined && change.adds.length + change.removes.length === 0 && !this.changesMetadata;
  }

  /** Absolute paths of the files that were written. */
  get stagedPaths(): readonly string[] {
    const { store } = this.#parts;
    const further = this.#parts.rowChanges?.furtherFiles ?? [];
    return [
      ...this.#written.map((file) => resolvePath(store.location, file.path)),
      ...further.map((path) => join(store.location, path)),
    ];
  }

  /** Files of the table after the commit. */
  get files(): readonly AddFile[] {
    const { base, change } = this.#parts;
    const files = new Map(base?.state.files ?? []);
    for (const file of change.removes) files.delete(file.path);
    for (const file of change.adds) files.set(file.path, file);
    return [...files.values()];
  }

  /** A SELECT over the table as it will be, untouched files included. */
  toSql(): string {
    return scanSql(this.#layout, this.files);
  }

  /** A SELECT over the new files only. */
  addedToSql(): string {
    return scanSql(this.#layout, this.#written);
  }

  /**
   * Publishes the change. A commit of another program since {@link readVersion} is taken into account: the change goes
   * behind it where the two do not conflict.
   *
   * @returns the version that holds the change; where there is nothing to do, or the table has this transaction already, the one that is there
   * @throws StorageError TSD6020 when another commit conflicts; nothing is published then
   */
  commit(provenance: CommitProvenance): Promise<CommitResult> {
    this.#committed ??= this.#commit(provenance);
    return this.#committed;
  }

  async #commit(provenance: CommitProvenance): Promise<CommitResult> {
    const { store, engine, base, change } = this.#parts;
    if (this.isNoop) return { version: base!.version };
    const { version, applied } = await commitChange(store, base, change, provenance);
    if (!applied) return { version };
    try {
      await writeCheckpointIfDue(store, engine, version, base);
      return { version };
    } catch (checkpointError) {
      // the commit stands; without the checkpoint reading is slower, and the next one catches up
      return { version, checkpointError };
    }
  }

  /** Removes the staged files. For a change that will not be committed. */
  async discard(): Promise<void> {
    const { store } = this.#parts;
    const { rowChanges } = this.#parts;
    await store.remove([
      ...this.#written.map((file) => relativePath(store, file)),
      ...(rowChanges?.furtherFiles ?? []),
    ]);
  }

  get #layout(): TableLayout {
    const { store, schema, partitionColumns, base, rowChanges } = this.#parts;
    const mapping = mappingMode(store.location, this.#parts.properties ?? base?.properties ?? {});
    const deletedRows = new Map([...(base?.deletedRows ?? []), ...(rowChanges?.deletedRows ?? [])]);
    return { location: store.location, schema, partitionColumns, mapping, deletedRows };
  }

  get #written(): readonly AddFile[] {
    const before = this.#parts.base?.state.files;
    // a file that only got a deletion vector was there before
    return this.#parts.writesFiles === false ? [] : this.added.filter((file) => !before?.has(file.path));
  }
}
