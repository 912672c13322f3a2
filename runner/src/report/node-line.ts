import type { createColors } from 'picocolors';
import type { NodeOutcome, NodeStatus, NodeSummary } from '../events/events.js';

type Paint = ReturnType<typeof createColors>;

const VERBS: Readonly<Record<NodeStatus, string>> = {
  success: 'Succeeded',
  pass: 'Passed',
  warn: 'Warned',
  error: 'Failed',
  fail: 'Failed',
  blocked: 'Blocked',
  skipped: 'Skipped',
  reused: 'Reused',
  'no-op': 'No-op',
  cancelled: 'Cancelled',
};

/** ` Succeeded [  0.12s] table gold.weekend_vs_weekday (11 rows, version 4)` */
export function finishedLine(node: NodeSummary, outcome: NodeOutcome, paint: Paint): string {
  const verb = colorOf(outcome.status, paint)(VERBS[outcome.status].padStart(10));
  const facts = factsOf(outcome);
  const about = facts.length === 0 ? '' : ` (${facts.join(', ')})`;
  const reason = reasonOf(outcome);
  const time = paint.dim(`[${outcome.elapsed.toFixed(2).padStart(6)}s]`);
  return `${verb} ${time} ${node.kind} ${node.label}${about}${reason === undefined ? '' : `: ${reason}`}`;
}

/** `   Started           table gold.weekend_vs_weekday` */
export function startedLine(node: NodeSummary, paint: Paint): string {
  return `${paint.dim('Started'.padStart(10))} ${' '.repeat(9)} ${node.kind} ${node.label}`;
}

/** Why a node failed, was blocked or skipped, in one line; a blocked table says what its readers still see. */
export function reasonOf(outcome: NodeOutcome): string | undefined {
  const first = outcome.message ?? outcome.errors?.[0]?.message;
  const reason = first?.split('\n')[0];
  if (outcome.status !== 'blocked' || outcome.version === undefined || reason?.includes('readers keep')) return reason;
  const kept = `readers keep version ${outcome.version}`;
  return reason === undefined ? kept : `${reason}; ${kept}`;
}

export function colorOf(status: NodeStatus, paint: Paint): (text: string) => string {
  switch (status) {
    case 'success':
    case 'pass':
      return paint.green;
    case 'reused':
      return paint.cyan;
    case 'error':
    case 'fail':
    case 'blocked':
      return paint.red;
    case 'warn':
    case 'cancelled':
      return paint.yellow;
    case 'no-op':
    case 'skipped':
      return paint.dim;
  }
}

function factsOf(outcome: NodeOutcome): string[] {
  const facts: string[] = [];
  if (outcome.failures !== undefined && outcome.failures > 0) facts.push(counted(outcome.failures, 'failing row'));
  if (outcome.status === 'blocked') return facts;
  if (outcome.rows !== undefined) facts.push(counted(outcome.rows, 'row'));
  if (outcome.unchanged) facts.push('unchanged');
  else {
    if (outcome.rowsInserted) facts.push(`${grouped(outcome.rowsInserted)} inserted`);
    if (outcome.rowsUpdated) facts.push(`${grouped(outcome.rowsUpdated)} updated`);
    if (outcome.rowsDeleted) facts.push(`${grouped(outcome.rowsDeleted)} deleted`);
  }
  if (outcome.version !== undefined) facts.push(`version ${outcome.version}`);
  return facts;
}

/** `1 row`, `26,856 rows` */
export function counted(count: number, noun: string): string {
  const plural = noun.endsWith('query') ? `${noun.slice(0, -1)}ies` : `${noun.replace(/sis$/, 'se')}s`;
  return `${grouped(count)} ${count === 1 ? noun : plural}`;
}

/** `26,856`. Loading a locale for it would take longer than a small command. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** `0.4s`, `12s`, `3m 05s` */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)}s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole}s`;
  return `${Math.floor(whole / 60)}m ${String(whole % 60).padStart(2, '0')}s`;
}
