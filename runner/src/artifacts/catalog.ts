import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { DeltaTable } from '../delta/table.js';
import { Relation } from '../engines/relation.js';
import { tsdbtErrorsOf } from '../errors/tsdbt-error.js';
import type { EventBus } from '../events/events.js';
import type { Manifest } from '../manifest/manifest.js';
import type { ModelNode, SourceNode } from '../manifest/nodes.js';
import { readView } from '../materialize/view-file.js';
import type { Project } from '../project/project.js';
import { LazyParquet } from './lazy-parquet.js';
import { NO_DELTA_FACTS, readNativeCatalog } from './native-catalog.js';
import { type TableVersion, tableVersions } from './table-versions.js';
import { artifactMetadata, type Invocation, writeArtifact } from './write-artifact.js';

export interface CatalogColumn {
  readonly name: string;
  /** the engine's name, e.g. `DECIMAL(10,2)` */
  readonly type: string;
  readonly comment: string | undefined;
}

/** What the warehouse holds for one node. */
export interface CatalogEntry {
  readonly uniqueId: string;
  readonly kind: 'table' | 'view';
  /** undefined for Delta tables, which lie in folders */
  readonly database?: string | undefined;
  readonly schema: string;
  readonly name: string;
  readonly comment: string | undefined;
  readonly columns: readonly CatalogColumn[];
  /** rows of the latest version, where statistics tell */
  readonly rows: number | undefined;
  /** bytes of the latest version's data files */
  readonly bytes: number | undefined;
  readonly files: number | undefined;
  /** Delta version; undefined for views */
  readonly version: number | undefined;
  /** ISO 8601 */
  readonly modifiedAt: string | undefined;
  readonly partitionBy: readonly string[];
  readonly properties: Readonly<Record<string, string>>;
  /** newest first */
  readonly versions: readonly TableVersion[];
}

/** What the warehouse holds, and what of it could not be read. */
export interface Catalog {
  /** by unique id; nodes that were never built are not in it */
  readonly entries: ReadonlyMap<string, CatalogEntry>;
  /** one line for each table whose log cannot be read, by unique id */
  readonly problems: ReadonlyMap<string, string>;
}

/** Versions of a table that a catalog lists. */
const VERSIONS = 50;

/**
 * Reads columns, types, rows, sizes and versions of every table and view from the Delta logs; no data file is opened. Of a database
 * file its own catalog is read.
 */
export async function readCatalog(
  manifest: Manifest,
  options: { readonly bus: EventBus; readonly signal: AbortSignal },
): Promise<Catalog> {
  const { project } = manifest;
  if (project.target.storage === 'native')
    return { entries: await readNativeCatalog(manifest, options), problems: new Map() };
  const entries = new Map<string, CatalogEntry>();
  const problems = new Map<string, string>();
  const parquet = new LazyParquet(join(project.targetPath, 'tmp'));
  try {
    for (const node of [...manifest.models(), ...manifest.sources.values()]) {
      if (node.resourceType !== 'source' && node.config.materialized === 'ephemeral') continue;
      try {
        const entry = await readEntry(project, node, parquet);
        if (entry !== undefined) entries.set(node.uniqueId, entry);
      } catch (thrown) {
        const [error] = tsdbtErrorsOf(thrown);
        if (error === undefined) throw thrown;
        problems.set(node.uniqueId, error.message);
      }
    }
  } finally {
    await parquet.close();
  }
  return { entries, problems };
}

