import { Relation } from '../engines/relation.js';
import { configForTemplates } from './config-for-templates.js';
import type { ColumnProperties, ManifestNode, NodeConfig } from './nodes.js';

/** A node as templates see it (`model`, `graph.nodes`, the argument of `generate_schema_name`): dbt's keys, plain values. */
export function nodeForTemplates(node: ManifestNode, database: string | undefined): Record<string, unknown> {
  const relation = 'schema' in node ? { schema: node.schema, database: node.config.database ?? database ?? null } : {};
  return {
    unique_id: node.uniqueId,
    resource_type: node.resourceType,
    name: node.name,
    package_name: node.packageName,
    fqn: [...node.fqn],
    path: node.path.split('/').slice(1).join('/'),
    original_file_path: node.path,
    description: node.description,
    tags: [...node.tags],
    meta: { ...node.meta },
    depends_on: { nodes: [...node.dependsOn], macros: 'dependsOnMacros' in node ? [...node.dependsOnMacros] : [] },
    ...relation,
    ...('alias' in node ? { alias: node.alias } : {}),
    ...('config' in node ? { config: configForTemplates(node.config) } : {}),
    ...('schema' in node && 'alias' in node ? { relation_name: relationName(node, database) } : {}),
    ...(node.resourceType === 'model'
      ? { access: node.config.access ?? 'protected', group: node.config.group ?? null }
      : {}),
    ...('columns' in node ? { columns: columnsForTemplates(node.columns) } : {}),
    ...('checksum' in node ? { checksum: { name: 'sha256', checksum: node.checksum } } : {}),
    ...(node.resourceType === 'source'
      ? { source_name: node.sourceName, identifier: node.identifier, loader: node.loader ?? '' }
      : {}),
    ...('version' in node && 'latestVersion' in node
      ? { version: node.version ?? null, latest_version: node.latestVersion ?? null }
      : {}),
    ...('language' in node ? { language: node.language, raw_code: node.source.text } : {}),
    ...(node.resourceType === 'test' ? { column_name: node.columnName ?? null, raw_code: node.rawCode } : {}),
    refs:
      'refs' in node
        ? node.refs.map((call) => ({
            name: call.name,
            ...(call.package === undefined ? {} : { package: call.package }),
            ...(call.version === undefined ? {} : { version: call.version }),
          }))
        : [],
    sources: 'sources' in node ? node.sources.map((call) => [call.source, call.table]) : [],
  };
}

/** The quoted name; null for what has no relation. */
function relationName(
  node: { readonly schema: string; readonly alias: string; readonly config: NodeConfig },
  database: string | undefined,
): string | null {
  if (node.config.materialized === 'ephemeral' || node.config.materialized === 'test') return null;
  return new Relation(node.schema, node.alias, node.config.database ?? database).toString();
}

function columnsForTemplates(columns: ReadonlyMap<string, ColumnProperties>): Record<string, unknown> {
  return Object.fromEntries(
    [...columns].map(([name, column]) => [
      name,
      {
        ...column.extra,
        name,
        description: column.description,
        data_type: column.dataType ?? null,
        meta: { ...column.meta },
        tags: [...column.tags],
        config: { meta: { ...column.meta }, tags: [...column.tags] },
        quote: column.quote ?? null,
        constraints: column.constraints.map((constraint) => ({ ...constraint })),
      },
    ]),
  );
}
