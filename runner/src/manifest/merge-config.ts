import type { ConfigKind } from '../project/config-schema.js';
import type { NodeConfig, Severity } from './nodes.js';

export type ConfigLayer = Readonly<Record<string, unknown>>;

/** Keys written with a dash in YAML and with an underscore in `config()`. */
const spellings: Readonly<Record<string, string>> = {
  'pre-hook': 'pre_hook',
  'post-hook': 'post_hook',
  catalog: 'database',
  predicates: 'incremental_predicates',
};

/** Two keys of a layer that mean the same, one of them spelt otherwise; undefined where there are none. */
export function twoSpellings(layer: ConfigLayer): readonly [string, string] | undefined {
  return Object.entries(spellings).find(([written, key]) => written in layer && key in layer);
}

/**
 * Merges config layers, the farthest first: the nearest wins, tags and hooks add up, the keys of `meta`, `grants`,
 * `persist_docs`, `column_types` and `table_properties` add up, the nearest winning per key.
 */
export function mergeLayers(layers: readonly ConfigLayer[]): Record<string, unknown> {
  const merged: Record<string, unknown> = {};
  for (const layer of layers) {
    for (const written in layer) {
      const value = layer[written];
      if (value === undefined) continue;
      const key = spellings[written] ?? written;
      merged[key] = mergeKey(key, merged[key], value);
    }
  }
  return merged;
}

const added: ReadonlySet<string> = new Set([
  'meta',
  'persist_docs',
  'column_types',
  'table_properties',
  'docs',
  'contract',
  'latest_version_pointer',
]);

function mergeKey(key: string, before: unknown, value: unknown): unknown {
  if (key === 'tags') return [...new Set([...textList(before), ...textList(value)])];
  if (key === 'pre_hook' || key === 'post_hook') return [...hookItems(before), ...hookItems(value)];
  if (key === 'contract' && typeof value === 'boolean') return { enforced: value };
  if (key === 'latest_version_pointer' && typeof value === 'boolean') return mergeKey(key, before, { enabled: value });
  if (key === 'grants') return mergeGrants(before, value);
  if (added.has(key) && isRecord(before) && isRecord(value)) return { ...before, ...value };
  return value;
}

/** `+select: [x]` adds to what the outer layers grant; `select: [x]` replaces it. */
function mergeGrants(before: unknown, value: unknown): unknown {
  if (!isRecord(value)) return value;
  const merged: Record<string, unknown> = isRecord(before) ? { ...before } : {};
  for (const [privilege, grantees] of Object.entries(value)) {
    if (privilege.startsWith('+')) {
      const name = privilege.slice(1);
      merged[name] = [...new Set([...textList(merged[name]), ...textList(grantees)])];
    } else merged[privilege] = textList(grantees);
  }
  return merged;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function textList(value: unknown): string[] {
  if (value === undefined || value === null) return [];
  return (Array.isArray(value) ? value : [value]).map(String);
}

/** Hooks as they are written: texts, or mappings that say more than the text, which `before_begin()` and `after_commit()` give as JSON. */
function hookItems(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  return (Array.isArray(value) ? value : [value]).map((hook) => (typeof hook === 'string' ? fromJson(hook) : hook));
}

function fromJson(hook: string): unknown {
  if (!hook.startsWith('{') || hook.startsWith('{{') || hook.startsWith('{%')) return hook;
  try {
    const read: unknown = JSON.parse(hook);
    return isRecord(read) && typeof read.sql === 'string' ? read : hook;
  } catch {
    return hook;
  }
}

/** The SQL of hooks, however they are written. */
export function hookList(value: unknown): string[] {
  return hookItems(value).map((hook) => (isRecord(hook) ? String(hook.sql) : String(hook)));
}

const defaultMaterialization: Readonly<Record<ConfigKind, string>> = {
  models: 'view',
  seeds: 'seed',
  snapshots: 'snapshot',
  analyses: 'view',
  functions: 'function',
  tests: 'test',
  sources: 'source',
  exposures: 'exposure',
  metrics: 'metric',
  semantic_models: 'semantic_model',
  saved_queries: 'saved_query',
};

/**
 * A node's config from its merged layers.
 *
 * @param fallback materialization of models that name none: `view` in dbt's projects, `table` otherwise
 */
export function toNodeConfig(
  merged: Readonly<Record<string, unknown>>,
  kind: ConfigKind,
  fallback?: string,
): NodeConfig {
  const text = (key: string): string | undefined => {
    const value = merged[key];
    return value === undefined || value === null ? undefined : String(value);
  };
  const list = (key: string): string[] | undefined =>
    merged[key] === undefined || merged[key] === null ? undefined : textList(merged[key]);
  const flag = (key: string): boolean | undefined => (typeof merged[key] === 'boolean' ? merged[key] : undefined);
  const record = <T>(key: string): Record<string, T> =>
    isRecord(merged[key]) ? (merged[key] as Record<string, T>) : {};
  const uniqueKey = merged.unique_key;
  return {
    enabled: merged.enabled !== false,
    materialized: text('materialized') ?? fallback ?? defaultMaterialization[kind],
    schema: text('schema'),
    alias: text('alias'),
    database: text('database') ?? text('target_database'),
    tags: textList(merged.tags),
    meta: record('meta'),
    group: text('group'),
    access: text('access'),
    full_refresh: flag('full_refresh'),
    incremental_strategy: text('incremental_strategy'),
    unique_key: Array.isArray(uniqueKey) ? uniqueKey.map(String) : text('unique_key'),
    on_schema_change: (text('on_schema_change') ?? 'ignore') as NodeConfig['on_schema_change'],
    merge_update_columns: list('merge_update_columns'),
    merge_exclude_columns: list('merge_exclude_columns'),
    incremental_predicates: list('incremental_predicates'),
    partition_by: isRecord(merged.partition_by) ? textList(merged.partition_by.field) : textList(merged.partition_by),
    cluster_by: textList(merged.cluster_by),
    table_properties: Object.fromEntries(Object.entries(record('table_properties')).map(([k, v]) => [k, String(v)])),
    contract: { enforced: record<boolean>('contract').enforced === true },
    persist_docs: record<boolean>('persist_docs'),
    pre_hook: hookList(merged.pre_hook),
    post_hook: hookList(merged.post_hook),
    column_types: record('column_types'),
    delimiter: text('delimiter') ?? ',',
    quote_columns: flag('quote_columns'),
    severity: (text('severity') ?? 'error').toLowerCase() as Severity,
    warn_if: text('warn_if') ?? '!= 0',
    error_if: text('error_if') ?? '!= 0',
    fail_calc: text('fail_calc') ?? 'count(*)',
    where: text('where'),
    limit: typeof merged.limit === 'number' ? merged.limit : undefined,
    store_failures: flag('store_failures'),
    store_failures_as: text('store_failures_as') as NodeConfig['store_failures_as'],
    extra: { ...merged },
  };
}
