import { SourceText } from '../../src/errors/source-text.js';
import { QualityError } from '../../src/errors/tsdbt-error.js';
import type { NodeOutcome, NodeSummary, Reporter, RunEvent, RunTotals } from '../../src/events/events.js';
import { totalsOf } from '../../src/run/summaries.js';

export const at = new Date('2026-01-02T03:04:05Z');

/** Hands events to a reporter, all with the same time. */
export function emit(reporter: Reporter, ...events: RunEvent[]): void {
  for (const event of events) reporter.handle({ ...event, at });
}

export const table: NodeSummary = {
  uniqueId: 'model.shop.revenue',
  resourceType: 'model',
  kind: 'table',
  label: 'gold.revenue',
  path: 'models/gold/revenue.sql',
};

export const test: NodeSummary = {
  uniqueId: 'test.shop.unique_revenue_day',
  resourceType: 'test',
  kind: 'test',
  label: 'unique_revenue_day',
  path: 'models/gold/revenue.yml',
};

export const runStarted: RunEvent & { event: 'run_started' } = {
  event: 'run_started',
  command: 'build',
  invocationId: 'b1a2',
  version: '0.1.0',
  project: 'shop',
  target: 'dev',
  engine: 'duckdb',
  threads: 2,
  counts: { models: 3, seeds: 1, tests: 12, sources: 0 },
  total: 16,
};

export function started(node: NodeSummary): RunEvent {
  return { event: 'node_started', node, index: 1, total: 16 };
}

export function finished(node: NodeSummary, outcome: NodeOutcome): RunEvent {
  return { event: 'node_finished', node, outcome, index: 1, total: 16 };
}

export function runFinished(
  totals: Partial<RunTotals>,
  more: { changes?: string; interrupted?: boolean } = {},
): RunEvent {
  const all = { ...totalsOf([]), ...totals };
  return { event: 'run_finished', command: 'build', elapsed: 12.34, totals: all, interrupted: false, ...more };
}

const yaml = new SourceText(
  'models/gold/revenue.yml',
  'columns:\n  - name: day\n    tests:\n      - unique\n      - not_null\n',
);

/** A unique test that found two rows, with its place in the YAML. */
export const duplicateDays = new QualityError('TSD4101', 'unique_revenue_day found 2 rows', {
  place: yaml.place(yaml.offset(4, 9), yaml.offset(4, 15)),
  detail: 'day         n_records\n2026-01-01  2',
});
