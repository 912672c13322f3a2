import type { NodeOutcome } from '../events/events.js';
import { relationName } from '../manifest/entries/sql-nodes.js';
import type { FunctionNode } from '../manifest/function-nodes.js';
import type { Manifest } from '../manifest/manifest.js';
import type { ManifestNode, ModelNode } from '../manifest/nodes.js';
import type { Project } from '../project/project.js';
import { failuresOf, messageOf, said, statusOf, threadOf, timingSteps } from '../run/result-fields.js';
import type { BatchResults, NodeResult, OperationResult, RunRequest, RunResult } from '../run/run-types.js';
import { artifactMetadata, writeArtifact } from './write-artifact.js';

/**
 * Writes `target/run_results.json` in the form of dbt's schema (version 6): what every node of a run did. An interrupted run writes
 * what it has. What only we know of a node stands in its `adapter_response`, which is free.
 */
export function writeRunResults(request: RunRequest, result: RunResult): void {
  const { project, manifest, invocationId, runStartedAt } = request;
  const operations = result.operations ?? [];
  const isStart = ({ uniqueId }: OperationResult): boolean => uniqueId.includes('-on-run-start-');
  writeResults(project, {
    invocationId,
    startedAt: runStartedAt,
    results: [
      ...operations.filter(isStart).map(operationOf),
      ...result.results.map((one) => resultOf(one, manifest)),
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

function operationOf({ uniqueId, status, elapsed, message, startedAt, completedAt }: OperationResult) {
  const name = uniqueId.slice(uniqueId.indexOf('.') + 1).replace(/^([^.]+)\.\1-(.*)-(\d+)$/, '$1.$2.$3');
  return {
    status,
    timing: timingOf({ startedAt, compiledAt: undefined, completedAt }),
    thread_id: 'main',
    execution_time: elapsed,
    adapter_response: {},
    message: status === 'success' ? `${name} passed` : (message ?? null),
    failures: status === 'success' ? 0 : status === 'error' ? 1 : null,
    unique_id: uniqueId,
    compiled: status !== 'skipped',
    compiled_code: null,
    relation_name: null,
    batch_results: null,
    overload_results: null,
  };
}

function resultOf(result: NodeResult, manifest: Manifest): Record<string, unknown> {
  const { outcome, node, batches } = result;
  const { isDbt } = manifest.project;
  return {
    status: statusOf(result),
    timing: timingOf(result),
    thread_id: threadOf(result),
    execution_time: outcome.elapsed,
    adapter_response: responseOf(outcome),
    message: messageOf(result, isDbt),
    failures: batches === undefined ? failuresOf(outcome) : 0,
    unique_id: node.uniqueId,
    compiled: result.compiledCode !== undefined ? true : isSql(node) ? false : null,
    compiled_code: result.compiledCode ?? null,
    relation_name:
      node.resourceType === 'seed'
        ? null
        : (result.relationName ?? (isModel(node) ? relationName(node, manifest) : null)),
    batch_results: batches === undefined ? null : batchesOf(batches),
    overload_results: overloadResults(result),
  };
}

/** All overloads of a function are made by one statement. */
function overloadResults({ node, outcome }: NodeResult): Record<string, unknown> | null {
  if (node.resourceType !== 'function' || (outcome.status !== 'success' && outcome.status !== 'error')) return null;
  const names = node.overloads.map(({ definedIn }) => definedIn);
  return outcome.status === 'success' ? { successful: names, failed: [] } : { successful: [], failed: names };
}

function isModel(node: ManifestNode): node is ModelNode | FunctionNode {
  return ['model', 'snapshot', 'function'].includes(node.resourceType);
}

/** Seeds and what is not run are no SQL, and a unit test has some once it has run. */
function isSql(node: ManifestNode): boolean {
  return isModel(node) || node.resourceType === 'test';
}

/** What the engine did, and what became of it: dbt leaves it to each adapter what to say here. */
function responseOf(outcome: NodeOutcome): Record<string, unknown> {
  const errors = (outcome.errors ?? []).map(({ code, message, hint }) => ({ code, message, hint }));
  const affected = outcome.rowsInserted ?? outcome.rows;
  return {
    ...(outcome.status === 'success' ? { _message: said(outcome) } : {}),
    rows_affected: affected,
    outcome: outcome.status,
    ...(outcome.status === 'skipped' ? { reason: outcome.message } : {}),
    rows: outcome.rows,
    version: outcome.version,
    unchanged: outcome.unchanged,
    rows_inserted: outcome.rowsInserted,
    rows_updated: outcome.rowsUpdated,
    rows_deleted: outcome.rowsDeleted,
    ...(errors.length === 0 ? {} : { errors }),
  };
}

/** What took how long, as artifacts hold it. */
export function timingOf(result: Parameters<typeof timingSteps>[0]) {
  return timingSteps(result).map(({ name, from, to }) => ({
    name,
    started_at: from.toISOString(),
    completed_at: to.toISOString(),
  }));
}

/** Batches of this run, and those that the run before it had written. */
function batchesOf({ successful, earlier = [], failed }: BatchResults): Record<string, unknown> {
  return { successful: [...successful, ...earlier].map(times), failed: failed.map(times) };
}

function times({ start, end }: { readonly start: Date; readonly end: Date }): readonly string[] {
  return [start.toISOString(), end.toISOString()];
}
