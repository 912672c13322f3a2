import { join } from 'node:path';
import { StorageError } from '../../errors/tsdbt-error.js';
import { writeCheckpointIfDue } from '../log/checkpoint.js';
import { type Change, type CommitProvenance, type Committed, commitChange } from '../log/commit.js';
import { snapshotAfter } from '../log/load.js';
import { scanSql, type TableLayout } from '../log/scan-sql.js';
import type { Snapshot } from '../log/snapshot.js';
import type { SelectColumn } from '../parquet.js';
import type { AddFile, LiveFile } from '../protocol/actions.js';
import type { StructType } from '../protocol/data-types.js';
import type { DeletedRows } from '../protocol/deletion-vectors.js';
import { type TypeWarning, toDuckDBType } from '../protocol/duckdb-types.js';
import { emptyPartitionWarning } from '../protocol/partition-values.js';
import { resolvePath } from '../protocol/paths.js';
import type { TableChange } from './metadata.js';
import { isRemembered, remember } from './target.js';
import { keepsPartitions } from './widen.js';
import { layoutOf, relativePath } from './write-files.js';

/** What an operation has come to, for a table that is to be as its {@link TableChange} says. */
export interface Outcome extends Omit<Change, 'protocol' | 'metadata'> {
  readonly warnings?: readonly TypeWarning[] | undefined;
  /** of new deletion vectors */
  readonly deletedRows?: DeletedRows | undefined;
  /** files that were written beside data files, relative to the table */
  readonly furtherFiles?: readonly string[] | undefined;
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
  readonly #table: TableChange;
  readonly #outcome: Outcome;
  #committed: Promise<CommitResult & { readonly applied: boolean }> | undefined;
  #discarded = false;

  constructor(table: TableChange, outcome: Outcome) {
    this.#table = table;
    this.#outcome = outcome;
  }

  /** The version that the change starts from; -1 when it creates the table. */
  get readVersion(): number {
    return this.#table.base?.version ?? -1;
  }

  /** `WRITE`, `MERGE`, `DELETE`, `RESTORE` */
  get operation(): string {
    return this.#outcome.operation;
  }

  /** The table's schema after the commit. */
  get schema(): StructType {
    return this.#table.schema;
  }

  /** The table's columns after the commit, as DuckDB reads them. */
  get columns(): readonly SelectColumn[] {
    return this.schema.fields.map((field) => ({ name: field.name, type: toDuckDBType(field.type) }));
  }

  get added(): readonly AddFile[] {
    return this.#outcome.adds;
  }

  get removed(): readonly LiveFile[] {
    return this.#outcome.removes;
  }

  /** Counts by the names that Delta uses: numOutputRows, numTargetRowsInserted, numTargetRowsUpdated, … */
  get metrics(): Readonly<Record<string, number>> {
    return this.#outcome.metrics;
  }

