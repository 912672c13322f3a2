import type { Relation } from '../engines/relation.js';
import type { EventBus, NodeOutcome, NodeSummary } from '../events/events.js';
import type { Manifest } from '../manifest/manifest.js';
import type { ManifestNode } from '../manifest/nodes.js';
import type { BatchTimes, EventTimes } from '../materialize/microbatch.js';
import type { Project } from '../project/project.js';

export type RunCommand = 'build' | 'run' | 'test' | 'seed' | 'snapshot' | 'clone';

/** Where a node that another run has published is read. */
export interface DeferredRelation {
  readonly relation: Relation;
  /** absolute folder of another warehouse of Delta tables; undefined: in this one */
  readonly warehouse: string | undefined;
}

/** `--defer`: what is not built here is read where an earlier run has published it. */
export interface Deferral {
  /** also what is built here, unless it is selected (`--favor-state`) */
  readonly favorsState: boolean;
  /** undefined for what the state does not know, or what is no relation there */
  relationOf(uniqueId: string): DeferredRelation | undefined;
}

/** What a run leaves to the one that retries it. */
export interface RetriedRun {
  /** when it began: where its newest batches end */
  readonly startedAt: Date;
  /** of microbatch models that wrote some of their batches: the others are written now */
  readonly batches: ReadonlyMap<
    string,
    { readonly successful: readonly BatchTimes[]; readonly failed: readonly BatchTimes[] }
  >;
}

export interface RunRequest {
  readonly command: RunCommand;
  /** what `flags.WHICH` says in templates, where that is another command */
  readonly which?: string | undefined;
  readonly project: Project;
  readonly manifest: Manifest;
  /** unique ids of nodes and tests */
  readonly selected: ReadonlySet<string>;
  /** the words of `--select`, for suggestions */
  readonly selection: readonly string[];
  readonly threads: number;
  readonly fullRefresh: boolean;
  readonly failFast: boolean;
  /** `--warn-error`: a test that would warn fails */
  readonly warningsFail?: boolean | undefined;
  /** `--event-time-start` and `--event-time-end`: the time whose batches are written */
  readonly eventTimes?: EventTimes | undefined;
  /** `--sample`: the time whose rows are read, of refs and sources with an `event_time` */
  readonly sample?: EventTimes | undefined;
  /** `--empty`: refs, sources and seeds have no rows */
  readonly empty?: boolean | undefined;
  readonly defer?: Deferral | undefined;
  /** `retry`: the run that is taken up again */
  readonly retried?: RetriedRun | undefined;
  /** flags by dbt's names, as run results keep them for `retry` */
  readonly args?: Readonly<Record<string, unknown>> | undefined;
  /** `--store-failures`; undefined leaves it to each test's config */
  readonly storeFailures: boolean | undefined;
  readonly bus: EventBus;
  readonly signal: AbortSignal;
  readonly invocationId: string;
  readonly runStartedAt: Date;
  /** Called once all is published, before the run tells its end. Its errors are told, and the run ends with 1. */
  readonly afterPublishing?: (() => Promise<void>) | undefined;
  /** Called with what the run did, while its database file is being closed. */
  readonly whileClosing?: ((result: RunResult) => void) | undefined;
}

/** Batches of a microbatch model. */
export interface BatchResults {
  readonly successful: readonly BatchTimes[];
  /** successful ones of the run that is retried */
  readonly earlier?: readonly BatchTimes[];
  /** skipped ones as well */
  readonly failed: readonly BatchTimes[];
}

/** What one node did in a run. */
export interface NodeResult {
  readonly node: ManifestNode;
  readonly summary: NodeSummary;
  readonly outcome: NodeOutcome;
  readonly startedAt: Date | undefined;
  /** when its SQL was ready to run */
  readonly compiledAt?: Date | undefined;
  readonly completedAt: Date | undefined;
  /** number of the worker, from 0 */
  readonly worker: number | undefined;
  /** project-relative path of the compiled file */
  readonly compiledPath: string | undefined;
  readonly compiledCode: string | undefined;
  /** of a function: the bodies of its overloads */
  readonly compiledOverloads?: readonly string[] | undefined;
  readonly relationName: string | undefined;
  /** of a microbatch model */
  readonly batches?: BatchResults | undefined;
}

/** What a hook of the whole run did. */
export interface OperationResult {
  /** `operation.shop.shop-on-run-start-0` */
  readonly uniqueId: string;
  readonly status: 'success' | 'error' | 'skipped';
  /** seconds */
  readonly elapsed: number;
  readonly message: string | undefined;
  readonly startedAt?: Date | undefined;
  readonly completedAt?: Date | undefined;
}

export interface RunResult {
  /** 0 all well, 1 something failed, 130 interrupted */
  readonly exitCode: 0 | 1 | 130;
  readonly results: readonly NodeResult[];
  /** hooks of the whole run */
  readonly operations?: readonly OperationResult[] | undefined;
  /** seconds */
  readonly elapsed: number;
  readonly startedAt: Date;
}
