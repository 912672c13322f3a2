import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { CommitProvenance } from '../delta/log/commit.js';
import type { Snapshot } from '../delta/log/snapshot.js';
import { stageAppend } from '../delta/operations/append.js';
import { stageMerge } from '../delta/operations/merge.js';
import type { TableSettings } from '../delta/operations/metadata.js';
import { stageOverwrite } from '../delta/operations/overwrite.js';
import type { StagedCommit } from '../delta/operations/staged-commit.js';
import type { ParquetEngine } from '../delta/parquet.js';
import { DeltaTable } from '../delta/table.js';
import type { Session } from '../engines/engine.js';
import { EngineFailure } from '../engines/engine-failure.js';
import { quoteIdentifier, Relation } from '../engines/relation.js';
import { StorageError } from '../errors/tsdbt-error.js';
import { sameContent } from './content.js';
import type { MergeOptions, Publication, PublishedRelation, StagedRelation, Storage, TableOptions } from './storage.js';
import { readView, removeView, type ViewDefinition, writeView } from './view-file.js';

/** Schema of the engine's catalog that holds staged data. */
const STAGED_SCHEMA = 'tsdbt_staged';

export interface DeltaStorageOptions {
  /** absolute folder of the warehouse */
  readonly warehouse: string;
  /** session for reading logs and for the catalog; used by nobody else */
  readonly catalog: Session;
  readonly parquetOf: (session: Session) => ParquetEngine;
  /** what every commit says of its origin */
  readonly commitInfo: CommitProvenance;
  readonly invocationId: string;
}

type Pinned =
  | { readonly kind: 'table'; readonly snapshot: Snapshot }
  | { readonly kind: 'view'; readonly definition: ViewDefinition };

/** Tables of the warehouse: Delta logs, with views in the engine's catalog that read one pinned version each. */
export class DeltaStorage implements Storage {
  readonly stages = true;
  readonly #pinned = new Map<string, Promise<Pinned | undefined>>();
  readonly #exposed = new Map<string, Promise<boolean>>();
  readonly #external = new Map<string, string>();
  /** names of relations → names of the exposed views that read them */
  readonly #readers = new Map<string, Set<string>>();
  #catalogQueue: Promise<unknown> = Promise.resolve();
  #stagedNumber = 0;

  constructor(private readonly options: DeltaStorageOptions) {}

  /** absolute folder of a table */
  locationOf(relation: Relation): string {
    return join(this.options.warehouse, relation.schema, relation.identifier);
  }

  async published(relation: Relation): Promise<PublishedRelation | undefined> {
    const pinned = await this.#pin(relation);
    if (pinned === undefined) return undefined;
    if (pinned.kind === 'view')
      return { kind: 'view', columns: pinned.definition.columns, version: undefined, rows: undefined };
    const { snapshot } = pinned;
    return { kind: 'table', columns: snapshot.columns, version: snapshot.version, rows: snapshot.numRecords };
  }

  /**
   * How a relation is read outside the run, at its latest version: another run may have published a newer one than this run
   * has pinned.
   */
  async latestSelect(
    relation: Relation,
  ): Promise<{ select: string; dependsOn: ViewDefinition['dependsOn'] } | undefined> {
    const pinned = await this.#serial(() => this.#read(relation));
    if (pinned === undefined) return undefined;
    if (pinned.kind === 'view') return { select: pinned.definition.sql, dependsOn: pinned.definition.dependsOn };
    return { select: pinned.snapshot.toSql(), dependsOn: [] };
  }

  expose(relation: Relation): Promise<boolean> {
    const key = relation.toString();
    let exposed = this.#exposed.get(key);
    if (exposed === undefined) {
      exposed = this.#expose(relation);
      this.#exposed.set(key, exposed);
    }
    return exposed;
  }

  /**
   * A SELECT over a Delta table outside the warehouse, at its latest version.
   * @throws {StorageError} TSD6xxx where the table cannot be read
   */
  async selectAt(location: string): Promise<string | undefined> {
    const parquet = this.options.parquetOf(this.options.catalog);
    return this.#serial(async () => (await (await DeltaTable.open(location, parquet))?.snapshot())?.toSql());
  }

  async exposeExternal(relation: Relation, select: string): Promise<void> {
    this.#external.set(relation.toString(), select);
    await this.#createView(relation, select);
    this.#exposed.set(relation.toString(), Promise.resolve(true));
  }

