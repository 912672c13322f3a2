import { Relation } from '../engines/relation.js';
import { resolverOf } from '../manifest/compile.js';
import type { Manifest } from '../manifest/manifest.js';
import type { ModelNode, SourceNode, TestNode } from '../manifest/nodes.js';
import { type Batch, inBatch } from '../materialize/microbatch.js';
import { chain } from '../template/chain.js';
import type { ContextHost } from '../template/context/context-host.js';
import { RelationValue } from '../template/context/relation-value.js';

/** Which rows of what it reads a node sees. */
export interface ReadLimits {
  /** those of a batch, from refs and sources that have an `event_time` */
  readonly batch?: Batch | undefined;
  /** none: `--empty` */
  readonly empty?: boolean | undefined;
}

/**
 * Limits what a node's template reads, unless it says `.render()`; a batch is `model.batch` there, too. Refs in the ephemeral models that it reads are
 * limited by `--empty` only. The subquery has no alias, so that the template can give it one; all as in dbt.
 */
export function limitedReads(
  manifest: Manifest,
  node: ModelNode | TestNode,
  { batch, empty }: ReadLimits,
): ((host: ContextHost) => ContextHost) | undefined {
  if (batch === undefined && empty !== true) return undefined;
  const resolver = resolverOf(manifest);
  return (host) => {
    const own = host.model?.unique_id === node.uniqueId ? batch : undefined;
    const limited = (relation: unknown, read: () => ModelNode | SourceNode): unknown => {
      if (!(relation instanceof Relation)) return relation;
      let rows = relation.toString();
      if (empty === true) rows = `(select * from ${rows} where false limit 0)`;
      const eventTime = own === undefined ? undefined : read().config.extra.event_time;
      if (own !== undefined && typeof eventTime === 'string')
        rows = `(select * from ${rows} where ${inBatch(eventTime, own)})`;
      return rows === relation.toString() ? relation : new RelationValue(relation, { kind: null, rendered: rows });
    };
    return {
      ...host,
      model: own === undefined ? host.model : { ...host.model, batch: batchForTemplates(own) },
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
