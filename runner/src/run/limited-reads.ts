import { quoteIdentifier, Relation } from '../engines/relation.js';
import { resolverOf } from '../manifest/compile.js';
import type { Manifest } from '../manifest/manifest.js';
import type { ModelNode, SourceNode, SqlNode } from '../manifest/nodes.js';
import { type Batch, type EventTimes, inBatch } from '../materialize/microbatch.js';
import { chain } from '../template/chain.js';
import type { ContextHost } from '../template/context/context-host.js';
import { RelationValue } from '../template/context/relation-value.js';

/** Which rows of what it reads a node sees. */
export interface ReadLimits {
  /** those of a batch, from refs and sources that have an `event_time` */
  readonly batch?: Batch | undefined;
  /** those of a window, from refs and sources that have an `event_time`: `--sample` */
  readonly sample?: EventTimes | undefined;
  /** none: `--empty` */
  readonly empty?: boolean | undefined;
}

/**
 * Limits what a node's template reads, unless it says `.render()`; a batch is `model.batch` there, too. Refs in the ephemeral models that it reads are
 * limited by `--empty` and `--sample` only. The subquery has no alias, so that the template can give it one; all as in dbt.
 */
export function limitedReads(
  manifest: Manifest,
  node: SqlNode,
  { batch, sample, empty }: ReadLimits,
): ((host: ContextHost) => ContextHost) | undefined {
  if (batch === undefined && sample === undefined && empty !== true) return undefined;
  const resolver = resolverOf(manifest);
  return (host) => {
    const own = host.model?.()?.unique_id === node.uniqueId ? batch : undefined;
    const limits = { batch: own, sample: node.resourceType === 'test' ? undefined : sample, empty };
    const limited = (relation: unknown, read: () => ModelNode | SourceNode): unknown => {
      if (!(relation instanceof Relation)) return relation;
      const rows = limitedRows(relation.toString(), read(), limits);
      return rows === relation.toString() ? relation : new RelationValue(relation, { kind: null, rendered: rows });
    };
    return {
      ...host,
      model: own === undefined ? host.model : () => ({ ...host.model?.(), batch: batchForTemplates(own) }),
      ref: (request) =>
        chain(host.ref!(request), (relation) => {
          const { package: packageName, name, version, site } = request;
          const call = { kind: 'ref', package: packageName, name, version, place: site.place } as const;
          return limited(relation, () => resolver.ref(call, node));
        }),
      source: (request) =>
        chain(host.source!(request), (relation) => {
          const { source, table, site } = request;
          return limited(relation, () => resolver.source({ kind: 'source', source, table, place: site.place }, node));
        }),
    };
  };
}

/** `model.batch` of templates. */
export function batchForTemplates({ id, start, end }: Batch): Record<string, unknown> {
  return { id, event_time_start: start, event_time_end: end };
}

/** The rows of a relation that a reader sees: its name, or a subquery. */
export function limitedRows(relation: string, read: ModelNode | SourceNode, limits: ReadLimits): string {
  const { batch, sample, empty } = limits;
  const rows = empty === true ? `(select * from ${relation} where false limit 0)` : relation;
  const eventTime = eventTimeOf(read);
  const times = common(batch, sample);
  return eventTime === undefined || times === undefined
    ? rows
    : `(select * from ${rows} where ${inBatch(eventTime, times)})`;
}

/** The column that says when a row happened, quoted where the column is declared so. */
function eventTimeOf({ config, columns }: ModelNode | SourceNode): string | undefined {
  const { event_time: name } = config.extra;
  if (typeof name !== 'string' || name === '') return undefined;
  return columns.get(name)?.quote === true ? quoteIdentifier(name) : name;
}

/** The time that two windows have in common. */
function common(a: EventTimes | undefined, b: EventTimes | undefined): EventTimes | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  const start = new Date(Math.max(a.start.getTime(), b.start.getTime()));
  return { start, end: new Date(Math.min(a.end.getTime(), b.end.getTime())) };
}
