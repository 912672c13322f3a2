import path from 'node:path';
import type { ManifestNode } from '../nodes.js';
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
    matches: (node, value) => isNamed(node) && (matchesFqn(node.fqn, value) || matchesFqn(node.fqn.slice(1), value)),
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
    matches: (node, value) => matchesPath(node.path, value),
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
  unit_test: {
    matches: (node, value) => node.resourceType === 'unit_test' && matchesPackaged(node, value),
    values: (node) => (node.resourceType === 'unit_test' ? [node.name] : []),
  },
  resource_type: {
    matches: (node, value) => node.resourceType === (value === 'data_test' ? 'test' : value),
    values: (node) => [node.resourceType],
  },
  package: {
    matches: (node, value, _args, { projectName }) =>
      matchesGlob(node.packageName, value === 'this' ? projectName : value),
    values: (node) => [node.packageName],
  },
  config: {
    matches: (node, value, args) => matchesConfig(configValue(node, args), value),
    values: (node, args) => {
      const value = configValue(node, args);
      return (Array.isArray(value) ? value : [value]).filter((v) => v !== undefined && v !== null).map(String);
    },
  },
  test_type: {
    matches: (node, value) =>
      node.resourceType === 'test'
        ? testTypes[value]?.includes(node.generic === undefined ? 'singular' : 'generic') === true
        : node.resourceType === 'unit_test' && value === 'unit',
    values: () => ['generic', 'singular', 'data', 'unit'],
  },
  test_name: {
    matches: (node, value) =>
      node.resourceType === 'test' &&
      node.generic !== undefined &&
      matchesGlob(node.generic.name, value.split('.').at(-1)!),
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
      return isNew || changes.some((change) => change.aspect === aspect);
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

/** Sources and exposures have methods of their own and are not meant by a bare name. */
function isNamed(node: ManifestNode): boolean {
  return node.resourceType !== 'source' && node.resourceType !== 'exposure';
}

/** dbt's rule: the leaf's name, or a prefix of the dotted name; from the first wildcard on, the rest as a pattern. */
export function matchesFqn(fqn: readonly string[], selector: string): boolean {
  if (fqn.at(-1) === selector) return true;
  const flat = fqn.flatMap((segment) => segment.split('.'));
  const parts = selector.split('.');
  if (flat.length < parts.length) return false;
  for (const [i, part] of parts.entries()) {
    if (isGlob(part)) return matchesGlob(flat.slice(i).join('.'), parts.slice(i).join('.'));
    if (flat[i] !== part) return false;
  }
  return true;
}

function foldersOf(file: string): string[] {
  const parts = file.split('/');
  return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join('/'));
}

function matchesPath(file: string, value: string): boolean {
  const pattern = path.posix.normalize(value.replaceAll('\\', '/')).replace(/\/$/, '');
  if (pattern === '.') return true;
  if (!isGlob(pattern)) return file === pattern || file.startsWith(`${pattern}/`);
  return [file, ...foldersOf(file)].some((candidate) => matchesPathGlob(candidate, pattern));
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

function configValue(node: ManifestNode, args: readonly string[]): unknown {
  if (!('config' in node)) return undefined;
  const [first, ...rest] = args;
  if (first === undefined) return undefined;
  const known = (node.config as unknown as Record<string, unknown>)[first];
  let value: unknown = known ?? node.config.extra[first];
  for (const key of rest) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

function matchesConfig(value: unknown, wanted: string): boolean {
  if (value === undefined || value === null) return false;
  if (Array.isArray(value)) return value.some((item) => matchesConfig(item, wanted));
  if (typeof value === 'boolean') return wanted.toLowerCase() === String(value);
  if (typeof value === 'object') return Object.hasOwn(value, wanted);
  return String(value) === wanted;
}
