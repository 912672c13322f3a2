import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { CommitProvenance } from '../delta/log/commit.js';
import type { SnapshotAt } from '../delta/log/load.js';
import type { Snapshot } from '../delta/log/snapshot.js';
import { stageAppend } from '../delta/operations/append.js';
import { stageShallowClone } from '../delta/operations/clone.js';
import { stageMerge } from '../delta/operations/merge.js';
import type { TableSettings } from '../delta/operations/metadata.js';
import { smallFiles, stageOptimize } from '../delta/operations/optimize.js';
import { stageOverwrite } from '../delta/operations/overwrite.js';
import type { StagedCommit } from '../delta/operations/staged-commit.js';
import type { ParquetEngine } from '../delta/parquet.js';
import { DeltaTable } from '../delta/table.js';
import type { Session } from '../engines/engine.js';
import { EngineFailure } from '../engines/engine-failure.js';
import { quoteIdentifier, type Relation } from '../engines/relation.js';
import { StorageError, TsdbtError } from '../errors/tsdbt-error.js';
import { checkpointWarning, together } from './checkpoint-warning.js';
import { sameContent } from './content.js';
import { LakeCatalog } from './lake-catalog.js';
import type { LakeFunctions } from './lake-functions.js';
import type { MergeOptions, Publication, PublishedRelation, StagedRelation, Storage, TableOptions } from './storage.js';
import { readView, removeView, sameDefinition, type ViewDefinition, viewPath, writeView } from './view-file.js';

export interface DeltaStorageOptions {
  /** absolute folder of the warehouse */
  readonly warehouse: string;
  /** session for reading logs and for the catalog; used by nobody else */
  readonly catalog: Session;
  readonly parquetOf: (session: Session) => ParquetEngine;
  /** what every commit says of its origin */
  readonly commitInfo: CommitProvenance;
  readonly invocationId: string;
  /** tables are read as they were at this time; default: at their latest version */
  readonly asOf?: SnapshotAt | undefined;
}

/** Tables of the warehouse: Delta logs, with views in the engine's catalog that read one pinned version each. */
export class DeltaStorage implements Storage {
  readonly stages = true;
  readonly exposes = true;
  readonly #catalog: LakeCatalog;
  readonly functions: LakeFunctions;

  constructor(private readonly options: DeltaStorageOptions) {
    const { warehouse, catalog: session, parquetOf, asOf } = options;
    this.#catalog = new LakeCatalog({ warehouse, session, parquetOf, asOf, locationOf: (of) => this.locationOf(of) });
    this.functions = this.#catalog.functions;
  }

  /** absolute folder of a table */
  locationOf(relation: Relation): string {
    return join(this.options.warehouse, relation.schema, relation.identifier);
  }

  async published(relation: Relation): Promise<PublishedRelation | undefined> {
    const pinned = await this.#catalog.pin(relation);
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
    const pinned = await this.#catalog.read(relation);
    if (pinned === undefined) return undefined;
    if (pinned.kind === 'view') return { select: pinned.definition.sql, dependsOn: pinned.definition.dependsOn };
    return { select: pinned.snapshot.toSql(), dependsOn: [] };
  }

  /** A table to work on, at its latest version; undefined where there is none, or a view. Statements run in the session. */
  async table(session: Session, relation: Relation): Promise<DeltaTable | undefined> {
    if (readView(this.options.warehouse, relation) !== undefined) return undefined;
    return DeltaTable.open(this.locationOf(relation), this.options.parquetOf(session));
  }

  /** Whether there is a table, view or function of that name. */
  async has(relation: Relation): Promise<boolean> {
    const { warehouse } = this.options;
    if (relation.type === 'function') return this.functions.read(relation) !== undefined;
    return existsSync(viewPath(warehouse, relation)) || existsSync(join(this.locationOf(relation), '_delta_log'));
  }

  /**
   * Makes a relation of another warehouse readable by its name; false where there is none.
   * @param warehouse absolute folder
   */
  exposeFrom(warehouse: string, relation: Relation): Promise<boolean> {
    return this.#catalog.exposeFrom(warehouse, relation);
  }

