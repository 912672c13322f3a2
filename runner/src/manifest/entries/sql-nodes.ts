import { hash } from 'node:crypto';
import { Relation } from '../../engines/relation.js';
import type { Project } from '../../project/project.js';
import { treeOfAnalyses } from '../config-layers.js';
import { readDependency } from '../dependency-call.js';
import type { FunctionArgument, FunctionNode, FunctionReturns } from '../function-nodes.js';
import type { Manifest } from '../manifest.js';
import type { AnalysisNode, ManifestNode, ModelNode, RefCall, SqlNode, TestNode } from '../nodes.js';
import { columnsJson, contractChecksum, type OtherSide, primaryKey, tableConstraintsJson } from './columns.js';
import { configJson, docsOf } from './config.js';
import type { EntryContext } from './entry-context.js';
import { sourcesFirst } from './order.js';
import { unrenderedConfig } from './unrendered-config.js';

type EntryNode = SqlNode | AnalysisNode;

/** A model, seed, snapshot, analysis or test in dbt's form. Keys are added one by one: spreads of so many are slow. */
export function nodeJson(node: EntryNode, context: EntryContext): Record<string, unknown> {
  const json = sharedJson(node, context);
  if (node.resourceType === 'seed') {
    json.root_path = context.manifest.projectOf(node).projectDir;
    json.depends_on = { macros: macrosCalledBy(node) };
    return json;
  }
  addSql(json, node, context);
  if (node.resourceType === 'test') {
    if (node.generic !== undefined) addGeneric(json, node, context, node.generic);
  } else if (node.resourceType === 'model') addModel(json, node, context);
  else if (node.resourceType === 'function') addFunction(json, node, context);
  return json;
}

/** Unique ids of the macros that a node's entry says it calls. */
export function macrosCalledBy(node: EntryNode): readonly string[] {
  return node.resourceType === 'seed' ? node.dependsOnMacros : (node.directMacros ?? node.dependsOnMacros);
}

function addModel(json: Record<string, unknown>, node: ModelNode, { tests, manifest }: EntryContext): void {
  const { timeSpine } = node;
  json.access = node.config.access ?? 'protected';
  json.constraints = tableConstraintsJson(node.constraints, otherSideOf(node, manifest));
  json.version = node.version ?? null;
  json.latest_version = node.latestVersion ?? null;
  json.deprecation_date = node.deprecationDate ?? null;
  json.primary_key = primaryKey(node, tests.get(node.uniqueId) ?? []);
  json.time_spine =
    timeSpine === undefined
      ? null
      : {
          standard_granularity_column: timeSpine.standard_granularity_column,
          custom_granularities: (timeSpine.custom_granularities ?? []).map((one) => ({
            name: one.name,
            column_name: one.column_name ?? null,
          })),
        };
}

function addFunction(json: Record<string, unknown>, node: FunctionNode, { compiled }: EntryContext): void {
  const found = compiled.get(node.uniqueId);
  json.returns = returnsJson(node.returns);
  json.arguments = node.args.map(argumentJson);
  json.overloads = node.overloads.map(({ definedIn, args, returns, description, body }, i) => ({
    defined_in: definedIn,
    arguments: args.map(argumentJson),
    returns: returns === undefined ? null : returnsJson(returns),
    description: description ?? null,
    raw_body: codeOf(body),
    compiled_body: found?.overloads?.[i] ?? null,
  }));
}

function returnsJson(returns: FunctionReturns | undefined): Record<string, unknown> {
  // dbt's word for a function without an entry
  return { data_type: returns?.dataType ?? 'INVALID_TYPE', description: returns?.description ?? null };
}

function argumentJson({ name, dataType, description, defaultValue }: FunctionArgument): Record<string, unknown> {
  return { name, data_type: dataType, description: description ?? null, default_value: defaultValue ?? null };
}

