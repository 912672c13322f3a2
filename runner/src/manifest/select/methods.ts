import path from 'node:path';
import { standardConfigKeys, templateConfig } from '../config-for-templates.js';
import { type ManifestNode, type NodeConfig, resourceTypes } from '../nodes.js';
import { isGlob, matchesGlob, matchesPathGlob } from './glob.js';
import { type PreviousState, STATE_ASPECTS } from './previous-state.js';

export interface MethodContext {
  /** name of the project, which `package:this` means */
  readonly projectName: string;
  /** undefined without `--state` */
  readonly state?: PreviousState | undefined;
}

export interface SelectorMethod {
  /** whether a node is meant by `method.args:value` */
  matches(node: ManifestNode, value: string, args: readonly string[], context: MethodContext): boolean;
  /** values that a node could have been meant by: suggestions come from them */
  values(node: ManifestNode, args: readonly string[]): readonly string[];
  /** it compares with an earlier state (`--state`), where nothing may well have changed */
  readonly comparesState?: boolean;
  /** the values it takes; undefined: those of the nodes */
  readonly takes?: readonly string[];
}

/** The methods of dbt's selector language that look at one node. */
export const selectorMethods: Readonly<Record<string, SelectorMethod>> = {
  fqn: {
    matches: (node, value) => {
      const isVersioned = 'version' in node && node.resourceType === 'model' && node.version !== undefined;
      return isNamed(node) && [node.fqn, node.fqn.slice(1)].some((fqn) => matchesFqn(fqn, value, isVersioned));
    },
    values: (node) =>
      isNamed(node) && node.resourceType !== 'test' && node.resourceType !== 'unit_test'
        ? [
            node.name,
            ...node.fqn.slice(1, -1).map((_, i) => node.fqn.slice(1, i + 2).join('.')),
            node.fqn.slice(1).join('.'),
          ]
        : [],
  },
  tag: {
    matches: (node, value) => node.tags.some((tag) => matchesGlob(tag, value)),
    values: (node) => node.tags,
  },
  path: {
    matches: (node, value, _args, { projectName }) => {
      // a pattern is looked for among the files of the project, where those of packages are not
      const isFile = !isGlob(value) || node.packageName === projectName;
      const properties = node.propertiesPlace?.source.path;
      return matchesPath(node.path, value, isFile) || (properties !== undefined && matchesFile(properties, value));
    },
    values: (node) => [node.path, ...foldersOf(node.path)],
  },
  file: {
    matches: (node, value) => {
      const name = path.posix.basename(node.path);
      return (
        matchesGlob(name, value) || matchesGlob(name.slice(0, name.length - path.posix.extname(name).length), value)
      );
    },
    values: (node) => [path.posix.basename(node.path)],
  },
  source: {
    matches: (node, value) => node.resourceType === 'source' && matchesSource(node, value),
    values: (node) => (node.resourceType === 'source' ? [node.sourceName, `${node.sourceName}.${node.name}`] : []),
  },
  exposure: {
    matches: (node, value) => node.resourceType === 'exposure' && matchesPackaged(node, value),
    values: (node) => (node.resourceType === 'exposure' ? [node.name] : []),
  },
  metric: ofKind('metric'),
  semantic_model: ofKind('semantic_model'),
  saved_query: ofKind('saved_query'),
  unit_test: {
    matches: (node, value) =>
      node.resourceType === 'unit_test' &&
      [node.writtenName, node.name].some((name) => matchesPackaged({ ...node, name }, value)),
    values: (node) => (node.resourceType === 'unit_test' ? [node.writtenName] : []),
  },
  resource_type: {
    takes: [...resourceTypes, 'data_test'],
    matches: (node, value) => node.resourceType === (value === 'data_test' ? 'test' : value),
    values: (node) => [node.resourceType],
  },
  package: {
    matches: (node, value, _args, { projectName }) =>
      matchesGlob(node.packageName, value === 'this' ? projectName : value),
    values: (node) => [node.packageName],
  },
  config: {
    matches: (node, value, args) =>
      matchesConfig(configValue(node, args), value, args.length === 1 && args[0] === 'severity'),
    values: (node, args) => {
      const value = configValue(node, args);
      return (Array.isArray(value) ? value : [value]).filter((v) => v !== undefined && v !== null).map(String);
    },
  },
  test_type: {
    takes: ['generic', 'singular', 'data', 'unit', 'schema'],
    matches: (node, value) =>
      node.resourceType === 'test'
        ? testTypes[value]?.includes(node.generic === undefined ? 'singular' : 'generic') === true
        : node.resourceType === 'unit_test' && value === 'unit',
    values: () => ['generic', 'singular', 'data', 'unit'],
  },
  test_name: {
    matches: (node, value) =>
      node.resourceType === 'unit_test'
        ? matchesGlob(node.writtenName, value) || matchesGlob(node.name, value)
        : node.resourceType === 'test' && node.generic !== undefined && matchesGlob(node.generic.name, value),
    values: (node) => (node.resourceType === 'test' && node.generic !== undefined ? [node.generic.name] : []),
  },
  group: {
    matches: (node, value) =>
      'config' in node && node.config.group !== undefined && matchesGlob(node.config.group, value),
    values: (node) => ('config' in node && node.config.group !== undefined ? [node.config.group] : []),
  },
  access: {
    matches: (node, value) => node.resourceType === 'model' && (node.config.access ?? 'protected') === value,
    values: () => ['private', 'protected', 'public'],
  },
  version: {
    takes: ['latest', 'old', 'prerelease', 'none'],
    matches: (node, value) => {
      if (node.resourceType !== 'model') return false;
      const { version, latestVersion } = node;
      if (version === undefined || latestVersion === undefined) return value === 'none';
      const order = compareVersions(version, latestVersion);
      return value === (order === 0 ? 'latest' : order < 0 ? 'old' : 'prerelease');
    },
    values: () => [],
  },
  state: {
    comparesState: true,
    takes: ['new', 'old', 'modified', 'unmodified', ...STATE_ASPECTS.map((aspect) => `modified.${aspect}`)],
    matches: (node, value, _args, { state }) => {
      if (state === undefined) return false;
      const isNew = state.isNew(node);
      if (value === 'new') return isNew;
      if (value === 'old') return !isNew;
      const changes = state.changesOf(node);
      if (value === 'unmodified') return !isNew && changes.length === 0;
      if (value === 'modified') return isNew || changes.length > 0;
      const aspect = value.slice('modified.'.length);
      return (isNew && aspect !== 'macros') || changes.some((change) => change.aspect === aspect);
    },
    values: () => [],
  },
  result: {
    comparesState: true,
    takes: ['success', 'error', 'skipped', 'pass', 'fail', 'warn', 'no-op', 'partial success'],
    matches: (node, value, _args, { state }) => state?.resultOf(node.uniqueId) === value,
    values: () => [],
  },
  source_status: {
    comparesState: true,
    takes: ['fresher'],
    matches: (node, _value, _args, { state }) =>
      node.resourceType === 'source' && state?.isFresher(node.uniqueId) === true,
    values: () => [],
  },
};