  /**
   * Makes a relation of what lies elsewhere: of a table a shallow clone, which shares its files until it is written to; of a view, in this
   * warehouse a view, of another one its rows. A table that has the name is kept aside.
   *
   * @returns undefined where there is nothing to clone
   */
  async cloneFrom(
    session: Session,
    own: Relation,
    from: { readonly relation: Relation; readonly warehouse: string | undefined },
  ): Promise<(Publication & { readonly how: string }) | undefined> {
    const warehouse = from.warehouse ?? this.options.warehouse;
    const name = `${from.relation.schema}.${from.relation.identifier}`;
    const select = `select * from ${from.relation}`;
    if (readView(warehouse, from.relation) !== undefined) {
      if (from.warehouse === undefined) {
        await this.#catalog.expose(from.relation);
        const view = await this.stageView(session, own, select, undefined, [from.relation]);
        return { ...(await view.publish()), how: `view of ${name}` };
      }
      await this.#catalog.exposeFrom(from.warehouse, from.relation);
      const options = {
        partitionBy: [],
        clusterBy: [],
        properties: {},
        comments: {},
        description: undefined,
        optimizeFrom: undefined,
      };
      const copy = await this.stageTable(session, own, select, options);
      return { ...(await copy.publish()), how: `rows of the view ${name}` };
    }
    const engine = this.options.parquetOf(session);
    const table = await DeltaTable.open(join(warehouse, from.relation.schema, from.relation.identifier), engine);
    if (table === undefined) return undefined;
    this.#setAside(own);
    const staged = await stageShallowClone({ location: this.locationOf(own), engine }, table);
    await staged.commit(this.options.commitInfo);
    removeView(this.options.warehouse, own);
    const snapshot = await this.#catalog.latest(own);
    await this.#catalog.repin(own, { kind: 'table', snapshot });
    return { version: snapshot.version, rows: snapshot.numRecords, unchanged: false, how: `shallow clone of ${name}` };
  }

  expose(relation: Relation): Promise<boolean> {
    return this.#catalog.expose(relation);
  }

  /**
   * A SELECT over a Delta table outside the warehouse, at its latest version.
   * @throws {StorageError} TSD6xxx where the table cannot be read
   */
  selectAt(location: string): Promise<string | undefined> {
    return this.#catalog.selectAt(location);
  }

  exposeExternal(relation: Relation, select: string): Promise<void> {
    return this.#catalog.exposeExternal(relation, select);
  }