function sharedJson(node: EntryNode, { manifest, createdAt, compiled }: EntryContext): Record<string, unknown> {
  const project = manifest.projectOf(node);
  const isTest = node.resourceType === 'test';
  const kind = isTest ? 'tests' : node.resourceType === 'analysis' ? treeOfAnalyses(project) : KINDS[node.resourceType];
  const call = isTest && node.generic !== undefined ? genericCall(node) : node.configCall;
  return {
    database: databaseOf(node, manifest),
    schema: node.schema,
    name: node.name,
    resource_type: node.resourceType,
    package_name: node.packageName,
    path: pathOf(node, project),
    original_file_path: node.path,
    unique_id: node.uniqueId,
    fqn: node.fqn,
    alias: node.alias,
    checksum: checksumOf(node),
    config: configJson(node.resourceType, node.config),
    tags: node.tags,
    description: node.description,
    columns: isTest ? {} : columnsJson(node.columns, otherSideOf(node, manifest)),
    meta: node.meta,
    group: groupOf(node, manifest) ?? null,
    docs: docsOf(node.config),
    patch_path: isTest && node.generic !== undefined ? null : patchPath(node, project),
    build_path: compiled.get(node.uniqueId)?.runPath ?? null,
    unrendered_config: unrenderedConfig(
      project,
      kind,
      node.fqn,
      isTest && node.generic !== undefined ? undefined : node.writtenConfig,
      call,
    ),
    created_at: createdAt,
    relation_name: relationName(node, manifest),
    raw_code: rawCode(node),
    doc_blocks: node.docBlocks ?? [],
  };
}

const KINDS = { model: 'models', seed: 'seeds', snapshot: 'snapshots', function: 'functions' } as const;

function addSql(json: Record<string, unknown>, node: EntryNode, { compiled }: EntryContext): void {
  const found = compiled.get(node.uniqueId);
  json.language = node.resourceType === 'test' ? 'sql' : node.language;
  json.refs = refsJson(node);
  json.sources = node.sources.map(({ source, table }) => [source, table]);
  json.metrics = [];
  json.functions = node.functions.map(({ package: packageName, name }) =>
    packageName === undefined ? [name] : [packageName, name],
  );
  json.depends_on = { macros: macrosCalledBy(node), nodes: parentsJson(node) };
  json.compiled_path = found?.path ?? null;
  if (found !== undefined) {
    json.compiled = true;
    json.compiled_code = found.sql;
    json.extra_ctes_injected = true;
    json.extra_ctes = [];
  }
  json.contract = {
    enforced: node.config.contract.enforced,
    alias_types: true,
    checksum: node.resourceType === 'model' ? contractChecksum(node) : null,
  };
}

/** A generic test reads what its arguments name, then what it tests, which it names without the package. */
function refsJson(node: EntryNode): Record<string, unknown>[] {
  if (node.resourceType !== 'test' || node.generic === undefined || node.refs.length === 0)
    return node.refs.map(refJson);
  const [first, ...others] = node.refs;
  const isTested = node.attachedNode?.startsWith('source.') !== true;
  if (!isTested) return node.refs.map(refJson);
  // what dbt knows without rendering keeps its number
  const isKnown = node.generic.package === undefined && ['unique', 'not_null'].includes(node.generic.name);
  const version = first!.version === undefined || isKnown ? first!.version : String(first!.version);
  return [...others.map(refJson), refJson({ ...first!, package: undefined, version })];
}

function parentsJson(node: EntryNode): string[] {
  const ids = sourcesFirst(node.dependsOn);
  const { attachedNode: tested } = node.resourceType === 'test' ? node : { attachedNode: undefined };
  if (tested === undefined || tested.startsWith('source.') || !ids.includes(tested)) return ids;
  return [...ids.filter((id) => id !== tested), tested];
}

/** A ref as manifests hold it. */
export function refJson({ name, package: packageName, version }: RefCall): Record<string, unknown> {
  return { name, package: packageName ?? null, version: version ?? null };
}