  /** Columns whose DuckDB type Delta lacks, and partition columns with values that it lacks, each once. */
  get warnings(): readonly TypeWarning[] {
    return [...(this.#outcome.warnings ?? []), ...[...(this.#table.emptyPartitions ?? [])].map(emptyPartitionWarning)];
  }

  /** Schema, partitioning, properties, descriptions, the protocol or what the table is clustered by would change. */
  get changesMetadata(): boolean {
    const { metadata, protocol } = this.#table;
    return metadata !== undefined || protocol !== undefined || (this.#outcome.domains ?? []).length > 0;
  }

  /** Nothing would change: {@link commit} writes nothing, but for a transaction. */
  get isNoop(): boolean {
    const { adds, removes } = this.#outcome;
    return this.#table.base !== undefined && adds.length + removes.length === 0 && !this.changesMetadata;
  }

  /** Absolute paths of the files that were written. */
  get stagedPaths(): readonly string[] {
    const { location } = this.#table.store;
    const { furtherFiles = [] } = this.#outcome;
    return [
      ...this.#written.map((file) => resolvePath(location, file.path)),
      ...furtherFiles.map((path) => join(location, path)),
    ];
  }

  /** Files of the table after the commit. */
  get files(): readonly LiveFile[] {
    const files = new Map<string, LiveFile>(this.#table.base?.state.files ?? []);
    for (const file of this.removed) files.delete(file.path);
    for (const file of this.added) files.set(file.path, file);
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
   * @throws StorageError TSD6020 when another commit conflicts, and TSD6022 for a transaction that the log cannot have, or a change that was
   *   discarded: nothing is published then; TSD6021 where it may have been published all the same
   */
  async commit(provenance: CommitProvenance): Promise<CommitResult> {
    if (this.#discarded)
      throw new StorageError(
        'TSD6022',
        `${this.#table.store.location}: a change that was discarded cannot be committed`,
        {
          hint: 'its files are gone: stage it again',
        },
      );
    this.#committed ??= this.#commit(provenance);
    const { applied: _, ...result } = await this.#committed;
    return result;
  }

  async #commit(provenance: CommitProvenance): Promise<CommitResult & { readonly applied: boolean }> {
    const { store, engine, base, protocol, metadata } = this.#table;
    // what changes nothing is told of where it counts as a transaction
    if (this.isNoop && provenance.txn === undefined) return { version: base!.version, applied: false };
    const committed = await commitChange(store, base, { ...this.#outcome, protocol, metadata }, provenance);
    const { version, applied } = committed;
    if (!applied) return { version, applied };
    const known = await this.#after(committed);
    if (known !== undefined) remember(store, known);
    try {
      const checkpointed = await writeCheckpointIfDue(store, engine, version, base, this.#respellsPartitions, known);
      if (known !== undefined && checkpointed !== undefined) remember(store, checkpointed);
      return { version, applied };
    } catch (checkpointError) {
      // the commit stands; without the checkpoint reading is slower, and the next one catches up
      return { version, applied, checkpointError };
    }
  }

  /** The version that has been committed, where the table's next write starts from what this process knows. */
  async #after({ since }: Committed): Promise<Snapshot | undefined> {
    const { store, engine, base } = this.#table;
    if (base === undefined || !isRemembered(store)) return undefined;
    // the commit stands; whoever needs the version reads it, and meets what went wrong
    return snapshotAfter(store, engine, base, since()).catch(() => undefined);
  }

  /**
   * Delta Kernel reads the partition values of all files that commits since the last checkpoint name by the types of the latest schema, also of those
   * that have gone, and fails where one is spelled otherwise. After a checkpoint it sees only the files that are there.
   */
  get #respellsPartitions(): boolean {
    const { base, schema } = this.#table;
    return base !== undefined && !keepsPartitions(base, schema);
  }

  /** Removes the staged files, of a change that is not committed. Where it was, or may have been (TSD6021), they stay: the log names them. */
  async discard(): Promise<void> {
    const { store } = this.#table;
    if (this.#committed !== undefined && (await this.#committed.then(({ applied }) => applied, mayBePublished))) return;
    this.#discarded = true;
    const { furtherFiles = [] } = this.#outcome;
    await store.remove([...this.#written.map((file) => relativePath(store, file)), ...furtherFiles]);
  }

  get #layout(): TableLayout {
    const { base } = this.#table;
    const deletedRows = new Map([...(base?.deletedRows ?? []), ...(this.#outcome.deletedRows ?? [])]);
    return { ...layoutOf(this.#table), deletedRows };
  }

  get #written(): readonly AddFile[] {
    const before = this.#table.base?.state.files;
    // a file that only got a deletion vector was there before
    return this.#outcome.writesFiles === false ? [] : this.added.filter((file) => !before?.has(file.path));
  }
}

/** Whether a commit that failed may be in the log. */
function mayBePublished(error: unknown): boolean {
  // a store of somebody else's may not know better than to throw what it met
  return !(error instanceof StorageError) || error.code === 'TSD6021';
}
