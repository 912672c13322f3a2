import type { Session } from '../engines/engine.js';
import { quoteLiteral, type Relation } from '../engines/relation.js';
import { EngineError } from '../errors/tsdbt-error.js';
import type { LakeStorage } from './lake-storage.js';
import type { PublishedRelation } from './storage.js';

/**
 * What an engine's own catalog holds, for reading: tables that were built elsewhere and are known to the engine by their names. Each schema
 * is listed once, so that a run sees one set of tables.
 */
export class ReadingStorage implements LakeStorage {
  readonly stages = false;
  readonly exposes = true;
  /** schema → names of its tables and views, both in lower case */
  readonly #schemas = new Map<string, Promise<ReadonlyMap<string, PublishedRelation['kind']>>>();
  #queue: Promise<unknown> = Promise.resolve();

  /** @param catalog session for looking things up; used by nobody else */
  constructor(private readonly catalog: Session) {}

  async published(relation: Relation): Promise<PublishedRelation | undefined> {
    const kind = await this.#kindOf(relation);
    if (kind === undefined) return undefined;
    const columns = await this.#serial(() => this.catalog.describe(`select * from ${relation}`));
    return { kind, columns, version: undefined, rows: undefined };
  }

  async expose(relation: Relation): Promise<boolean> {
    return (await this.#kindOf(relation)) !== undefined;
  }

  has(relation: Relation): Promise<boolean> {
    return this.expose(relation);
  }

  async exposeExternal(): Promise<void> {}

  async exposeFrom(): Promise<boolean> {
    return false;
  }

  async cloneFrom(): Promise<undefined> {}

  async latestSelect(relation: Relation): ReturnType<LakeStorage['latestSelect']> {
    return (await this.expose(relation)) ? { select: `select * from ${relation}`, dependsOn: [] } : undefined;
  }

  async selectAt(): Promise<string | undefined> {
    return undefined;
  }

  async table(): ReturnType<LakeStorage['table']> {
    return undefined;
  }

  stageTable(): Promise<never> {
    return Promise.reject(noWriting());
  }

  stageAppend(): Promise<never> {
    return Promise.reject(noWriting());
  }

  stageMerge(): Promise<never> {
    return Promise.reject(noWriting());
  }

  stageReplace(): Promise<never> {
    return Promise.reject(noWriting());
  }

  stageView(): Promise<never> {
    return Promise.reject(noWriting());
  }

  async #kindOf({ schema, identifier }: Relation): Promise<PublishedRelation['kind'] | undefined> {
    const key = schema.toLowerCase();
    let tables = this.#schemas.get(key);
    if (tables === undefined) {
      tables = this.#list(key);
      this.#schemas.set(key, tables);
    }
    return (await tables).get(identifier.toLowerCase());
  }

  async #list(schema: string): Promise<ReadonlyMap<string, PublishedRelation['kind']>> {
    const { rows } = await this.#serial(() =>
      this.catalog.query(
        `select table_name, table_type from information_schema.tables where table_schema = ${quoteLiteral(schema)}`,
      ),
    );
    return new Map(rows.map(([name, type]) => [String(name).toLowerCase(), type === 'VIEW' ? 'view' : 'table']));
  }

  /** A session takes one statement at a time, and a failed one must not stop those after it. */
  #serial<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work, work);
    this.#queue = result.catch(() => undefined);
    return result;
  }
}

function noWriting(): EngineError {
  return new EngineError('TSD5036', 'nothing can be written through this engine yet', {
    hint: 'build with a target of type duckdb: tables that it publishes are read here',
  });
}
