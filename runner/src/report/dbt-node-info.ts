import type { NodeSummary } from '../events/events.js';
import { nodeForTemplates } from '../manifest/node-for-templates.js';
import { summarizedBy } from '../run/summaries.js';

/** What dbt's events say of the node that they are of. */
export interface NodeInfo {
  readonly node_path: string;
  readonly node_name: string;
  readonly unique_id: string;
  readonly resource_type: string;
  readonly materialized: string;
  readonly node_status: string;
  /** ISO 8601, UTC, without a zone; empty where it has not come to it */
  readonly node_started_at: string;
  readonly node_finished_at: string;
  readonly meta: unknown;
  readonly node_relation: {
    readonly database: string;
    readonly schema: string;
    readonly alias: string;
    readonly relation_name: string;
  };
  readonly node_checksum: string;
}

/** How far a node is. */
export interface NodeTimes {
  readonly status: string;
  readonly startedAt: Date | undefined;
  readonly finishedAt: Date | undefined;
}

/** @param database that of what has none of its own */
export function nodeInfo(summary: NodeSummary, database: string | undefined, times: NodeTimes): NodeInfo {
  const node = summarizedBy(summary);
  const known = node === undefined ? {} : nodeForTemplates(node, database);
  const { name = summary.label, path = summary.path, alias = name, meta = {}, ...more } = known;
  const isTest = summary.resourceType === 'test';
  return {
    node_path: text(isTest ? `${name}.sql` : path),
    node_name: text(name),
    unique_id: summary.uniqueId,
    resource_type: summary.resourceType,
    materialized: isTest ? 'test' : text((more.config as { materialized?: unknown } | undefined)?.materialized),
    node_status: times.status,
    node_started_at: timeOf(times.startedAt),
    node_finished_at: timeOf(times.finishedAt),
    meta,
    node_relation: {
      database: text(more.database),
      schema: text(more.schema),
      alias: text(alias),
      relation_name: text(more.relation_name),
    },
    node_checksum: text((more.checksum as { checksum?: unknown } | undefined)?.checksum),
  };
}

/** As in dbt's events, what is not there is an empty text. */
function text(value: unknown): string {
  return value === undefined || value === null ? '' : String(value);
}

function timeOf(at: Date | undefined): string {
  return at === undefined ? '' : at.toISOString().slice(0, -1);
}
