import { dbtKindOf } from '../errors/dbt-kind.js';
import type { TsdbtError } from '../errors/tsdbt-error.js';
import type { NodeOutcome, NodeSummary, RunTotals } from '../events/events.js';
import type { ManifestNode } from '../manifest/nodes.js';

/** What reporters are told of a node. */
export function summaryOf(node: ManifestNode): NodeSummary {
  const isTest = node.resourceType === 'test' || node.resourceType === 'unit_test';
  const kind =
    isTest || node.resourceType === 'seed'
      ? node.resourceType.replace('_', ' ')
      : 'config' in node
        ? node.config.materialized
        : 'source';
  const label =
    node.resourceType === 'source'
      ? `${node.sourceName}.${node.name}`
      : isTest || !('alias' in node)
        ? node.name
        : `${node.schema}.${node.alias}`;
  const summary = { uniqueId: node.uniqueId, resourceType: node.resourceType, kind, label, path: node.path };
  summarized.set(summary, node);
  return summary;
}

const summarized = new WeakMap<NodeSummary, ManifestNode>();

/** The node of which a summary tells, for reporters that tell more; undefined for summaries that were not made here. */
export function summarizedBy(summary: NodeSummary): ManifestNode | undefined {
  return summarized.get(summary);
}

/** dbt's words for what went wrong with a node: `Database Error in model orders (models/orders.sql)`. */
export function dbtHeadingOf(error: TsdbtError, { resourceType, name, path }: ManifestNode): string {
  return `${dbtKindOf(error)} Error in ${resourceType} ${name} (${path})`;
}

const KEY_OF_STATUS = {
  success: 'success',
  warn: 'warn',
  error: 'error',
  fail: 'fail',
  pass: 'pass',
  skipped: 'skipped',
  blocked: 'blocked',
  reused: 'reused',
  'no-op': 'noOp',
  cancelled: 'cancelled',
} as const satisfies Record<NodeOutcome['status'], keyof RunTotals>;

/** Counts outcomes by status. */
export function totalsOf(outcomes: Iterable<NodeOutcome>): RunTotals {
  const totals = {
    success: 0,
    warn: 0,
    error: 0,
    blocked: 0,
    skipped: 0,
    reused: 0,
    noOp: 0,
    pass: 0,
    fail: 0,
    cancelled: 0,
    total: 0,
  };
  for (const outcome of outcomes) {
    totals[KEY_OF_STATUS[outcome.status]] += 1;
    totals.total += 1;
  }
  return totals;
}

/** `3 tables changed (+120 rows), 31 unchanged`; undefined where no table was written or compared. */
export function changesOf(outcomes: Iterable<NodeOutcome>): string | undefined {
  let changed = 0;
  let unchanged = 0;
  let inserted = 0;
  let updated = 0;
  let deleted = 0;
  for (const outcome of outcomes) {
    if (outcome.unchanged === undefined) continue;
    if (outcome.unchanged) unchanged += 1;
    else {
      changed += 1;
      inserted += outcome.rowsInserted ?? 0;
      updated += outcome.rowsUpdated ?? 0;
      deleted += outcome.rowsDeleted ?? 0;
    }
  }
  if (changed + unchanged === 0) return undefined;
  const rows = [
    inserted > 0 ? `${count(inserted)} rows added` : '',
    updated > 0 ? `${count(updated)} updated` : '',
    deleted > 0 ? `${count(deleted)} deleted` : '',
  ].filter((part) => part !== '');
  const what = changed === 1 ? '1 relation changed' : `${changed} relations changed`;
  return `${what}${rows.length > 0 ? ` (${rows.join(', ')})` : ''}, ${unchanged} unchanged`;
}

function count(n: number): string {
  return n.toLocaleString('en-US');
}
