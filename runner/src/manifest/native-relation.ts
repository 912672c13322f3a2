import { quoteLiteral, Relation } from '../engines/relation.js';
import type { FunctionNode } from './function-nodes.js';
import type { ModelNode, SourceNode } from './nodes.js';

/**
 * The relation of a node in a database file. A source with a location outside of it (dbt-duckdb's `external_location`)
 * prints what reads that: a function as it is, a path as text.
 */
export function nativeRelation(node: SourceNode | ModelNode | FunctionNode, database: string | undefined): Relation {
  const catalog = node.config.database ?? database;
  if (node.resourceType === 'function') return new Relation(node.schema, node.alias, catalog, 'function');
  if (node.resourceType !== 'source') return new Relation(node.schema, node.alias, catalog);
  const { location } = node;
  if (location === undefined) return new Relation(node.schema, node.identifier, node.database ?? catalog);
  const isExpression = location.includes('(') || location.startsWith("'");
  return new Relation('', isExpression ? location : quoteLiteral(location), undefined, 'ephemeral');
}
