import type { Catalog } from '../artifacts/catalog.js';
import type { Manifest } from '../manifest/manifest.js';
import type { AnalysisNode, ExposureNode, SourceNode, SqlNode } from '../manifest/nodes.js';
import type { SemanticNode } from '../manifest/semantic/semantic-nodes.js';
import { TSDBT_VERSION } from '../project/tsdbt-version.js';
import type { CompiledForDocs } from './compile-for-docs.js';
import { OVERVIEW, readEntryPoints } from './entry-points.js';
import { nodeDetails } from './node-details.js';
import type { LastRun, StoredResult } from './read-run-results.js';
import { semanticKind } from './semantic-facts.js';
import type { NodeDetails, SiteIndex, SiteNode, SiteResult } from './site-data.js';

export interface SiteInput {
  readonly manifest: Manifest;
  readonly catalog: Catalog;
  readonly lastRun: LastRun | undefined;
  readonly compiled: ReadonlyMap<string, CompiledForDocs>;
  readonly generatedAt: Date;
}

/** What has a page of its own. */
export type PageNode = SourceNode | SqlNode | AnalysisNode | ExposureNode | SemanticNode;

/** Nodes whose details lie in one file: a page then loads a few dozen kilobytes. */
const CHUNK = 25;

/** Everything that the pages say: an index that they open with, and the details of every node in the index's order. */
export function buildSite(input: SiteInput): { index: SiteIndex; details: NodeDetails[] } {
  const { manifest, catalog, lastRun } = input;
  const { project } = manifest;
  const nodes: PageNode[] = [
    ...manifest.sources.values(),
    ...manifest.functions.values(),
    ...manifest.nodes.values(),
    ...manifest.analyses.values(),
    ...manifest.semantics.values(),
    ...manifest.exposures.values(),
  ];
  const docs = manifest.docs[0]!;
  const place = new Map(nodes.map((node, i) => [node.uniqueId, i]));
  const configs = new ConfigTable();
  const index: SiteIndex = {
    project: {
      name: project.name,
      ...(project.version === undefined ? {} : { version: project.version }),
      target: `${project.target.name} (${project.target.type})`,
    },
    generatedAt: input.generatedAt.toISOString(),
    generator: `tsdbt ${TSDBT_VERSION}`,
    ...optional('overview', docs.blocks.get(OVERVIEW)?.text),
    entryPoints: readEntryPoints(docs),
    nodes: nodes.map((node) => siteNode(node, place, configs, catalog, lastRun)),
    configs: configs.all,
    ...(lastRun === undefined
      ? {}
      : {
          run: {
            ...optional('command', lastRun.command),
            ...optional('at', lastRun.at),
            ...optional('seconds', lastRun.seconds),
          },
        }),
    chunkSize: CHUNK,
  };
  return { index, details: nodes.map((node) => nodeDetails(node, input)) };
}

function siteNode(
  node: PageNode,
  place: ReadonlyMap<string, number>,
  configs: ConfigTable,
  catalog: Catalog,
  lastRun: LastRun | undefined,
): SiteNode {
  const entry = catalog.entries.get(node.uniqueId);
  const stored = lastRun?.results.get(node.uniqueId);
  const placesOf = (ids: readonly string[]) => ids.map((id) => place.get(id)).filter((at) => at !== undefined);
  const declared = 'columns' in node ? [...node.columns.keys()] : [];
  const columns = [...new Set([...(entry?.columns ?? []).map((column) => column.name), ...declared])];
  return {
    id: node.uniqueId,
    type: node.resourceType,
    name: node.name,
    label: labelOf(node),
    kind: kindOf(node),
    fqn: node.fqn,
    path: node.path,
    package: node.packageName,
    tags: node.tags,
    about: plainText(node.description) || argumentsOf(node),
    reads: placesOf(node.dependsOn),
    config: configOf(node, configs),
    ...(columns.length === 0 ? {} : { columns }),
    ...optional('rows', entry?.rows),
    ...optional('bytes', entry?.bytes),
    ...optional('version', entry?.version),
    ...optional('result', stored === undefined ? undefined : resultOf(stored)),
    ...(node.resourceType === 'source' ? { sourceName: node.sourceName } : {}),
    ...(node.resourceType === 'test'
      ? {
          test: {
            ...optional('generic', node.generic?.name),
            ...optional('column', node.columnName),
            ...optional('attached', node.attachedNode === undefined ? undefined : place.get(node.attachedNode)),
          },
        }
      : {}),
  };
}

