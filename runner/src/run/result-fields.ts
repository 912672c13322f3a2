import type { NodeOutcome } from '../events/events.js';
import type { NodeResult } from './run-types.js';

/** Statuses by the names that readers of run results know; `blocked` counts as an error there, its reason is in the message. */
const STATUS: Readonly<Record<string, string>> = { blocked: 'error', cancelled: 'skipped', reused: 'success' };

/** dbt's word; a microbatch model of which some batches were written is a success in part. */
export function statusOf({ outcome, batches }: NodeResult): string {
  if (['error', 'cancelled'].includes(outcome.status) && batches !== undefined && batches.successful.length > 0)
    return 'partial success';
  return STATUS[outcome.status] ?? outcome.status;
}

/** What `message` of a result says. @param isDbt in dbt's words, which are none for what was skipped */
export function messageOf(result: NodeResult, isDbt: boolean): string | null {
  const { outcome, node } = result;
  if (isDbt && statusOf(result) === 'skipped' && outcome.heading === undefined) return null;
  // what was found is no error with a heading
  if (isDbt && node.resourceType === 'test' && ['fail', 'warn'].includes(outcome.status))
    return outcome.message?.replace(/^got /, 'Got ') ?? null;
  const isTest = node.resourceType === 'test' || node.resourceType === 'unit_test';
  return toldOf(outcome) ?? (statusOf(result) === 'success' && !isTest ? said(outcome) : null);
}

/** Of a dbt project's errors as dbt begins them, for tools that look for its words. */
function toldOf({ heading, message }: NodeOutcome): string | null {
  if (heading === undefined || message === undefined) return message ?? null;
  return `${heading}\n  ${message.replaceAll('\n', '\n  ')}`;
}

/** What the engine said of a node that was written. */
export function said({ message }: NodeOutcome): string {
  return message ?? 'OK';
}

/** Rows that a test found, null where it found out nothing; what it may find is no failure, nor is what nothing was to be done for. */
export function failuresOf({ status, failures }: NodeOutcome): number | null {
  if (status === 'error') return null;
  return status === 'pass' || status === 'no-op' ? 0 : (failures ?? null);
}

/** The name of the thread by which dbt would have run it. */
export function threadOf({ worker }: NodeResult): string {
  return `Thread-${(worker ?? 0) + 1} (worker)`;
}

/** A step of a node's time. */
export interface TimingStep {
  readonly name: 'compile' | 'execute';
  readonly from: Date;
  readonly to: Date;
}

/** What took how long: `compile` until the SQL was ready, `execute` from then on. */
export function timingSteps({
  startedAt,
  compiledAt,
  completedAt,
}: Pick<NodeResult, 'startedAt' | 'compiledAt' | 'completedAt'>): readonly TimingStep[] {
  if (startedAt === undefined) return [];
  const end = completedAt ?? startedAt;
  const ready = compiledAt === undefined || compiledAt > end || compiledAt < startedAt ? startedAt : compiledAt;
  return [
    { name: 'compile', from: startedAt, to: ready },
    { name: 'execute', from: ready, to: end },
  ];
}
