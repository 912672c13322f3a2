import { SourceText } from '../errors/source-text.js';
import type { ProjectError } from '../errors/tsdbt-error.js';
import { ConfigTree } from './config-tree.js';
import type { EvaluateValue, HookText, ProjectConfigTrees, ProjectPaths, ValueScope } from './project.js';
import type { ProjectFile } from './project-schema.js';
import { isRenderedLater, renderValues } from './render-values.js';
import { WholeFloat, withPlainNumbers } from './yaml-dialect.js';
import type { YamlDocument } from './yaml-document.js';

/** Keys of a project file that hold config by folder. */
export const treeKeys = [
  'models',
  'seeds',
  'snapshots',
  'analyses',
  'functions',
  'sources',
  'data_tests',
  'tests',
  'exposures',
  'metrics',
  'semantic-models',
  'saved-queries',
] as const;
export type TreeValues = Partial<Record<(typeof treeKeys)[number], unknown>>;

export interface TreeOptions {
  readonly evaluate: EvaluateValue;
  readonly scope: ValueScope;
  readonly errors: ProjectError[];
  readonly warnings: ProjectError[] | undefined;
}

/** Renders and reads the config trees of a project file. */
export function configTrees(trees: TreeValues, document: YamlDocument, options: TreeOptions): ProjectConfigTrees {
  const { evaluate, scope, errors, warnings } = options;
  const read = (kind: Parameters<typeof ConfigTree.read>[0], key: keyof TreeValues) =>
    ConfigTree.read(
      kind,
      renderValues(trees[key], document, evaluate, scope, isRenderedLater, errors, [key]),
      document,
      [key],
      errors,
      warnings,
    );
  return {
    models: read('models', 'models'),
    seeds: read('seeds', 'seeds'),
    snapshots: read('snapshots', 'snapshots'),
    analyses: read('analyses', 'analyses'),
    functions: read('functions', 'functions'),
    tests: read('tests', trees.data_tests === undefined ? 'tests' : 'data_tests'),
    sources: read('sources', 'sources'),
    exposures: read('exposures', 'exposures'),
    metrics: read('metrics', 'metrics'),
    semantic_models: read('semantic_models', 'semantic-models'),
    saved_queries: read('saved_queries', 'saved-queries'),
  };
}

/** A project file's values without its config trees, and these apart. */
export function splitTrees(raw: Readonly<Record<string, unknown>>): {
  readonly trees: TreeValues;
  readonly head: Record<string, unknown>;
} {
  const trees: TreeValues = {};
  const head: Record<string, unknown> = { ...raw };
  for (const key of treeKeys) {
    if (raw[key] !== undefined) trees[key] = raw[key];
    delete head[key];
  }
  // `version: 1.0` is that text
  if (head.version instanceof WholeFloat) head.version = String(head.version);
  return { trees, head: withPlainNumbers(head) as Record<string, unknown> };
}

/** The folder below the project that holds its packages. */
export function installPathOf(raw: Readonly<Record<string, unknown>>): string {
  return String(raw['packages-install-path'] ?? 'dbt_packages');
}

export function pathsOf(file: ProjectFile): ProjectPaths {
  return {
    models: file['model-paths'] ?? ['models'],
    seeds: file['seed-paths'] ?? ['seeds'],
    tests: file['test-paths'] ?? ['tests'],
    macros: file['macro-paths'] ?? ['macros'],
    snapshots: file['snapshot-paths'] ?? ['snapshots'],
    analyses: file['analysis-paths'] ?? ['analyses'],
    functions: file['function-paths'] ?? ['functions'],
    docs: file['docs-paths'] ?? [],
    assets: file['asset-paths'] ?? [],
  };
}

export function hooks(value: string | string[] | null | undefined, document: YamlDocument, key: string): HookText[] {
  const list = value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];
  return list.map((sql, i) => {
    const place = document.placeOf(Array.isArray(value) ? [key, i] : [key]);
    return { sql, place, source: new SourceText(document.source.path, sql) };
  });
}
