import type { Session } from '../engines/engine.js';
import type { Relation } from '../engines/relation.js';
import type { ModelNode } from '../manifest/nodes.js';
import type { BatchTimes } from './microbatch.js';
import type { StagedRelation, Storage, TableOptions } from './storage.js';

/** What a materialization works with. */
export interface MaterializeRequest {
  readonly node: ModelNode;
  /** the relation to write */
  readonly relation: Relation;
  readonly session: Session;
  readonly storage: Storage;
  /** a SELECT of the node's rows, whatever language they come from */
  readonly select: string;
  /** relations that the SELECT names */
  readonly dependsOn: readonly Relation[];
  /** the table exists and is to be added to (incremental models) */
  readonly isIncremental: boolean;
  /** of a microbatch model: the batches whose rows the SELECT has */
  readonly batches?: readonly BatchTimes[] | undefined;
  /** what the project does not say is as in dbt-duckdb */
  readonly likeDbt: boolean;
  /** when the run began */
  readonly startedAt: Date;
}

/** Writes a node's rows where nobody sees them yet; publishing and giving up is the caller's. */
export type Materialization = (request: MaterializeRequest) => Promise<StagedRelation>;

/** The storage options that a node's config and descriptions ask for. */
export function tableOptions(node: ModelNode): TableOptions {
  const comments = [...node.columns.values()]
    .filter((column) => column.description !== '')
    .map((column) => [column.name, column.description] as const);
  const { persist_docs: persist } = node.config;
  return {
    partitionBy: node.config.partition_by,
    clusterBy: node.config.cluster_by,
    properties: node.config.table_properties,
    optimizeFrom: optimizeFrom(node.config.extra.auto_optimize),
    description: persist.relation === false || node.description === '' ? undefined : node.description,
    comments: persist.columns === false ? {} : Object.fromEntries(comments),
  };
}

/** Delta's own default for automatic compaction. */
const MANY_FILES = 50;

/** `auto_optimize: true`, or the number of small files from which on they are put together. */
function optimizeFrom(config: unknown): number | undefined {
  if (typeof config === 'number') return config;
  return config === true ? MANY_FILES : undefined;
}
