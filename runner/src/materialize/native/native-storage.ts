import type { Session } from '../../engines/engine.js';
import type { Relation } from '../../engines/relation.js';
import type { LakeStorage } from '../lake-storage.js';
import type { PublishedRelation, StagedRelation } from '../storage.js';
import {
  columnsOf,
  createSchema,
  dropByName,
  dropRelation,
  findRelation,
  hasFunction,
  renameRelation,
} from './native-catalog.js';
import { beside } from './native-statements.js';

/**
 * Tables and views of a DuckDB file. What is written is visible at once: nothing is staged, as dbt's users know it, and
 * relations need not be exposed, as they have their names already.
 */
export class NativeStorage implements LakeStorage {
  readonly stages = false;
  readonly exposes = false;

  /** @param catalog session for looking things up; used by nobody else */
  constructor(private readonly catalog: Session) {}

  async published(relation: Relation): Promise<PublishedRelation | undefined> {
    const found = await findRelation(this.catalog, relation);
    if (found === undefined) return undefined;
    return {
      kind: found.type === 'view' ? 'view' : 'table',
      columns: await columnsOf(this.catalog, found),
      version: undefined,
      rows: undefined,
    };
  }

  async expose(relation: Relation): Promise<boolean> {
    if (relation.type === 'function') return hasFunction(this.catalog, relation);
    return (await findRelation(this.catalog, relation)) !== undefined;
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
    const found = await findRelation(this.catalog, relation);
    return found === undefined ? undefined : { select: `select * from ${found}`, dependsOn: [] };
  }

  async selectAt(): Promise<string | undefined> {
    return undefined;
  }

  async table(): ReturnType<LakeStorage['table']> {
    return undefined;
  }

  stageTable(session: Session, relation: Relation, select: string): Promise<StagedRelation> {
    return this.#stage(session, relation, 'table', select);
  }

  stageAppend(session: Session, relation: Relation, select: string): Promise<StagedRelation> {
    return this.#stage(session, relation, 'table', select);
  }

  stageReplace(session: Session, relation: Relation, select: string): Promise<StagedRelation> {
    return this.#stage(session, relation, 'table', select);
  }

  stageMerge(session: Session, relation: Relation, select: string): Promise<StagedRelation> {
    return this.#stage(session, relation, 'table', select);
  }

  stageView(session: Session, relation: Relation, select: string): Promise<StagedRelation> {
    return this.#stage(session, relation, 'view', select);
  }

  /** Builds beside, and takes the place of what is there when it is published. */
  async #stage(session: Session, relation: Relation, type: 'table' | 'view', select: string): Promise<StagedRelation> {
    await createSchema(session, relation.database, relation.schema);
    const staged = beside(relation, '__dbt_tmp', type);
    await dropByName(session, staged);
    await session.execute(`create ${type} ${staged} as (\n${select}\n)`);
    return {
      relation: staged,
      columns: await columnsOf(session, staged),
      warnings: [],
      publish: async () => {
        await dropByName(session, relation);
        await renameRelation(session, staged, relation.identifier);
        return { version: undefined, rows: undefined, unchanged: false };
      },
      discard: () => dropRelation(session, staged),
    };
  }
}
