import { graphForTemplates } from '../manifest/graph-for-templates.js';
import { DateTimeValue } from '../template/context/datetime.js';
import { RecordValue } from '../template/context/record-value.js';
import { PyTuple } from '../template/values.js';
import type { HookContext } from './hooks.js';
import { failuresOf, messageOf, said, statusOf, threadOf, timingSteps } from './result-fields.js';
import type { RunState } from './run-state.js';
import type { BatchResults, NodeResult } from './run-types.js';

/** Statuses after which a node's schema does not count as one that was written. */
const LOST: ReadonlySet<string> = new Set(['error', 'fail', 'skipped']);

/**
 * What hooks of on-run-end see of the run: `results`, a list of results as dbt has them, and the `schemas` and `database_schemas` that were written.
 */
export function runEndContext(state: RunState): HookContext {
  const { manifest, project } = state.request;
  const all = [...state.results.values()];
  const places = new Map<string, readonly [string | null, string]>();
  for (const result of all) {
    const { node } = result;
    if (!('schema' in node) || !('alias' in node) || node.resourceType === 'test' || LOST.has(statusOf(result)))
      continue;
    const place = [node.config.database ?? project.target.database ?? null, node.schema] as const;
    places.set(JSON.stringify(place), place);
  }
  return {
    names: {
      results: all.map((result) =>
        resultValue(result, project.isDbt, () => entryIn(graphForTemplates(manifest), result.node.uniqueId)),
      ),
      schemas: [...new Set([...places.values()].map(([, schema]) => schema))],
      database_schemas: [...places.values()].map((place) => new PyTuple([...place])),
    },
  };
}

/** A node as `graph` has it, whatever its kind. */
function entryIn(graph: Readonly<Record<string, unknown>>, uniqueId: string): Readonly<Record<string, unknown>> {
  for (const kind of Object.values(graph) as Readonly<Record<string, Readonly<Record<string, unknown>>>>[])
    if (Object.hasOwn(kind, uniqueId)) return kind[uniqueId]!;
  return { unique_id: uniqueId };
}

function resultValue(result: NodeResult, isDbt: boolean, entry: () => Readonly<Record<string, unknown>>): RecordValue {
  const steps = timingSteps(result);
  const shared = {
    status: statusOf(result),
    thread_id: threadOf(result),
    execution_time: new Number(result.outcome.elapsed),
    adapter_response: responseOf(result),
    message: messageOf(result, isDbt),
    failures: failuresOf(result.outcome),
  };
  const found = entry();
  // what was not reached has no SQL
  const node =
    'language' in found && !('compiled' in found) ? { ...found, compiled: false, compiled_code: null } : found;
  const times = result.batches === undefined ? null : batchTimes(result.batches);
  const dicts = steps.map(({ name, from, to }) => ({ name, started_at: isoText(from), completed_at: isoText(to) }));
  const timing = steps.map(
    ({ name, from, to }, i) =>
      new RecordValue('TimingInfo', { name, started_at: moment(from), completed_at: moment(to) }, dicts[i]),
  );
  return new RecordValue(
    'RunResult',
    {
      ...shared,
      timing,
      node: new RecordValue('Node', node),
      batch_results: times,
      skipped: shared.status === 'skipped',
    },
    { ...shared, timing: dicts, node, batch_results: times },
  );
}

/** What dbt-duckdb says of a statement. */
function responseOf({ node, outcome }: NodeResult): Readonly<Record<string, unknown>> {
  if (!['success', 'pass', 'warn', 'fail', 'reused'].includes(outcome.status)) return {};
  if (node.resourceType !== 'seed') return { _message: 'OK' };
  return { _message: said(outcome), code: 'INSERT', rows_affected: outcome.rows ?? outcome.rowsInserted };
}

/** A time without zone, as dbt keeps it. */
function moment(date: Date): DateTimeValue {
  return new DateTimeValue(BigInt(date.getTime()) * 1000n, undefined);
}

function isoText(date: Date): string {
  return date.toISOString().replace('Z', '000Z');
}

function batchTimes({ successful, failed }: BatchResults) {
  const texts = (batches: BatchResults['failed']) => batches.map(({ start, end }) => [isoText(start), isoText(end)]);
  return { successful: texts(successful), failed: texts(failed) };
}