function addGeneric(
  json: Record<string, unknown>,
  node: TestNode,
  { manifest }: EntryContext,
  generic: NonNullable<TestNode['generic']>,
): void {
  const tested = node.attachedNode === undefined ? undefined : testedNode(node.attachedNode, manifest);
  const isSource = tested?.resourceType === 'source';
  const call =
    tested === undefined
      ? ''
      : isSource
        ? `source('${tested.sourceName}', '${tested.name}')`
        : `ref('${tested.name}'${'version' in tested && tested.version !== undefined ? `, version='${tested.version}'` : ''})`;
  const { column_name: column = node.columnName, ...kwargs }: Record<string, unknown> = generic.kwargs;
  if (column !== undefined) kwargs.column_name = column;
  kwargs.model = `{{ get_where_subquery(${call}) }}`;
  json.column_name = node.columnName ?? null;
  json.file_key_name =
    tested === undefined ? null : isSource ? `sources.${tested.sourceName}` : `${tested.resourceType}s.${tested.name}`;
  json.attached_node = isSource ? null : (node.attachedNode ?? null);
  json.test_metadata = { name: generic.name, kwargs, namespace: generic.package ?? null };
}

function testedNode(id: string, manifest: Manifest): ManifestNode | undefined {
  return manifest.get(id) ?? manifest.disabled.get(id);
}

/** Config keys of a generic test in the order in which dbt writes them. */
const TEST_KEYS = [
  'severity',
  'tags',
  'enabled',
  'where',
  'limit',
  'warn_if',
  'error_if',
  'fail_calc',
  'store_failures',
  'store_failures_as',
  'meta',
  'database',
  'schema',
  'alias',
];

/** The config of a generic test's entry as texts, and the short name of one whose name is too long; else what its macro says. */
function genericCall(node: TestNode): Record<string, unknown> {
  const given = givenConfig(node);
  if (given.length === 0) return { ...node.writtenConfig?.raw };
  const isKept = (key: string, value: unknown): boolean => key === 'tags' || typeof value === 'string';
  return Object.fromEntries(given.map(([key, value]) => [key, isKept(key, value) ? value : python(value)]));
}

function givenConfig(node: TestNode): [string, unknown][] {
  const given: Record<string, unknown> = { ...node.writtenConfig?.given };
  // the engine shortens names, too
  if (given.alias === undefined && node.config.alias !== undefined && node.config.extra.alias === undefined)
    given.alias = node.config.alias;
  return TEST_KEYS.filter((key) => given[key] !== undefined).map((key) => [key, given[key]]);
}

function rawCode(node: EntryNode): string {
  if (node.resourceType === 'seed') return '';
  if (node.resourceType !== 'test') return codeOf(node);
  if (node.generic === undefined) return node.rawCode.trim();
  const { package: namespace, name } = node.generic;
  const config = givenConfig(node)
    .map(([key, value]) => `${key}=${typeof value === 'string' ? `"${value.replaceAll('"', '\\"')}"` : python(value)}`)
    .join(',');
  const call = `{{ ${namespace === undefined ? '' : `${namespace}.`}test_${name}(**_dbt_generic_test_kwargs) }}`;
  return config === '' ? call : `${call}{{ config(${config}) }}`;
}

/** A snapshot's block without its tags; any other file as it is. */
function codeOf(node: Exclude<EntryNode, TestNode>): string {
  const { text } = node.source;
  if (node.resourceType !== 'snapshot') return text.trim();
  const block = new RegExp(`\\{%-?\\s*snapshot\\s+${node.name}\\s*-?%\\}(.*?)\\{%-?\\s*endsnapshot\\s*-?%\\}`, 's');
  return block.exec(text)?.[1] ?? text;
}

function python(value: unknown): string {
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'string')
    return value.includes("'") && !value.includes('"') ? `"${value}"` : `'${value.replaceAll("'", "\\'")}'`;
  if (Array.isArray(value)) return `[${value.map(python).join(', ')}]`;
  if (typeof value === 'object' && !(value instanceof Number))
    return `{${Object.entries(value)
      .map(([key, inner]) => `${python(key)}: ${python(inner)}`)
      .join(', ')}}`;
  return String(value);
}

