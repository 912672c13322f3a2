import type { NodeOutcome } from '../events/events.js';
import type { Project } from '../project/project.js';
import type { NodeResult, OperationResult, RunRequest, RunResult } from '../run/run-types.js';
import { artifactMetadata, writeArtifact } from './write-artifact.js';

/** Statuses by the names that readers of run results know; `blocked` counts as an error there, its reason is in the message. */
const STATUS: Readonly<Record<string, string>> = { blocked: 'error', cancelled: 'skipped', reused: 'success' };

/**
 * Writes `target/run_results.json` in the form of dbt's schema (version 6): what every node of a run did. An interrupted run writes
 * what it has. What only we know of a node stands in its `adapter_response`, which is free.
 */
export function writeRunResults(request: RunRequest, result: RunResult): void {
  const { project, invocationId, runStartedAt } = request;
  const operations = result.operations ?? [];
  const isStart = ({ uniqueId }: OperationResult): boolean => uniqueId.includes('-on-run-start-');
  writeResults(project, {
    invocationId,
    startedAt: runStartedAt,
    results: [
      ...operations.filter(isStart).map(operationOf),
      ...result.results.map(resultOf),
      ...operations.filter((operation) => !isStart(operation)).map(operationOf),
    ],
    elapsed: result.elapsed,
    args: {
      which: request.command,
      target: project.target.name,
      threads: request.threads,
      full_refresh: request.fullRefresh,
      fail_fast: request.failFast,
      select: request.selection,
      exclude: [],
      project_dir: project.projectDir,
      ...request.args,
    },
  });
}

/** What a command leaves in `target/run_results.json`. */
export interface WrittenResults {
  readonly invocationId: string;
  readonly startedAt: Date;
  /** seconds */
  readonly elapsed: number;
  readonly results: readonly Readonly<Record<string, unknown>>[];
  /** flags by dbt's names */
  readonly args: Readonly<Record<string, unknown>>;
}

export function writeResults(project: Project, { elapsed, results, args, ...invocation }: WrittenResults): void {
  writeArtifact(project, 'run_results.json', {
    metadata: artifactMetadata('run-results', invocation, project),
    results,
    elapsed_time: elapsed,
    args,
  });
}

/** dbt's word; a microbatch model of which some batches were written is a success in part. */
function statusOf({ outcome, batches }: NodeResult): string {
  if (['error', 'cancelled'].includes(outcome.status) && batches !== undefined && batches.successful.length > 0)
    return 'partial success';
  return STATUS[outcome.status] ?? outcome.status;
}

function operationOf({ uniqueId, status, elapsed, message, startedAt, completedAt }: OperationResult) {
  const name = uniqueId.slice(uniqueId.indexOf('.') + 1).replace(/^([^.]+)\.\1-(.*)-(\d+)$/, '$1.$2.$3');
  return {
    status,
    timing: timingOf({ startedAt, compiledAt: undefined, completedAt }),
    thread_id: 'main',
    execution_time: elapsed,
    adapter_response: {},
    message: status === 'success' ? `${name} passed` : (message ?? null),
    failures: status === 'success' ? 0 : null,
    unique_id: uniqueId,
    compiled: status !== 'skipped',
    compiled_code: null,
    relation_name: null,
    batch_results: null,
  };
}

function resultOf(result: NodeResult): Record<string, unknown> {
  const { outcome, node, batches } = result;
  const status = statusOf(result);
  const isTest = node.resourceType === 'test' || node.resourceType === 'unit_test';
  const isDone = status === 'success';
  return {
    status,
    timing: timingOf(result),
    thread_id: result.worker === undefined ? 'main' : `Thread-${result.worker + 1} (worker)`,
    execution_time: outcome.elapsed,
    adapter_response: responseOf(outcome),
    message: messageOf(outcome) ?? (isDone && !isTest ? said(outcome) : null),
    // rows that a test found and may find are no failures
    failures: outcome.status === 'pass' ? 0 : (outcome.failures ?? null),
    unique_id: node.uniqueId,
    // seeds are no SQL
    compiled: node.resourceType === 'seed' ? null : result.compiledCode !== undefined,
    compiled_code: result.compiledCode ?? null,
    relation_name: node.resourceType === 'seed' ? null : (result.relationName ?? null),
    batch_results:
      batches === undefined ? null : { successful: batches.successful.map(times), failed: batches.failed.map(times) },
  };
}

/** Of a dbt project's errors as dbt begins them, for tools that look for its words. */
function messageOf({ heading, message }: NodeOutcome): string | null {
  if (heading === undefined || message === undefined) return message ?? null;
  return `${heading}\n  ${message.replaceAll('\n', '\n  ')}`;
}

/** What the engine did, and what became of it: dbt leaves it to each adapter what to say here. */
function responseOf(outcome: NodeOutcome): Record<string, unknown> {
  const errors = (outcome.errors ?? []).map(({ code, message, hint }) => ({ code, message, hint }));
  const affected = outcome.rowsInserted ?? outcome.rows;
  return {
    ...(outcome.status === 'success' ? { _message: said(outcome) } : {}),
    rows_affected: affected,
    outcome: outcome.status,
    rows: outcome.rows,
    version: outcome.version,
    unchanged: outcome.unchanged,
    rows_inserted: outcome.rowsInserted,
    rows_updated: outcome.rowsUpdated,
    rows_deleted: outcome.rowsDeleted,
    ...(errors.length === 0 ? {} : { errors }),
  };
}

function said({ message }: NodeOutcome): string {
  return message ?? 'OK';
}

/** What took how long: `compile` until the SQL was ready, `execute` from then on. */
export function timingOf({
  startedAt,
  compiledAt,
  completedAt,
}: Pick<NodeResult, 'startedAt' | 'compiledAt' | 'completedAt'>) {
  if (startedAt === undefined) return [];
  const end = completedAt ?? startedAt;
  const ready = compiledAt === undefined || compiledAt > end || compiledAt < startedAt ? startedAt : compiledAt;
  const step = (name: string, from: Date, to: Date) => ({
    name,
    started_at: from.toISOString(),
    completed_at: to.toISOString(),
  });
  return [step('compile', startedAt, ready), step('execute', ready, end)];
}

function times({ start, end }: { readonly start: Date; readonly end: Date }): readonly string[] {
  return [start.toISOString(), end.toISOString()];
}
