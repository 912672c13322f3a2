import type { DocBlocks } from '../docs.js';
import type { Group, Manifest } from '../manifest.js';
import { nativeRelation } from '../native-relation.js';
import type { ExposureNode, Freshness, FreshnessThreshold, SourceNode, UnitTestNode, UnitTestRows } from '../nodes.js';
import { columnsJson } from './columns.js';
import { configJson } from './config.js';
import type { EntryContext } from './entry-context.js';
import { sourcesFirst } from './order.js';
import { refJson } from './sql-nodes.js';
import { unitTestChecksum } from './unit-test-checksum.js';
import { unrenderedConfig } from './unrendered-config.js';

const NO_FRESHNESS: Freshness = { warnAfter: undefined, errorAfter: undefined, filter: undefined };

/** A table of a source in dbt's form. */
export function sourceJson(node: SourceNode, { manifest, createdAt }: EntryContext): Record<string, unknown> {
  const { config, about } = node;
  const project = manifest.projectOf(node);
  const database = config.database ?? node.database ?? manifest.project.target.database;
  const freshness = node.isFreshnessOff === true ? null : criteriaOf(node.freshness ?? NO_FRESHNESS);
  const tags = [...node.tags].sort();
  const quoting = (key: string): boolean | null => node.quoting[key] ?? null;
  const loadedAt = { loaded_at_field: node.loadedAtField ?? null, loaded_at_query: node.loadedAtQuery ?? null };
  return {
    database: database ?? null,
    schema: node.schema,
    name: node.name,
    resource_type: 'source',
    package_name: node.packageName,
    path: node.path,
    original_file_path: node.path,
    unique_id: node.uniqueId,
    fqn: node.fqn,
    source_name: node.sourceName,
    source_description: about.description,
    loader: node.loader ?? '',
    identifier: node.identifier,
    quoting: {
      database: quoting('database'),
      schema: quoting('schema'),
      identifier: quoting('identifier'),
      column: quoting('column'),
    },
    ...loadedAt,
    freshness,
    external: externalOf(node),
    description: node.description,
    columns: columnsJson(node.columns, (to) => to),
    meta: node.meta,
    source_meta: about.meta,
    tags,
    config: {
      enabled: config.enabled,
      event_time: config.extra.event_time ?? null,
      freshness,
      ...loadedAt,
      meta: node.meta,
      tags,
      static_analysis: config.extra.static_analysis ?? null,
    },
    patch_path: null,
    unrendered_config: {
      ...unrenderedConfig(project, 'sources', node.fqn, node.writtenConfig),
      ...(node.freshness === undefined && node.isFreshnessOff !== true ? {} : { freshness }),
      ...loadedAt,
      tags,
    },
    relation_name: nativeRelation(node, database).toString(),
    created_at: createdAt,
    unrendered_database: about.database ?? null,
    unrendered_schema: about.schema ?? null,
    doc_blocks: node.docBlocks ?? [],
  };
}

/** Where a source lies outside of the warehouse. */
function externalOf({ external, location }: SourceNode): Record<string, unknown> | null {
  if (typeof external !== 'object' || external === null) return location === undefined ? null : { location };
  return { location: null, file_format: null, row_format: null, tbl_properties: null, partitions: null, ...external };
}

/** An exposure in dbt's form. */
export function exposureJson(node: ExposureNode, { manifest, createdAt }: EntryContext): Record<string, unknown> {
  return {
    name: node.name,
    resource_type: 'exposure',
    package_name: node.packageName,
    path: node.path.split('/').slice(1).join('/'),
    original_file_path: node.path,
    unique_id: node.uniqueId,
    fqn: node.fqn,
    type: node.exposureType,
    owner: { email: null, name: null, ...node.owner },
    description: node.description,
    label: node.label ?? null,
    maturity: node.maturity ?? null,
    meta: node.meta,
    tags: node.tags,
    config: configJson('exposure', node.config),
    unrendered_config: unrenderedConfig(manifest.projectOf(node), 'exposures', node.fqn, node.writtenConfig),
    url: node.url ?? null,
    depends_on: { macros: [], nodes: sourcesFirst(node.dependsOn) },
    refs: node.refs.map(refJson),
    sources: node.sources.map(({ source, table }) => [source, table]),
    metrics: node.metrics.map((call) => (call.package === undefined ? [call.name] : [call.package, call.name])),
    created_at: createdAt,
  };
}

/** A group in dbt's form. */
export function groupJson(group: Group): Record<string, unknown> {
  return {
    name: group.name,
    resource_type: 'group',
    package_name: group.packageName,
    path: group.path.split('/').slice(1).join('/'),
    original_file_path: group.path,
    unique_id: group.uniqueId,
    owner: { email: null, name: null, ...group.owner },
    description: group.description === '' ? null : group.description,
    config: { meta: {}, ...group.config },
  };
}

/** The doc blocks of the project and its packages, by unique id. */
export function docsJson(manifest: Manifest): Record<string, unknown> {
  return Object.fromEntries(
    manifest.docs.flatMap((docs: DocBlocks) =>
      [...docs.blocks.values()].map((block) => {
        const project = manifest.projectOf({ packageName: docs.packageName });
        const path = block.place.source.path.slice(project.prefix.length);
        return [
          block.uniqueId,
          {
            name: block.name,
            resource_type: 'doc',
            package_name: docs.packageName,
            path: path.split('/').slice(1).join('/'),
            original_file_path: path,
            unique_id: block.uniqueId,
            block_contents: block.text,
          },
        ];
      }),
    ),
  );
}

/** A unit test in dbt's form. */
export function unitTestJson(node: UnitTestNode, { manifest, createdAt }: EntryContext): Record<string, unknown> {
  const { macros, vars, envVars } = node.overrides;
  const tested = manifest.get(node.dependsOn[0] ?? '') ?? manifest.disabled.get(node.dependsOn[0] ?? '');
  return {
    model: node.model,
    given: node.given.map(({ input, rows }) => ({ input, ...rowsOf(rows) })),
    expect: rowsOf(node.expect),
    name: node.writtenName,
    resource_type: 'unit_test',
    package_name: node.packageName,
    path: node.path.split('/').slice(1).join('/'),
    original_file_path: node.path,
    unique_id: node.uniqueId,
    fqn: node.fqn,
    description: node.description,
    overrides:
      Object.keys(macros).length + Object.keys(vars).length + Object.keys(envVars).length === 0
        ? null
        : { macros, vars, env_vars: envVars },
    depends_on: { macros: [], nodes: node.dependsOn.slice(0, 1) },
    config: configJson('unit_test', node.config),
    checksum: unitTestChecksum(node),
    schema: tested !== undefined && 'schema' in tested ? tested.schema : null,
    created_at: createdAt,
    versions: node.versions ?? null,
    version: node.version ?? null,
  };
}

function rowsOf(rows: UnitTestRows | undefined): Record<string, unknown> {
  if (rows === undefined) return { rows: null, format: 'dict', fixture: null };
  return {
    rows: rows.format === 'sql' ? rows.sql : rows.rows,
    format: rows.format,
    fixture: rows.fixture ?? null,
  };
}

/** A freshness as artifacts hold it. */
export function criteriaOf(freshness: Freshness | undefined): Record<string, unknown> | null {
  if (freshness === undefined) return null;
  const threshold = (given: FreshnessThreshold | undefined) => given ?? { count: null, period: null };
  return {
    warn_after: threshold(freshness.warnAfter),
    error_after: threshold(freshness.errorAfter),
    filter: freshness.filter ?? null,
  };
}