/** A hash that white space does not change, as dbt computes it. A generic test is no file. */
function checksumOf(node: EntryNode): Record<string, unknown> {
  if (node.resourceType === 'test' && node.generic !== undefined) return { name: 'none', checksum: '' };
  return { name: 'sha256', checksum: textChecksum(node.source.text, node.resourceType === 'seed') };
}

/** @param exact whether white space within the text counts, as it does in data; line breaks of all systems are the same */
export function textChecksum(text: string, exact = false): string {
  const hashed = exact ? text.replace(/\r\n?/g, '\n').trim() : text.trim().split(/\s+/).join(' ');
  return hash('sha256', hashed, 'hex');
}

/** Path below the folder of its kind. */
function pathOf(node: EntryNode, project: Project): string {
  if (node.resourceType === 'test' && node.generic !== undefined) return `${node.generic.fileName}.sql`;
  const below = pathBelow(node.path, Object.values(project.paths).flat());
  if (node.resourceType === 'analysis' && treeOfAnalyses(project) === 'models') return `analysis/${below}`;
  if (node.resourceType === 'snapshot' && !node.path.endsWith('.sql')) return `${node.name}.sql`;
  return below;
}

/** A path below the longest of the folders that it stands in. */
function pathBelow(path: string, folders: readonly string[]): string {
  const within = folders.map((folder) => `${folder.replace(/\/+$/, '')}/`).filter((folder) => path.startsWith(folder));
  const [longest] = within.sort((a, b) => b.length - a.length);
  return path.slice(longest?.length ?? path.indexOf('/') + 1);
}

/** The YAML file of a node's entry: `shop://models/shop.yml`. */
export function patchPath(node: Pick<ManifestNode, 'propertiesPlace'>, project: Project): string | null {
  const path = node.propertiesPlace?.source.path;
  if (path === undefined) return null;
  // the root project may describe nodes of its packages, and they its nodes
  const root = project.root ?? project;
  const owner = root.packages.find(({ prefix }) => path.startsWith(prefix)) ?? root;
  return `${owner.name}://${path.slice(owner.prefix.length)}`;
}

function groupOf(node: EntryNode, manifest: Manifest): string | undefined {
  if (node.config.group !== undefined || node.resourceType !== 'test' || node.attachedNode === undefined)
    return node.config.group;
  const tested = testedNode(node.attachedNode, manifest);
  return tested?.resourceType === 'model' ? tested.config.group : undefined;
}

function databaseOf(node: EntryNode, { project }: Manifest): string | null {
  return node.config.database ?? project.target.database ?? null;
}

/** The relations that foreign keys of a node name by `ref` and `source`. */
function otherSideOf(node: Exclude<EntryNode, TestNode>, manifest: Manifest): OtherSide {
  return (to) => {
    const call = readDependency(to, node.source.place(0));
    const isNamed = (other: ManifestNode): boolean =>
      other.name === (call?.kind === 'source' ? call.table : call?.name) &&
      (other.resourceType === 'source') === (call?.kind === 'source');
    const other = [node, ...node.dependsOn.map((id) => manifest.get(id)!)].find(isNamed);
    if (other?.resourceType === 'source')
      return new Relation(
        other.schema,
        other.identifier,
        other.database ?? manifest.project.target.database,
      ).toString();
    return other !== undefined && 'alias' in other ? (relationName(other, manifest) ?? to) : to;
  };
}

/** The quoted name of what holds a node's rows; null where nothing does. */
export function relationName(node: EntryNode, manifest: Manifest): string | null {
  if (node.resourceType === 'analysis' || node.config.materialized === 'ephemeral') return null;
  if (node.resourceType === 'test') {
    const { store_failures: stores, store_failures_as: as } = node.config;
    if (as === undefined ? stores !== true : as === 'ephemeral') return null;
  }
  const database = node.config.database ?? manifest.project.target.database;
  return new Relation(node.schema, node.alias, database).toString();
}
