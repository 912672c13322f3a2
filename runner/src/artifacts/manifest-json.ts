import { relative } from 'node:path';
import type { Manifest } from '../manifest/manifest.js';
import type {
  ExposureNode,
  ManifestNode,
  ModelNode,
  SourceNode,
  TestNode,
  UnitTestNode,
  UnitTestRows,
} from '../manifest/nodes.js';
import { writeCompletionNames } from './completion-names.js';
import { criteriaOf } from './sources-json.js';
import { artifactMetadata, writeArtifact } from './write-artifact.js';

/** Writes `target/manifest.json`: the whole project as it was parsed. Shells complete its names from then on. */
export function writeManifest(manifest: Manifest, invocationId: string): void {
  const { project } = manifest;
  const all = [...manifest.all()];
  writeArtifact(project, 'manifest.json', {
    metadata: {
      ...artifactMetadata('manifest', invocationId),
      project_name: project.name,
      adapter_type: project.target.type,
      warehouse: project.target.storage === 'delta' ? relative(project.projectDir, project.warehouse) : undefined,
    },
    nodes: Object.fromEntries([...manifest.nodes.values()].map((node) => [node.uniqueId, nodeOf(node)])),
    sources: Object.fromEntries([...manifest.sources.values()].map((node) => [node.uniqueId, sourceOf(node)])),
    exposures: Object.fromEntries([...manifest.exposures.values()].map((node) => [node.uniqueId, exposureOf(node)])),
    unit_tests: Object.fromEntries([...manifest.unitTests.values()].map((node) => [node.uniqueId, unitTestOf(node)])),
    macros: manifestMacros(manifest),
    disabled: [...manifest.disabled.keys()],
    parent_map: Object.fromEntries(all.map((node) => [node.uniqueId, manifest.parentsOf(node.uniqueId)])),
    child_map: Object.fromEntries(all.map((node) => [node.uniqueId, manifest.childrenOf(node.uniqueId)])),
  });
  writeCompletionNames(manifest);
}

/** A node as the manifest holds it. */
export function manifestEntry(node: ManifestNode): Record<string, unknown> {
  if (node.resourceType === 'source') return sourceOf(node);
  if (node.resourceType === 'exposure') return exposureOf(node);
  if (node.resourceType === 'unit_test') return unitTestOf(node);
  return nodeOf(node);
}

/** The macros of the project and its packages, by unique id. */
export function manifestMacros(manifest: Manifest): Record<string, Record<string, unknown>> {
  const found: Record<string, Record<string, unknown>> = {};
  for (const macro of manifest.macros.all()) {
    const { place } = macro;
    found[macro.uniqueId] = {
      unique_id: macro.uniqueId,
      resource_type: 'macro',
      name: macro.name,
      package_name: macro.packageName,
      original_file_path: place.source.path,
      macro_sql: place.source.text.slice(place.start, place.end),
    };
  }
  return found;
}

function common(node: ManifestNode): Record<string, unknown> {
  return {
    unique_id: node.uniqueId,
    resource_type: node.resourceType,
    package_name: node.packageName,
    name: node.name,
    fqn: node.fqn,
    original_file_path: node.path,
    description: node.description,
    tags: node.tags,
    meta: node.meta,
    depends_on: { nodes: node.dependsOn, macros: 'dependsOnMacros' in node ? node.dependsOnMacros : [] },
  };
}

function nodeOf(node: ModelNode | TestNode): Record<string, unknown> {
  const { extra, ...config } = node.config;
  const shared = { ...common(node), schema: node.schema, alias: node.alias, config: { ...extra, ...config } };
  if (node.resourceType === 'test') {
    return {
      ...shared,
      raw_code: node.rawCode,
      column_name: node.columnName ?? null,
      attached_node: node.attachedNode ?? null,
      test_metadata:
        node.generic === undefined
          ? null
          : { name: node.generic.name, namespace: node.generic.package ?? null, kwargs: node.generic.kwargs },
    };
  }
  return {
    ...shared,
    language: node.language,
    raw_code: node.language === 'csv' ? '' : node.source.text,
    checksum: { name: 'sha256', checksum: node.checksum },
    relation_name: node.config.materialized === 'ephemeral' ? null : `"${node.schema}"."${node.alias}"`,
    columns: columnsOf(node),
    constraints: node.constraints,
    refs: node.refs.map(({ name, package: packageName, version }) => ({
      name,
      package: packageName ?? null,
      version: version ?? null,
    })),
    sources: node.sources.map(({ source, table }) => [source, table]),
  };
}

function sourceOf(node: SourceNode): Record<string, unknown> {
  return {
    ...common(node),
    source_name: node.sourceName,
    identifier: node.identifier,
    schema: node.schema,
    database: node.database ?? null,
    loader: node.loader ?? null,
    loaded_at_field: node.loadedAtField ?? null,
    loaded_at_query: node.loadedAtQuery ?? null,
    freshness: criteriaOf(node.freshness),
    location: node.location ?? null,
    columns: columnsOf(node),
  };
}

function unitTestOf(node: UnitTestNode): Record<string, unknown> {
  const { macros, vars, envVars } = node.overrides;
  return {
    ...common(node),
    model: node.model,
    version: node.version ?? null,
    given: node.given.map(({ input, rows }) => ({ input, ...rowsOf(rows) })),
    expect: rowsOf(node.expect),
    overrides: { macros, vars, env_vars: envVars },
    config: { tags: node.tags, meta: node.meta, enabled: true },
    schema: null,
  };
}

function rowsOf(rows: UnitTestRows | undefined): Record<string, unknown> {
  if (rows === undefined) return { rows: null, format: 'dict', fixture: null };
  return { rows: rows.format === 'sql' ? rows.sql : rows.rows, format: rows.format, fixture: null };
}

function exposureOf(node: ExposureNode): Record<string, unknown> {
  return {
    ...common(node),
    type: node.exposureType,
    owner: node.owner,
    url: node.url ?? null,
    maturity: node.maturity ?? null,
    label: node.label ?? null,
  };
}

function columnsOf(node: ModelNode | SourceNode): Record<string, unknown> {
  return Object.fromEntries(
    [...node.columns.values()].map((column) => [
      column.name,
      {
        name: column.name,
        description: column.description,
        data_type: column.dataType ?? null,
        constraints: column.constraints,
        meta: column.meta,
        tags: column.tags,
      },
    ]),
  );
}