  async stageTable(
    session: Session,
    relation: Relation,
    select: string,
    options: TableOptions,
  ): Promise<StagedRelation> {
    const current = await this.#snapshot(relation);
    const ordered =
      options.clusterBy.length === 0
        ? select
        : `select * from (\n${select}\n) as unordered order by ${options.clusterBy.map(quoteIdentifier).join(', ')}`;
    const staged = await stageOverwrite(this.#target(session, relation, current), {
      select: ordered,
      partitionBy: options.partitionBy,
      ...settingsOf(options, current),
    });
    return this.#stagedRelation(
      relation,
      staged,
      async () =>
        current !== undefined &&
        !staged.changesMetadata &&
        (await sameContent(session, staged.toSql(), current.toSql())),
    );
  }

  async stageAppend(
    session: Session,
    relation: Relation,
    select: string,
    schemaChange: MergeOptions['schemaChange'],
    options: TableOptions,
  ): Promise<StagedRelation> {
    const current = await this.#snapshot(relation);
    if (current === undefined) return this.stageTable(session, relation, select, options);
    const staged = await stageAppend(this.#target(session, relation, current), {
      select,
      mergeSchema: addsColumns(schemaChange),
      ...settingsOf(options, current),
    });
    return this.#stagedRelation(relation, staged, async () => staged.isNoop);
  }

  async stageMerge(
    session: Session,
    relation: Relation,
    select: string,
    merge: MergeOptions,
    options: TableOptions,
  ): Promise<StagedRelation> {
    const current = await this.#snapshot(relation);
    if (current === undefined) return this.stageTable(session, relation, select, options);
    const staged = await stageMerge(this.#target(session, relation, current), {
      source: select,
      on: merge.keys,
      update: merge.update,
      insert: true,
      notMatchedBySourceDelete: merge.notMatchedBySourceDelete,
      predicates: merge.predicates,
      mergeSchema: addsColumns(merge.schemaChange),
      ...settingsOf(options, current),
    });
    return this.#stagedRelation(relation, staged, async () => staged.isNoop);
  }

  async stageView(
    session: Session,
    relation: Relation,
    select: string,
    description: string | undefined,
    dependsOn: readonly Relation[],
  ): Promise<StagedRelation> {
    const columns = await session.describe(select);
    const before = await this.#pin(relation);
    const definition: ViewDefinition = {
      sql: select,
      columns,
      dependsOn: dependsOn.map((parent) => ({
        schema: parent.schema,
        identifier: parent.identifier,
        select: this.#external.get(parent.toString()),
      })),
      description,
      invocationId: this.options.invocationId,
    };
    const staged = await this.#stageName(relation, select);
    return {
      relation: staged,
      columns,
      warnings: [],
      publish: async () => {
        const unchanged = before?.kind === 'view' && sameDefinition(before.definition, definition);
        if (!unchanged) {
          writeView(this.options.warehouse, relation, definition);
          if (before?.kind === 'table') this.#setAside(relation);
        }
        await this.#repin(relation, { kind: 'view', definition });
        await this.#dropView(staged);
        return { version: undefined, rows: undefined, unchanged };
      },
      discard: () => this.#dropView(staged),
    };
  }

  #target(session: Session, relation: Relation, table: Snapshot | undefined) {
    return { location: this.locationOf(relation), engine: this.options.parquetOf(session), table };
  }

  async #stagedRelation(
    relation: Relation,
    staged: StagedCommit,
    isUnchanged: () => Promise<boolean>,
  ): Promise<StagedRelation> {
    const name = await this.#stageName(relation, staged.toSql());
    return {
      relation: name,
      columns: await this.#serial(() => this.options.catalog.describe(`SELECT * FROM ${name}`)),
      warnings: staged.warnings.map((warning) => warning.message),
      publish: async (): Promise<Publication> => {
        const before = await this.#snapshot(relation);
        if (before !== undefined && (await isUnchanged())) {
          await this.#dropView(name);
          await staged.discard();
          return { version: before.version, rows: before.numRecords, unchanged: true };
        }
        await staged.commit(this.options.commitInfo);
        removeView(this.options.warehouse, relation);
        const snapshot = await this.#serial(async () => (await this.#open(relation))!.snapshot());
        await this.#repin(relation, { kind: 'table', snapshot });
        await this.#dropView(name);
        const { metrics } = staged;
        // an overwrite of rows says how many there are now, not which of them are new
        const onlyAdds = metrics.numRemovedFiles === undefined || metrics.numRemovedFiles === 0;
        return {
          version: snapshot.version,
          rows: snapshot.numRecords,
          inserted: metrics.numTargetRowsInserted ?? (onlyAdds ? metrics.numOutputRows : undefined),
          updated: metrics.numTargetRowsUpdated,
          deleted: metrics.numTargetRowsDeleted,
          unchanged: false,
        };
      },
      discard: () => this.#dropView(name),
    };
  }

  /** The table that a write builds on; a view of that name counts as no table. */
  async #snapshot(relation: Relation): Promise<Snapshot | undefined> {
    const pinned = await this.#pin(relation);
    return pinned?.kind === 'table' ? pinned.snapshot : undefined;
  }

  #pin(relation: Relation): Promise<Pinned | undefined> {
    const key = relation.toString();
    let pinned = this.#pinned.get(key);
    if (pinned === undefined) {
      pinned = this.#serial(() => this.#read(relation));
      this.#pinned.set(key, pinned);
    }
    return pinned;
  }

  async #read(relation: Relation): Promise<Pinned | undefined> {
    const definition = readView(this.options.warehouse, relation);
    if (definition !== undefined) return { kind: 'view', definition };
    const table = await this.#open(relation);
    return table === undefined ? undefined : { kind: 'table', snapshot: await table.snapshot() };
  }

  #open(relation: Relation): Promise<DeltaTable | undefined> {
    return DeltaTable.open(this.locationOf(relation), this.options.parquetOf(this.options.catalog));
  }

  async #expose(relation: Relation): Promise<boolean> {
    const pinned = await this.#pin(relation);
    if (pinned === undefined) return false;
    if (pinned.kind === 'table') {
      await this.#createView(relation, pinned.snapshot.toSql());
      return true;
    }
    for (const parent of pinned.definition.dependsOn) {
      const name = new Relation(parent.schema, parent.identifier);
      const key = name.toString();
      this.#readers.set(key, (this.#readers.get(key) ?? new Set()).add(relation.toString()));
      if (parent.select !== undefined && !this.#external.has(key)) await this.exposeExternal(name, parent.select);
      else if (parent.select === undefined) await this.expose(name);
    }
    try {
      await this.#createView(relation, pinned.definition.sql);
    } catch (thrown) {
      if (!(thrown instanceof EngineFailure)) throw thrown;
      throw new StorageError(
        'TSD6083',
        `the view ${relation.schema}.${relation.identifier} cannot be read any more: ${thrown.message}`,
        {
          hint: `what it reads has changed since: run it again, tsdbt build --select ${relation.identifier}`,
          cause: thrown,
        },
      );
    }
    return true;
  }

  /** Views over a relation are made anew when they are next asked for: the engine has bound them to the columns of before. */
  #forgetReaders(key: string): void {
    for (const reader of this.#readers.get(key) ?? []) {
      if (this.#exposed.delete(reader)) this.#forgetReaders(reader);
    }
  }

  async #repin(relation: Relation, pinned: Pinned): Promise<void> {
    const key = relation.toString();
    this.#pinned.set(key, Promise.resolve(pinned));
    this.#exposed.delete(key);
    this.#forgetReaders(key);
    await this.expose(relation);
  }

  async #stageName(relation: Relation, select: string): Promise<Relation> {
    this.#stagedNumber += 1;
    const staged = new Relation(STAGED_SCHEMA, `${relation.schema}.${relation.identifier}.${this.#stagedNumber}`);
    await this.#createView(staged, select);
    return staged;
  }

  async #createView(relation: Relation, select: string): Promise<void> {
    await this.#serial(() =>
      this.options.catalog.execute(
        `CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(relation.schema)}; CREATE OR REPLACE VIEW ${relation} AS ${select}`,
      ),
    );
  }

  async #dropView(relation: Relation): Promise<void> {
    await this.#serial(() => this.options.catalog.execute(`DROP VIEW IF EXISTS ${relation}`));
  }

  /** A table that gives way to a view of the same name is kept aside, not deleted. */
  #setAside(relation: Relation): void {
    const from = this.locationOf(relation);
    if (!existsSync(from)) return;
    const to = join(
      this.options.warehouse,
      '.replaced',
      `${relation.schema}.${relation.identifier}.${this.options.invocationId}`,
    );
    mkdirSync(dirname(to), { recursive: true });
    renameSync(from, to);
  }

  /** The catalog session takes one statement at a time, and a failed one must not stop those after it. */
  #serial<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#catalogQueue.then(work, work);
    this.#catalogQueue = result.catch(() => undefined);
    return result;
  }
}

/** A description that is no longer given is taken away; `undefined` alone would leave it. */
function settingsOf(options: TableOptions, current: Snapshot | undefined): TableSettings {
  const { properties, comments } = options;
  const described = (current?.metadata.description ?? '') !== '';
  return { properties, comments, description: options.description ?? (described ? '' : undefined) };
}

function addsColumns(change: MergeOptions['schemaChange']): boolean {
  return change === 'append_new_columns' || change === 'sync_all_columns';
}

/** Two definitions that readers cannot tell apart. */
function sameDefinition(a: ViewDefinition, b: ViewDefinition): boolean {
  const said = ({ sql, columns, dependsOn, description }: ViewDefinition): string =>
    JSON.stringify([sql, columns, dependsOn.map((d) => [d.schema, d.identifier, d.select]), description]);
  return said(a) === said(b);
}
