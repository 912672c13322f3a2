import type { TsdbtError } from '../errors/tsdbt-error.js';
import type { Project } from '../project/project.js';
import { timingOf, writeResults } from './run-results.js';

/** How a macro that was called by `run-operation` ended. */
export interface OperationOutcome {
  /** the macro's */
  readonly uniqueId: string;
  /** empty where all went well */
  readonly errors: readonly TsdbtError[];
  readonly startedAt: Date;
  readonly completedAt: Date;
  readonly invocationId: string;
  /** flags by dbt's names */
  readonly args: Readonly<Record<string, unknown>>;
}

/** Writes `target/run_results.json` of an operation. */
export function writeOperationResults(project: Project, outcome: OperationOutcome): void {
  const { uniqueId, errors, startedAt, completedAt, invocationId, args } = outcome;
  const elapsed = (completedAt.getTime() - startedAt.getTime()) / 1000;
  writeResults(project, {
    invocationId,
    startedAt,
    results: [
      {
        unique_id: uniqueId,
        status: errors.length === 0 ? 'success' : 'error',
        timing: timingOf({ startedAt, compiledAt: undefined, completedAt }),
        thread_id: 'Thread-1 (worker)',
        execution_time: elapsed,
        adapter_response: {},
        message: errors[0]?.message ?? null,
        failures: errors.length === 0 ? 0 : 1,
        compiled: null,
        compiled_code: null,
        relation_name: null,
        batch_results: null,
        overload_results: null,
      },
    ],
    elapsed,
    args,
  });
}
