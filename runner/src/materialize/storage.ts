import type { Column, Session } from '../engines/engine.js';
import type { Relation } from '../engines/relation.js';

/** A table or view as readers see it now. */
export interface PublishedRelation {
  readonly kind: 'table' | 'view';
  readonly columns: readonly Column[];
  /** Delta version; undefined for views */
  readonly version: number | undefined;
  /** rows, where statistics tell */
  readonly rows: number | undefined;
}

/** What publishing did. */
export interface Publication {
  readonly version: number | undefined;
  readonly rows: number | undefined;
  readonly inserted?: number | undefined;
  readonly updated?: number | undefined;
  readonly deleted?: number | undefined;
  /** the new data equals the published data: nothing was written */
  readonly unchanged: boolean;
  /** what went wrong after the data was published, in one line */
  readonly warning?: string | undefined;
}

/** New data that lies in the warehouse and that no reader sees yet. */
export interface StagedRelation {
  /** reads the table as it would be after publication */
  readonly relation: Relation;
  readonly columns: readonly Column[];
  /** one line per column whose type had to be changed to be stored */
  readonly warnings: readonly string[];
  /** Makes the staged data the published data, in one commit. */
  publish(): Promise<Publication>;
  /** Gives the staged data up; rejected files stay for inspection until the next vacuum. */
  discard(): Promise<void>;
}

export interface TableOptions {
  readonly partitionBy: readonly string[];
  readonly clusterBy: readonly string[];
  readonly properties: Readonly<Record<string, string>>;
  /** so many small files are put together after a commit; undefined: never */
  readonly optimizeFrom: number | undefined;
  readonly description: string | undefined;
  /** by column name */
  readonly comments: Readonly<Record<string, string>>;
}

export interface MergeOptions {
  /** columns that identify a row */
  readonly keys: readonly string[];
  /** columns to set where the keys match; undefined: all others */
  readonly update: readonly string[] | undefined;
  /** target rows without a source row that satisfy this SQL predicate are deleted */
  readonly notMatchedBySourceDelete: string | undefined;
  /** SQL predicates over the target that narrow what is searched for matches */
  readonly predicates: readonly string[];
  readonly schemaChange: 'ignore' | 'fail' | 'append_new_columns' | 'sync_all_columns';
}

/**
 * Where published relations live. One per run: every relation is pinned to the version that was current when the run
 * first asked for it, plus what this run has published.
 */
export interface Storage {
  /** new data can be tested before readers see it */
  readonly stages: boolean;
  /** relations have to be exposed before they are read; else the engine knows them by their names */
  readonly exposes: boolean;
  /** the relation as it is pinned, or undefined where there is none */
  published(relation: Relation): Promise<PublishedRelation | undefined>;
  /** makes the relation readable by its name in every session; false where there is none */
  expose(relation: Relation): Promise<boolean>;
  /** reads something outside the warehouse under the relation's name */
  exposeExternal(relation: Relation, select: string): Promise<void>;
  stageTable(session: Session, relation: Relation, select: string, options: TableOptions): Promise<StagedRelation>;
  stageAppend(
    session: Session,
    relation: Relation,
    select: string,
    schemaChange: MergeOptions['schemaChange'],
    options: TableOptions,
  ): Promise<StagedRelation>;
  stageMerge(
    session: Session,
    relation: Relation,
    select: string,
    merge: MergeOptions,
    options: TableOptions,
  ): Promise<StagedRelation>;
  /**
   * The rows of a SELECT in place of those for which a predicate holds.
   * @param predicateOf the predicate over the table's columns; it is given the name of a table with the new rows
   */
  stageReplace(
    session: Session,
    relation: Relation,
    select: string,
    predicateOf: (rows: string) => string | Promise<string>,
    schemaChange: MergeOptions['schemaChange'],
    options: TableOptions,
  ): Promise<StagedRelation>;
  /** `dependsOn`: what the SELECT names */
  stageView(
    session: Session,
    relation: Relation,
    select: string,
    description: string | undefined,
    dependsOn: readonly Relation[],
  ): Promise<StagedRelation>;
}
