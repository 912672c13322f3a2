import { join } from 'node:path';
import type { SnapshotAt } from '../delta/log/load.js';
import type { Snapshot } from '../delta/log/snapshot.js';
import type { ParquetEngine } from '../delta/parquet.js';
import { DeltaTable } from '../delta/table.js';
import type { Column, Session } from '../engines/engine.js';
import { EngineFailure } from '../engines/engine-failure.js';
import { quoteIdentifier, Relation } from '../engines/relation.js';
import { GraphError, StorageError } from '../errors/tsdbt-error.js';
import { LakeFunctions, readFunction, relationNamed } from './lake-functions.js';
import { readView, type ViewDefinition } from './view-file.js';

/** Schema of the engine's catalog that holds staged data. */
const STAGED_SCHEMA = 'tsdbt_staged';

export type Pinned =
  | { readonly kind: 'table'; readonly snapshot: Snapshot }
  | { readonly kind: 'view'; readonly definition: ViewDefinition };

export interface LakeCatalogOptions {
  /** absolute folder of the warehouse */
  readonly warehouse: string;
  /** absolute folder of a table */
  readonly locationOf: (relation: Relation) => string;
  /** session for reading logs and for the views; used by nobody else */
  readonly session: Session;
  readonly parquetOf: (session: Session) => ParquetEngine;
  /** tables are read as they were at this time or version; default: at their latest version */
  readonly asOf: SnapshotAt | undefined;
}

/**
 * The lake as one run sees it: every relation is pinned to the version that was current when the run first asked for it, and is
 * readable by its name as a view in the engine's catalog.
 */
export class LakeCatalog {
  readonly #pinned = new Map<string, Promise<Pinned | undefined>>();
  readonly #exposed = new Map<string, Promise<boolean>>();
  readonly #external = new Map<string, string>();
  readonly #passing = new Set<string>();
  /** folders of other warehouses → catalogs in which their views are made */
  readonly #catalogs = new Map<string, string>();
  /** names of relations → names of the exposed views that read them */
  readonly #readers = new Map<string, Set<string>>();
  readonly functions: LakeFunctions;
  #queue: Promise<unknown> = Promise.resolve();
  #stagedNumber = 0;

  constructor(private readonly options: LakeCatalogOptions) {
    this.functions = new LakeFunctions({
      warehouse: options.warehouse,
      execute: (sql) => this.#serial(() => options.session.execute(sql)),
      expose: (relation) => this.expose(relation),
    });
  }

  /** What the run has pinned, or pins now; undefined where there is nothing of that name. */
  pin(relation: Relation): Promise<Pinned | undefined> {
    const key = relation.toString();
    let pinned = this.#pinned.get(key);
    if (pinned === undefined) {
      pinned = this.read(relation);
      this.#pinned.set(key, pinned);
    }
    return pinned;
  }

