import type { Relation } from '../engines/relation.js';
import { GraphError } from '../errors/tsdbt-error.js';
import type { ManifestNode } from '../manifest/nodes.js';
import type { LakeStorage } from '../materialize/lake-storage.js';
import type { Deferral, DeferredRelation } from './run-types.js';

/** What deferring asks of a run. */
export interface DeferringRun {
  readonly deferral: Deferral;
  readonly storage: LakeStorage;
  readonly nodes: Iterable<ManifestNode>;
  /** the relation that the run itself would write */
  relationOf(uniqueId: string): Relation;
  /** unique ids of what the command selected */
  readonly selected: ReadonlySet<string>;
  /** unique ids of what the run writes: they are there when they are read */
  readonly written: ReadonlySet<string>;
}

/** Nodes that are read where another run has published them, because they are not here (`--defer`), or always (`--favor-state`). */
export class DeferredRelations {
  readonly #found = new Map<string, DeferredRelation>();
  readonly #exposed = new Map<string, Promise<boolean>>();

  private constructor(private readonly storage: LakeStorage) {}

  static async find(run: DeferringRun): Promise<DeferredRelations> {
    const { deferral, storage, selected, written } = run;
    const deferred = new DeferredRelations(storage);
    for (const { uniqueId, resourceType } of run.nodes) {
      if (!['model', 'seed', 'snapshot', 'function'].includes(resourceType) || written.has(uniqueId)) continue;
      const elsewhere = deferral.relationOf(uniqueId);
      if (elsewhere === undefined) continue;
      const isFavored = deferral.favorsState && !selected.has(uniqueId);
      if (isFavored || !(await storage.has(run.relationOf(uniqueId)))) deferred.#found.set(uniqueId, elsewhere);
    }
    return deferred;
  }

  /** Where a node is read instead; undefined where it is read here. */
  relationOf(uniqueId: string): Relation | undefined {
    return this.#found.get(uniqueId)?.relation;
  }

  /** Makes a deferred node readable by its name; false where it is not there either. Undefined for one that is read here. */
  expose(uniqueId: string): Promise<boolean> | undefined {
    const found = this.#found.get(uniqueId);
    if (found === undefined) return undefined;
    const known = this.#exposed.get(uniqueId);
    if (known !== undefined) return known;
    const exposed = this.#expose(found);
    this.#exposed.set(uniqueId, exposed);
    return exposed;
  }

  /** @throws {GraphError} TSD3026 where the warehouse of the state holds no such relation */
  async #expose({ relation, warehouse }: DeferredRelation): Promise<boolean> {
    if (warehouse === undefined) return this.storage.expose(relation);
    if (await this.storage.exposeFrom(warehouse, relation)) return true;
    throw new GraphError(
      'TSD3026',
      `${relation.schema}.${relation.identifier} is not in ${warehouse}, where the state says that it was published`,
      { hint: 'build it there, build it here, or name another state' },
    );
  }
}
