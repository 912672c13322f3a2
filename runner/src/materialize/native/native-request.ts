import type { Session } from '../../engines/engine.js';
import type { Relation } from '../../engines/relation.js';
import type { ModelNode } from '../../manifest/nodes.js';
import type { Batch } from '../microbatch.js';

/** When hooks of a model run: before or after its statements, inside or outside of their transaction. */
export type HookPhase = 'pre_hook' | 'post_hook';

/** What a materialization in a database file works with. */
export interface NativeRequest {
  readonly node: ModelNode;
  /** where the node is written to */
  readonly relation: Relation;
  /** the table or view that is there now; not looked up for a view */
  readonly existing: Relation | undefined;
  readonly session: Session;
  /** the compiled SELECT; empty for seeds */
  readonly select: string;
  /** the table is to be written anew (`--full-refresh`, or the model's `full_refresh`) */
  readonly fullRefresh: boolean;
  /** seeds are made without rows (`--empty`) */
  readonly empty?: boolean | undefined;
  /** of a microbatch model: the batch that is written */
  readonly batch?: Batch | undefined;
  /** the run's start: snapshots by check date their changes with it */
  readonly startedAt: Date;
  /** keeps the statement that builds the node, for `target/run` */
  wrote(sql: string): void;
  /** the relation that a text such as `ref('orders')` names; undefined where it is no such call */
  relationNamed(call: string): Relation | undefined;
  /** tells what is no error */
  warn(message: string): void;
  /** runs the model's hooks of one phase */
  hooks(phase: HookPhase, inTransaction: boolean): Promise<void>;
}

/** What a materialization did, as it stands in the artifacts. */
export interface NativeResult {
  /** dbt's word for it, e.g. `OK`, `INSERT 100` */
  readonly message: string;
  readonly rows?: number | undefined;
}

/** Writes a node into the database file. What it throws leaves the relation as it was. */
export type NativeMaterialization = (request: NativeRequest) => Promise<NativeResult>;