const testTypes: Readonly<Record<string, readonly ('generic' | 'singular')[]>> = {
  generic: ['generic'],
  schema: ['generic'],
  singular: ['singular'],
  data: ['generic', 'singular'],
};

/** A method that means nodes of one kind by `name` or `package.name`. */
function ofKind(kind: ManifestNode['resourceType']): SelectorMethod {
  return {
    matches: (node, value) => node.resourceType === kind && matchesPackaged(node, value),
    values: (node) => (node.resourceType === kind ? [node.name] : []),
  };
}

/** Sources have a method of their own and are not meant by a bare name. */
function isNamed(node: ManifestNode): boolean {
  return node.resourceType !== 'source';
}

/**
 * dbt's rule: the leaf's name, or a prefix of the dotted name; from the first wildcard on, the rest as a pattern. A pattern without dots
 * may mean the leaf as well. The leaf of a version of a model is the model's name; `name.v1` and `name_v1` mean one version.
 */
export function matchesFqn(fqn: readonly string[], selector: string, isVersioned = false): boolean {
  const leaf = fqn.at(isVersioned ? -2 : -1);
  if (leaf === selector) return true;
  const parts = selector.split('.');
  if (isVersioned && fqn.slice(-2).join('_') === parts.slice(-2).join('_')) return true;
  const flat = fqn.some((segment) => segment.includes('.')) ? fqn.flatMap((segment) => segment.split('.')) : fqn;
  if (flat.length < parts.length) return false;
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!;
    if (isGlob(part))
      return (
        matchesGlob(flat.slice(i).join('.'), parts.slice(i).join('.')) ||
        (parts.length === 1 && leaf !== undefined && matchesGlob(leaf, selector))
      );
    if (flat[i] !== part) return false;
  }
  return true;
}