async function readEntry(
  project: Project,
  node: ModelNode | SourceNode,
  parquet: LazyParquet,
): Promise<CatalogEntry | undefined> {
  const identifier = node.resourceType === 'source' ? node.identifier : node.alias;
  const about = { uniqueId: node.uniqueId, schema: node.schema, name: identifier };
  const location = locationOf(project, node, identifier);
  const table = existsSync(join(location, '_delta_log')) ? await DeltaTable.open(location, parquet) : undefined;
  if (table !== undefined) {
    const snapshot = await table.snapshot();
    return {
      ...about,
      kind: 'table',
      comment: snapshot.metadata.description,
      columns: snapshot.columns.map(({ name, type }, i) => ({ name, type, comment: commentOf(snapshot, i) })),
      rows: snapshot.numRecords,
      bytes: snapshot.sizeBytes,
      files: snapshot.files.length,
      version: snapshot.version,
      modifiedAt: snapshot.timestamp.toISOString(),
      partitionBy: snapshot.partitionColumns,
      properties: snapshot.properties,
      versions: await tableVersions(table, VERSIONS),
    };
  }
  const view = readView(project.warehouse, new Relation(node.schema, identifier));
  if (view === undefined) return undefined;
  return {
    ...about,
    kind: 'view',
    comment: view.description,
    columns: view.columns.map(({ name, type }) => ({ name, type, comment: undefined })),
    ...NO_DELTA_FACTS,
  };
}

/** Where a node's Delta table lies, if it is one. */
function locationOf(project: Project, node: ModelNode | SourceNode, identifier: string): string {
  if (node.resourceType === 'source' && node.location !== undefined)
    return isAbsolute(node.location) ? node.location : join(project.projectDir, node.location);
  return join(project.warehouse, node.schema, identifier);
}

function commentOf(
  snapshot: { schema: { fields: readonly { metadata: Readonly<Record<string, unknown>> }[] } },
  index: number,
): string | undefined {
  const comment = snapshot.schema.fields[index]?.metadata.comment;
  return typeof comment === 'string' ? comment : undefined;
}

/** Writes `target/catalog.json`: what the warehouse holds for every node. */
export function writeCatalog(manifest: Manifest, catalog: Catalog, invocation: Invocation): void {
  const entries = [...catalog.entries.values()];
  const isSource = (entry: CatalogEntry): boolean => manifest.sources.has(entry.uniqueId);
  const byId = (some: readonly CatalogEntry[]) => Object.fromEntries(some.map((e) => [e.uniqueId, entryJson(e)]));
  writeArtifact(manifest.project, 'catalog.json', {
    metadata: artifactMetadata('catalog', invocation, manifest.project),
    nodes: byId(entries.filter((entry) => !isSource(entry))),
    sources: byId(entries.filter(isSource)),
    errors: catalog.problems.size === 0 ? null : [...catalog.problems.values()],
  });
}

function entryJson(entry: CatalogEntry): Record<string, unknown> {
  const { columns, comment, database, kind, schema, name } = entry;
  return {
    metadata: {
      type: kind === 'view' ? 'VIEW' : 'BASE TABLE',
      schema,
      name,
      database: database ?? null,
      comment: comment ?? null,
      owner: null,
    },
    columns: Object.fromEntries(
      columns.map((column, i) => [
        column.name,
        { type: column.type, index: i + 1, name: column.name, comment: column.comment ?? null },
      ]),
    ),
    stats: Object.fromEntries(statsOf(entry).map((stat) => [stat.id, stat])),
    unique_id: entry.uniqueId,
  };
}

interface Stat {
  readonly id: string;
  readonly label: string;
  readonly value: string | number | boolean;
  readonly include: boolean;
  readonly description: string;
}

/** Facts of a table that pages of documentation list. */
function statsOf({ rows, bytes, version, modifiedAt, partitionBy }: CatalogEntry): Stat[] {
  const stat = (id: string, label: string, value: Stat['value'] | undefined, description: string): Stat[] =>
    value === undefined ? [] : [{ id, label, value, include: true, description }];
  const partitions = partitionBy.length === 0 ? undefined : partitionBy.join(', ');
  const known = [
    ...stat('num_rows', 'Rows', rows, 'Rows of the latest version'),
    ...stat('num_bytes', 'Size', bytes, 'Bytes of its data files'),
    ...stat('version', 'Version', version, 'Version of the Delta table'),
    ...stat('last_modified', 'Last modified', modifiedAt, 'When the latest version was written'),
    ...stat('partition_by', 'Partitioned by', partitions, 'Columns that the table is partitioned by'),
  ];
  const has = {
    id: 'has_stats',
    label: 'Has Stats?',
    value: known.length > 0,
    include: false,
    description: 'Indicates whether there are statistics for this table',
  };
  return [...known, has];
}
