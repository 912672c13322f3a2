import type { NodeOutcome } from '../events/events.js';
import type { NodeResult, OperationResult, RunRequest, RunResult } from '../run/run-types.js';
import { artifactMetadata, writeArtifact } from './write-artifact.js';

/** Statuses by the names that readers of run results know; `blocked` counts as an error there, its reason is in the message. */
const STATUS: Readonly<Record<string, string>> = { blocked: 'error', cancelled: 'skipped', reused: 'success' };

/** Writes `target/run_results.json`: what every node of a run did. An interrupted run writes what it has. */
export function writeRunResults(request: RunRequest, result: RunResult): void {
  const { project, manifest } = request;
  writeArtifact(project, 'run_results.json', {
    metadata: artifactMetadata('run_results', request.invocationId),
    results: [...result.results.map(resultOf), ...(result.operations ?? []).map(operationOf)],
    elapsed_time: result.elapsed,
    args: {
      which: request.command,
      target: project.target.name,
      threads: request.threads,
      full_refresh: request.fullRefresh,
      fail_fast: request.failFast,
      nodes: manifest.nodes.size,
      ...request.args,
    },
  });
}

/** dbt's word; a microbatch model of which some batches were written is a success in part. */
function statusOf({ outcome, batches }: NodeResult): string {
  if (['error', 'cancelled'].includes(outcome.status) && batches !== undefined && batches.successful.length > 0)
    return 'partial success';
  return STATUS[outcome.status] ?? outcome.status;
}

function operationOf({ uniqueId, status, elapsed, message }: OperationResult): Record<string, unknown> {
  return {
    unique_id: uniqueId,
    status,
    execution_time: elapsed,
    thread_id: null,
    timing: [],
    message: message ?? null,
    failures: null,
    adapter_response: {},
    compiled: status !== 'skipped',
    compiled_code: null,
    relation_name: null,
  };
}

function resultOf(result: NodeResult): Record<string, unknown> {
  const { outcome } = result;
  return {
    unique_id: result.node.uniqueId,
    status: statusOf(result),
    outcome: outcome.status,
    execution_time: outcome.elapsed,
    thread_id: result.worker === undefined ? null : `Thread-${result.worker + 1}`,
    timing:
      result.startedAt === undefined
        ? []
        : [
            {
              name: 'execute',
              started_at: result.startedAt.toISOString(),
              completed_at: (result.completedAt ?? result.startedAt).toISOString(),
            },
          ],
    message: messageOf(outcome),
    // rows that a test found and may find are no failures
    failures: outcome.status === 'pass' ? 0 : (outcome.failures ?? null),
    compiled: result.compiledCode !== undefined,
    compiled_code: result.compiledCode ?? null,
    compiled_path: result.compiledPath ?? null,
    relation_name: result.relationName ?? null,
    adapter_response: {
      rows: outcome.rows,
      version: outcome.version,
      unchanged: outcome.unchanged,
      rows_inserted: outcome.rowsInserted,
      rows_updated: outcome.rowsUpdated,
      rows_deleted: outcome.rowsDeleted,
    },
    ...(result.batches === undefined
      ? {}
      : {
          batch_results: { successful: result.batches.successful.map(times), failed: result.batches.failed.map(times) },
        }),
    errors: (outcome.errors ?? []).map((error) => ({ code: error.code, message: error.message, hint: error.hint })),
  };
}

/** Of a dbt project's errors as dbt begins them, for tools that look for its words. */
function messageOf({ heading, message }: NodeOutcome): string | null {
  if (heading === undefined || message === undefined) return message ?? null;
  return `${heading}\n  ${message.replaceAll('\n', '\n  ')}`;
}

function times({ start, end }: { readonly start: Date; readonly end: Date }): readonly string[] {
  return [start.toISOString(), end.toISOString()];
}