/** As dbt orders them: by number where both are numbers, else by their text. */
function compareVersions(a: string | number, b: string | number): number {
  const [left, right] = [Number(a), Number(b)];
  if (!Number.isNaN(left) && !Number.isNaN(right)) return left - right;
  const [x, y] = [String(a), String(b)];
  return x === y ? 0 : x < y ? -1 : 1;
}

function foldersOf(file: string): string[] {
  const parts = file.split('/');
  return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join('/'));
}

/** Whether a path means a file or one of its folders. @param asFile false: only its folders */
function matchesPath(file: string, value: string, asFile: boolean): boolean {
  const pattern = normalized(value);
  if (pattern === '.') return true;
  if (!isGlob(pattern)) return matchesFile(file, value) || file.startsWith(`${pattern}/`);
  return (asFile && matchesFile(file, value)) || foldersOf(file).some((folder) => matchesPathGlob(folder, pattern));
}

function matchesFile(file: string, value: string): boolean {
  const pattern = normalized(value);
  return isGlob(pattern) ? matchesPathGlob(file, pattern) : file === pattern;
}

function normalized(value: string): string {
  return path.posix.normalize(value.replaceAll('\\', '/')).replace(/\/$/, '');
}

function matchesSource(node: ManifestNode & { sourceName: string }, value: string): boolean {
  const parts = value.split('.');
  const [table, source, packageName] = [...parts].reverse();
  if (parts.length === 1) return matchesGlob(node.sourceName, value);
  if (parts.length > 3) return false;
  return (
    matchesGlob(node.sourceName, source!) &&
    matchesGlob(node.name, table!) &&
    (packageName === undefined || matchesGlob(node.packageName, packageName))
  );
}

function matchesPackaged(node: ManifestNode, value: string): boolean {
  const dot = value.indexOf('.');
  if (dot === -1) return matchesGlob(node.name, value);
  return matchesGlob(node.packageName, value.slice(0, dot)) && matchesGlob(node.name, value.slice(dot + 1));
}

/** Keys that the config of a test has whatever is set, beside what is. */
const TEST_KEYS = ['enabled', 'tags', 'meta', 'materialized', 'severity', 'fail_calc', 'warn_if', 'error_if'] as const;

const SOURCE_KEYS = ['enabled', 'tags', 'meta'] as const;

/** What dbt's config of a node says of one key, with dbt's defaults; undefined where a selector does not look at it. */
function configOf(node: ManifestNode, key: string): unknown {
  if (!('config' in node)) return undefined;
  const { config } = node;
  switch (node.resourceType) {
    case 'model':
    case 'seed':
    case 'snapshot':
      return key === 'tags' || key === 'meta' ? config[key] : templateConfig(config, key);
    case 'test':
      return setOr(config, key, TEST_KEYS);
    case 'source':
      return setOr(config, key, SOURCE_KEYS);
    default:
      return undefined;
  }
}

/** Keys that the configs of nodes have. */
export function configKeys(nodes: Iterable<ManifestNode>): Set<string> {
  const keys = new Set<string>(['materialized', ...standardConfigKeys]);
  for (const node of nodes) {
    if (!('config' in node)) continue;
    for (const key of [...Object.keys(node.config), ...Object.keys(node.config.extra ?? {})]) keys.add(key);
  }
  keys.delete('extra');
  return keys;
}

/** What was set beside the keys that are always there, else one of these. */
function setOr(config: NodeConfig, key: string, known: readonly (keyof NodeConfig)[]): unknown {
  if (Object.hasOwn(config.extra, key)) return config.extra[key];
  return known.includes(key as keyof NodeConfig) ? config[key as keyof NodeConfig] : undefined;
}

function configValue(node: ManifestNode, [first, ...rest]: readonly string[]): unknown {
  let value: unknown = first === undefined ? undefined : configOf(node, first);
  for (const key of rest) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

function matchesConfig(value: unknown, wanted: string, anyCase: boolean): boolean {
  if (value === undefined || value === null) return false;
  if (Array.isArray(value)) return value.some((item) => matchesConfig(item, wanted, anyCase));
  if (typeof value === 'object') return false;
  const text = String(value);
  return text === wanted || ((anyCase || typeof value === 'boolean') && text.toLowerCase() === wanted.toLowerCase());
}