  /** What readers outside the run see now: another run may have published a newer version than this one has pinned. */
  read(relation: Relation): Promise<Pinned | undefined> {
    return this.#serial(async () => {
      const definition = readView(this.options.warehouse, relation);
      if (definition !== undefined) return { kind: 'view', definition };
      const table = await this.#openAt(this.options.locationOf(relation));
      if (table === undefined) return undefined;
      try {
        return { kind: 'table', snapshot: await table.snapshot(this.options.asOf) };
      } catch (thrown) {
        // a table that was made later did not exist then
        if (this.options.asOf?.timestamp !== undefined && isYounger(thrown)) return undefined;
        throw thrown;
      }
    });
  }

  /** The latest version of a table, read anew. */
  latest(relation: Relation): Promise<Snapshot> {
    return this.#serial(async () => (await this.#openAt(this.options.locationOf(relation)))!.snapshot());
  }

  /** Pins what the run itself has published. */
  async repin(relation: Relation, pinned: Pinned): Promise<void> {
    const key = relation.toString();
    this.#pinned.set(key, Promise.resolve(pinned));
    this.#exposed.delete(key);
    this.#forgetReaders(key);
    await this.expose(relation);
  }

  /** Makes a relation readable by its name; false where there is none. */
  expose(relation: Relation): Promise<boolean> {
    if (relation.type === 'function') return this.functions.expose(relation);
    const key = relation.toString();
    let exposed = this.#exposed.get(key);
    if (exposed === undefined) {
      exposed = this.#expose(relation);
      this.#exposed.set(key, exposed);
    }
    return exposed;
  }

  /** Reads something outside the warehouse under the relation's name. */
  async exposeExternal(relation: Relation, select: string): Promise<void> {
    this.#external.set(relation.toString(), select);
    await this.#createView(relation, select);
    this.#exposed.set(relation.toString(), Promise.resolve(true));
  }

  /**
   * Makes a relation of another warehouse readable by its name, at its latest version; false where there is none. A view there is made
   * in a catalog of its own, with all that it reads, and is there for this run only.
   */
  async exposeFrom(warehouse: string, relation: Relation): Promise<boolean> {
    if (relation.type === 'function') return this.#functionFrom(warehouse, relation);
    const select = await this.#selectFrom(warehouse, relation, new Set());
    if (select === undefined) return false;
    await this.exposeExternal(relation, select.sql);
    if (select.isPassing) this.#passing.add(passingKey(relation));
    return true;
  }

  async #selectFrom(
    warehouse: string,
    relation: Relation,
    made: Set<string>,
  ): Promise<{ sql: string; isPassing: boolean } | undefined> {
    const view = readView(warehouse, relation);
    if (view === undefined) {
      const sql = await this.selectAt(join(warehouse, relation.schema, relation.identifier));
      return sql === undefined ? undefined : { sql, isPassing: false };
    }
    const catalog = await this.#catalogOf(warehouse);
    const make = async (name: Relation, sql: string): Promise<void> => {
      made.add(name.toString());
      const create = `CREATE SCHEMA IF NOT EXISTS ${catalog}.${quoteIdentifier(name.schema)}; CREATE OR REPLACE VIEW ${catalog}.${name} AS ${sql}`;
      await this.#serial(() => this.options.session.execute(`USE ${catalog}; ${create}; USE memory`));
    };
    for (const { schema, identifier, select, kind } of view.dependsOn) {
      const parent = new Relation(schema, identifier, undefined, kind);
      if (kind === 'function') {
        await this.#makeFunctionFrom(warehouse, parent, catalog);
        continue;
      }
      if (made.has(parent.toString())) continue;
      const sql = select ?? (await this.#selectFrom(warehouse, parent, made))?.sql;
      if (sql !== undefined) await make(parent, sql);
    }
    await make(relation, view.sql);
    return { sql: `SELECT * FROM ${catalog}.${relation}`, isPassing: true };
  }

  /** Makes a function of another warehouse callable by its name, for this run only. */
  async #functionFrom(warehouse: string, relation: Relation): Promise<boolean> {
    const definition = readFunction(warehouse, relation);
    if (definition === undefined) return false;
    for (const read of definition.dependsOn) {
      const parent = relationNamed(read);
      // what is here already is what the run reads
      if (!(await this.expose(parent))) await this.exposeFrom(warehouse, parent);
    }
    await this.functions.make(relation, definition);
    this.#passing.add(passingKey(relation));
    return true;
  }

  /** Makes a function of another warehouse where the views of that one are made. */
  async #makeFunctionFrom(warehouse: string, relation: Relation, catalog: string): Promise<void> {
    const definition = readFunction(warehouse, relation);
    if (definition === undefined) return;
    const schema = `CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(relation.schema)}`;
    const statements = [`USE ${catalog}`, schema, ...definition.statements, 'USE memory'].join(';\n');
    await this.#serial(() => this.options.session.execute(statements));
  }

  /** The catalog in which views of another warehouse are made. */
  async #catalogOf(warehouse: string): Promise<string> {
    const known = this.#catalogs.get(warehouse);
    if (known !== undefined) return known;
    const name = `tsdbt_warehouse_${this.#catalogs.size + 1}`;
    this.#catalogs.set(warehouse, name);
    await this.#serial(() => this.options.session.execute(`ATTACH ':memory:' AS ${name}`));
    return name;
  }

  /** Whether a relation is readable in this run only. */
  isPassing(relation: Relation): boolean {
    return this.#passing.has(passingKey(relation));
  }

  /** How a relation outside the warehouse is read; undefined for all others. */
  externalSelect(relation: Relation): string | undefined {
    return this.#external.get(relation.toString());
  }

  /**
   * A SELECT over a Delta table at a folder, at its latest version.
   * @throws {StorageError} TSD6xxx where the table cannot be read
   */
  selectAt(location: string): Promise<string | undefined> {
    return this.#serial(async () => (await (await this.#openAt(location))?.snapshot(this.options.asOf))?.toSql());
  }

  /** A name under which data can be read that is not published. */
  async stage(relation: Relation, select: string): Promise<{ relation: Relation; columns: readonly Column[] }> {
    this.#stagedNumber += 1;
    const staged = new Relation(STAGED_SCHEMA, `${relation.schema}.${relation.identifier}.${this.#stagedNumber}`);
    await this.#createView(staged, select);
    const columns = await this.#serial(() => this.options.session.describe(`SELECT * FROM ${staged}`));
    return { relation: staged, columns };
  }

  async drop(staged: Relation): Promise<void> {
    await this.#serial(() => this.options.session.execute(`DROP VIEW IF EXISTS ${staged}`));
  }

  #openAt(location: string): Promise<DeltaTable | undefined> {
    return DeltaTable.open(location, this.options.parquetOf(this.options.session));
  }

  async #expose(relation: Relation): Promise<boolean> {
    const pinned = await this.pin(relation);
    if (pinned === undefined) return false;
    if (pinned.kind === 'table') {
      await this.#createView(relation, pinned.snapshot.toSql());
      return true;
    }
    for (const parent of pinned.definition.dependsOn) {
      const name = relationNamed(parent);
      const key = name.toString();
      this.#readers.set(key, (this.#readers.get(key) ?? new Set()).add(relation.toString()));
      if (parent.select !== undefined && !this.#external.has(key)) await this.exposeExternal(name, parent.select);
      else if (parent.select === undefined && !(await this.expose(name)) && this.options.asOf !== undefined)
        throw new GraphError('TSD3050', `${named(relation)} reads ${named(name)}, which did not exist then`, {
          hint: `see its versions: tsdbt history --select ${name.identifier}`,
        });
    }
    try {
      await this.#createView(relation, pinned.definition.sql);
    } catch (thrown) {
      if (!(thrown instanceof EngineFailure)) throw thrown;
      throw this.#unreadable(relation, thrown);
    }
    return true;
  }

  #unreadable(view: Relation, cause: EngineFailure): StorageError {
    if (this.options.asOf === undefined)
      return new StorageError('TSD6083', `the view ${named(view)} cannot be read any more: ${cause.message}`, {
        hint: `what it reads has changed since: run it again, tsdbt build --select ${view.identifier}`,
        cause,
      });
    return new StorageError('TSD6083', `the view ${named(view)} cannot be read as of then: ${cause.message}`, {
      hint: `a view has no versions: it is read by its definition of now, and what it reads was otherwise then`,
      cause,
    });
  }

  /** Views over a relation are made anew when they are next asked for: the engine has bound them to the columns of before. */
  #forgetReaders(key: string): void {
    for (const reader of this.#readers.get(key) ?? []) {
      if (this.#exposed.delete(reader)) this.#forgetReaders(reader);
    }
  }

  async #createView(relation: Relation, select: string): Promise<void> {
    await this.#serial(() =>
      this.options.session.execute(
        `CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(relation.schema)}; CREATE OR REPLACE VIEW ${relation} AS ${select}`,
      ),
    );
  }

  /** The catalog session takes one statement at a time, and a failed one must not stop those after it. */
  #serial<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work, work);
    this.#queue = result.catch(() => undefined);
    return result;
  }
}

function isYounger(thrown: unknown): boolean {
  return thrown instanceof StorageError && thrown.code === 'TSD6016';
}

/** A function may have the name of a table. */
function passingKey(relation: Relation): string {
  return relation.type === 'function' ? `function ${relation}` : relation.toString();
}

function named({ schema, identifier }: Relation): string {
  return `${schema}.${identifier}`;
}