/** Of the semantic layer what is written: the rest is for tables. */
function configOf(node: PageNode, configs: ConfigTable): number {
  if (isSemantic(node)) return configs.add({ extra: node.writtenConfig.given });
  return 'config' in node ? configs.add(node.config) : -1;
}

export function isSemantic(node: PageNode): node is SemanticNode {
  return (
    node.resourceType === 'metric' || node.resourceType === 'semantic_model' || node.resourceType === 'saved_query'
  );
}

function resultOf(stored: StoredResult): SiteResult {
  return {
    status: stored.adapter_response.outcome ?? stored.status,
    seconds: stored.execution_time,
    ...optional('failures', stored.failures ?? undefined),
    ...optional('message', stored.message ?? undefined),
  };
}

function labelOf(node: PageNode): string {
  switch (node.resourceType) {
    case 'source':
      return `${node.sourceName}.${node.name}`;
    case 'test':
    case 'analysis':
      return node.name;
    case 'exposure':
      return node.label ?? node.name;
    case 'metric':
    case 'semantic_model':
    case 'saved_query':
      return node.entry.label ?? node.name;
    default:
      return node.config.materialized === 'ephemeral' ? node.name : `${node.schema}.${node.alias}`;
  }
}

function kindOf(node: PageNode): string {
  switch (node.resourceType) {
    case 'source':
      return 'source';
    case 'test':
      return node.generic?.name ?? 'singular';
    case 'exposure':
      return node.exposureType;
    case 'metric':
    case 'semantic_model':
    case 'saved_query':
      return semanticKind(node);
    case 'seed':
    case 'analysis':
    case 'function':
      return node.resourceType;
    default:
      return node.config.materialized;
  }
}

/** What a generic test was given: tells tests of one name apart. */
function argumentsOf(node: PageNode): string {
  if (node.resourceType !== 'test') return '';
  const given = Object.entries(node.generic?.kwargs ?? {}).filter(([key]) => key !== 'model' && key !== 'column_name');
  const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
  return cut(given.map(([key, value]) => `${key.replaceAll('_', ' ')}: ${text(value)}`).join(', '));
}

const LONGEST_ABOUT = 180;

/** Markdown without its marks, cut at a word. */
export function plainText(markdown: string): string {
  const text = markdown
    .replace(/```[\s\S]*?```/g, ' ')
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[`*#>|]+/g, '')
    .replace(/\s+/g, ' ')
    .trim();
  return cut(text);
}

function cut(text: string): string {
  if (text.length <= LONGEST_ABOUT) return text;
  return `${text.slice(0, LONGEST_ABOUT).replace(/\s+\S*$/, '')} …`;
}

/** Resolved configurations: most nodes share theirs with others, so each stands in the index once. */
class ConfigTable {
  readonly all: Record<string, unknown>[] = [];
  readonly #places = new Map<string, number>();

  add(config: { readonly extra: Readonly<Record<string, unknown>> }): number {
    const { extra, ...known } = config;
    const merged: Record<string, unknown> = { ...extra };
    for (const [key, value] of Object.entries(known)) if (value !== undefined && value !== null) merged[key] = value;
    const kept = Object.fromEntries(Object.entries(merged).filter(([, value]) => !isNothing(value)));
    const text = JSON.stringify(kept);
    let at = this.#places.get(text);
    if (at === undefined) {
      at = this.all.push(kept) - 1;
      this.#places.set(text, at);
    }
    return at;
  }
}

function isNothing(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: V });
}
