import type { TsdbtError } from '../errors/tsdbt-error.js';

export type NodeStatus =
  | 'success'
  | 'warn'
  | 'error'
  | 'fail'
  | 'pass'
  | 'skipped'
  | 'blocked'
  | 'reused'
  | 'no-op'
  | 'cancelled';

/** What a reporter needs to know of a node. */
export interface NodeSummary {
  readonly uniqueId: string;
  readonly resourceType: string;
  /** `table`, `incremental`, `view`, `seed`, `test`, … */
  readonly kind: string;
  /** `gold.top_tracks_by_mood`, or the test's name */
  readonly label: string;
  readonly path: string;
}

/** What a node did; the numbers are absent where they mean nothing. */
export interface NodeOutcome {
  readonly status: NodeStatus;
  /** seconds */
  readonly elapsed: number;
  /** rows in the table after the run */
  readonly rows?: number | undefined;
  readonly rowsInserted?: number | undefined;
  readonly rowsUpdated?: number | undefined;
  readonly rowsDeleted?: number | undefined;
  /** Delta version that readers see after the run */
  readonly version?: number | undefined;
  /** true when the new data was the same as the published, so that no version was written */
  readonly unchanged?: boolean | undefined;
  /** failing rows of a test */
  readonly failures?: number | undefined;
  /** one line: why it was skipped or blocked, what the test found */
  readonly message?: string | undefined;
  readonly errors?: readonly TsdbtError[] | undefined;
  /** in a dbt project: dbt's words for what the errors are, and of what node */
  readonly heading?: string | undefined;
  /** next step for the reader: a command, a file */
  readonly hint?: string | undefined;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface RunTotals {
  readonly success: number;
  readonly warn: number;
  readonly error: number;
  readonly blocked: number;
  readonly skipped: number;
  readonly reused: number;
  /** exposures and saved queries, at which nothing is to be done */
  readonly noOp: number;
  readonly pass: number;
  readonly fail: number;
  readonly cancelled: number;
  readonly total: number;
}

/** Everything that reporters hear. Names are stable: they are the `event` field of JSON logs. */
export type RunEvent =
  | {
      readonly event: 'run_started';
      readonly command: string;
      readonly invocationId: string;
      readonly version: string;
      readonly project: string;
      readonly target: string;
      readonly engine: string;
      readonly threads: number;
      /** `26 models, 3 seeds, 140 tests, 2 sources` */
      readonly counts: Readonly<Record<string, number>>;
      /** nodes that will run */
      readonly total: number;
    }
  | { readonly event: 'node_started'; readonly node: NodeSummary; readonly index: number; readonly total: number }
  | {
      readonly event: 'node_progress';
      readonly node: NodeSummary;
      readonly done: number;
      readonly of?: number | undefined;
      readonly unit?: string | undefined;
    }
  | {
      readonly event: 'node_finished';
      readonly node: NodeSummary;
      readonly outcome: NodeOutcome;
      readonly index: number;
      readonly total: number;
    }
  | {
      readonly event: 'log';
      readonly level: LogLevel;
      readonly message: string;
      readonly node?: NodeSummary | undefined;
      readonly place?: string | undefined;
    }
  | { readonly event: 'error'; readonly error: TsdbtError }
  | {
      readonly event: 'run_finished';
      readonly command: string;
      readonly elapsed: number;
      readonly totals: RunTotals;
      /** one line on what changed: `3 tables changed, 31 unchanged` */
      readonly changes?: string | undefined;
      readonly interrupted: boolean;
    };

/** Timestamps are added when an event is emitted. */
export type TimedEvent = RunEvent & { readonly at: Date };

export interface Reporter {
  handle(event: TimedEvent): void;
  /** writes what is pending and gives the terminal back */
  close(): Promise<void>;
}

/** Hands events to reporters, in order. */
export class EventBus {
  readonly #reporters: Reporter[] = [];

  add(reporter: Reporter): void {
    this.#reporters.push(reporter);
  }

  emit(event: RunEvent): void {
    const timed: TimedEvent = { ...event, at: new Date() };
    for (const reporter of this.#reporters) reporter.handle(timed);
  }

  async close(): Promise<void> {
    for (const reporter of this.#reporters) await reporter.close();
  }
}