  async stageTable(
    session: Session,
    relation: Relation,
    select: string,
    options: TableOptions,
  ): Promise<StagedRelation> {
    const current = await this.#snapshot(relation);
    const staged = await stageOverwrite(this.#target(session, relation, current), {
      select,
      partitionBy: options.partitionBy,
      sortBy: options.clusterBy,
      // what may be null is for the model's contract and tests to say
      notNull: [],
      ...settingsOf(options, current),
    });
    return this.#stagedRelation(
      session,
      relation,
      staged,
      options,
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
    return this.#stagedRelation(session, relation, staged, options, async () => staged.isNoop);
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
    return this.#stagedRelation(session, relation, staged, options, async () => staged.isNoop);
  }

  async stageReplace(
    session: Session,
    relation: Relation,
    select: string,
    predicateOf: (rows: string) => string | Promise<string>,
    schemaChange: MergeOptions['schemaChange'],
    options: TableOptions,
  ): Promise<StagedRelation> {
    const current = await this.#snapshot(relation);
    if (current === undefined) return this.stageTable(session, relation, select, options);
    const rows = quoteIdentifier(`tsdbt_rows_of_${relation.schema}.${relation.identifier}`);
    await session.execute(`CREATE OR REPLACE TEMP TABLE ${rows} AS ${select}`);
    try {
      const staged = await stageOverwrite(this.#target(session, relation, current), {
        select: `SELECT * FROM ${rows}`,
        madeBy: select,
        replaceWhere: await predicateOf(rows),
        anyRows: true,
        mergeSchema: addsColumns(schemaChange),
        ...settingsOf(options, current),
      });
      return await this.#stagedRelation(
        session,
        relation,
        staged,
        options,
        async () => !staged.changesMetadata && (await sameContent(session, staged.toSql(), current.toSql())),
      );
    } finally {
      await session.execute(`DROP TABLE IF EXISTS ${rows}`);
    }
  }

  async stageView(
    session: Session,
    relation: Relation,
    select: string,
    description: string | undefined,
    dependsOn: readonly Relation[],
  ): Promise<StagedRelation> {
    const passing = dependsOn.find((parent) => this.#catalog.isPassing(parent));
    if (passing !== undefined)
      throw new StorageError(
        'TSD6086',
        `the view ${relation.schema}.${relation.identifier} would read ${passing.schema}.${passing.identifier}, a ${passing.type === 'function' ? 'function' : 'view'} of another warehouse`,
        {
          hint: 'what is read there through --defer is there for this run only: materialize this model, or that one, as a table',
        },
      );
    const columns = await session.describe(select);
    const before = await this.#catalog.pin(relation);
    const definition: ViewDefinition = {
      sql: select,
      columns,
      dependsOn: dependsOn.map((parent) => ({
        schema: parent.schema,
        identifier: parent.identifier,
        select: this.#catalog.externalSelect(parent),
        ...(parent.type === 'function' ? { kind: parent.type } : {}),
      })),
      description,
      invocationId: this.options.invocationId,
    };
    const { relation: staged } = await this.#catalog.stage(relation, select);
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
        await this.#catalog.repin(relation, { kind: 'view', definition });
        await this.#catalog.drop(staged);
        return { version: undefined, rows: undefined, unchanged };
      },
      discard: () => this.#catalog.drop(staged),
    };
  }

  #target(session: Session, relation: Relation, table: Snapshot | undefined) {
    return { location: this.locationOf(relation), engine: this.options.parquetOf(session), table };
  }

  async #stagedRelation(
    session: Session,
    relation: Relation,
    staged: StagedCommit,
    options: TableOptions,
    isUnchanged: () => Promise<boolean>,
  ): Promise<StagedRelation> {
    const { relation: name, columns } = await this.#catalog.stage(relation, staged.toSql());
    return {
      relation: name,
      columns,
      warnings: staged.warnings.map((warning) => warning.message),
      publish: async (): Promise<Publication> => {
        const before = await this.#snapshot(relation);
        if (before !== undefined && (await isUnchanged())) {
          await this.#catalog.drop(name);
          await staged.discard();
          return { version: before.version, rows: before.numRecords, unchanged: true };
        }
        const late = checkpointWarning(await staged.commit(this.options.commitInfo));
        removeView(this.options.warehouse, relation);
        const warning = together(late, await this.#autoOptimize(session, relation, options));
        const snapshot = await this.#catalog.latest(relation);
        await this.#catalog.repin(relation, { kind: 'table', snapshot });
        await this.#catalog.drop(name);
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
          warning,
        };
      },
      discard: () => this.#catalog.drop(name),
    };
  }

  /** Puts small files together where the model's config asks for it. The data is published by then: a failure is told, not thrown. */
  async #autoOptimize(session: Session, relation: Relation, options: TableOptions): Promise<string | undefined> {
    const { optimizeFrom } = options;
    if (optimizeFrom === undefined) return undefined;
    try {
      const table = await this.#catalog.latest(relation);
      if (smallFiles(table) < optimizeFrom) return undefined;
      const staged = await stageOptimize(this.#target(session, relation, table));
      return staged.isNoop ? undefined : checkpointWarning(await staged.commit(this.options.commitInfo));
    } catch (thrown) {
      if (!(thrown instanceof TsdbtError || thrown instanceof EngineFailure)) throw thrown;
      return `${relation.schema}.${relation.identifier} is published, but its small files could not be put together: ${thrown.message}`;
    }
  }

  /** The table that a write builds on; a view of that name counts as no table. */
  async #snapshot(relation: Relation): Promise<Snapshot | undefined> {
    const pinned = await this.#catalog.pin(relation);
    return pinned?.kind === 'table' ? pinned.snapshot : undefined;
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
