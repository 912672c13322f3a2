import { pointerConfig } from '../latest-version-pointer.js';
import type { NodeConfig, ResourceType } from '../nodes.js';

/** Config of a node with dbt's keys in dbt's order, each there whether it was set or not; then what else was set. */
export function configJson(resourceType: ResourceType, config: NodeConfig): Record<string, unknown> {
  const { extra } = config;
  const json = KNOWN[resourceType]?.(config) ?? {};
  for (const key of Object.keys(extra)) if (!Object.hasOwn(json, key) && !OTHER_NAMES.has(key)) json[key] = extra[key];
  return json;
}

/** Keys of ours that stand there by another name. */
const OTHER_NAMES: ReadonlySet<string> = new Set(['pre_hook', 'post_hook']);

function common({ enabled, alias, schema, database, tags, meta, group, extra }: NodeConfig): Record<string, unknown> {
  return {
    enabled,
    alias: alias ?? null,
    schema: schema ?? null,
    database: database ?? null,
    tags,
    meta,
    group: group ?? null,
    static_analysis: extra.static_analysis ?? null,
  };
}

// Keys are added one by one: a spread of so many into a literal is slow, and there are thousands of nodes.
function relational(config: NodeConfig): Record<string, unknown> {
  const { extra } = config;
  const json = common(config);
  json.materialized = config.materialized;
  json.incremental_strategy = config.incremental_strategy ?? null;
  json.batch_size = extra.batch_size ?? null;
  json.lookback = extra.lookback ?? 1;
  json.begin = extra.begin ?? null;
  json.persist_docs = config.persist_docs;
  json['post-hook'] = hooksOf(config, 'post_hook');
  json['pre-hook'] = hooksOf(config, 'pre_hook');
  json.quoting = extra.quoting ?? {};
  json.column_types = config.column_types;
  json.full_refresh = config.full_refresh ?? null;
  json.unique_key = config.unique_key ?? null;
  json.on_schema_change = config.on_schema_change;
  json.on_configuration_change = extra.on_configuration_change ?? 'apply';
  json.grants = extra.grants ?? {};
  json.packages = extra.packages ?? [];
  json.docs = docsOf(config);
  json.contract = contractOf(config);
  json.event_time = extra.event_time ?? null;
  json.concurrent_batches = extra.concurrent_batches ?? null;
  return json;
}

const KNOWN: Partial<Record<ResourceType, (config: NodeConfig) => Record<string, unknown>>> = {
  model: (config) => {
    const json = relational(config);
    json.access = config.access ?? 'protected';
    json.freshness = config.extra.freshness ?? null;
    json.on_error = config.extra.on_error ?? null;
    json.latest_version_pointer = pointerConfig(config);
    return json;
  },
  analysis: relational,
  operation: relational,
  seed: (config) => {
    const json = relational(config);
    json.delimiter = config.delimiter;
    json.quote_columns = config.quote_columns ?? null;
    return json;
  },
  function: (config) => {
    const { extra } = config;
    const json = relational(config);
    json.type = extra.type ?? 'scalar';
    json.volatility = extra.volatility ?? null;
    json.runtime_version = extra.runtime_version ?? null;
    json.entry_point = extra.entry_point ?? null;
    json.snowflake = { quote_args: true, ...(extra.snowflake as object | undefined) };
    return json;
  },
  snapshot: (config) => {
    const { extra } = config;
    const names = (extra.snapshot_meta_column_names ?? {}) as Readonly<Record<string, unknown>>;
    const json = relational(config);
    json.strategy = extra.strategy ?? null;
    json.target_schema = extra.target_schema ?? null;
    json.target_database = extra.target_database ?? null;
    json.updated_at = extra.updated_at ?? null;
    json.check_cols = extra.check_cols ?? null;
    json.snapshot_meta_column_names = Object.fromEntries(
      ['dbt_valid_to', 'dbt_valid_from', 'dbt_scd_id', 'dbt_updated_at', 'dbt_is_deleted'].map((name) => [
        name,
        names[name] ?? null,
      ]),
    );
    json.dbt_valid_to_current = extra.dbt_valid_to_current ?? null;
    if (extra.hard_deletes !== undefined) json.hard_deletes = extra.hard_deletes;
    return json;
  },
  test: (config) => {
    const { extra } = config;
    const as = storedAs(config);
    const json = common(config);
    json.schema = config.schema ?? 'dbt_test__audit';
    json.materialized = 'test';
    json.severity = extra.severity ?? 'ERROR';
    json.store_failures = as === undefined ? null : as !== 'ephemeral';
    json.store_failures_as = as ?? null;
    json.sql_header = extra.sql_header ?? null;
    json.where = config.where ?? null;
    json.limit = config.limit ?? null;
    json.fail_calc = config.fail_calc;
    json.warn_if = config.warn_if;
    json.error_if = config.error_if;
    return json;
  },
  exposure: ({ enabled, tags, meta }) => ({ enabled, tags, meta }),
  unit_test: ({ enabled, tags, meta, extra }) => ({
    tags,
    meta,
    enabled,
    static_analysis: extra.static_analysis ?? null,
  }),
  metric: semantic,
  semantic_model: semantic,
  saved_query: (config) => ({
    ...semantic(config),
    export_as: config.extra.export_as ?? null,
    schema: config.schema ?? null,
    cache: { enabled: false, ...(config.extra.cache as object | undefined) },
  }),
};

function semantic({ enabled, group, meta }: NodeConfig): Record<string, unknown> {
  return { enabled, group: group ?? null, meta };
}

function hooksOf(config: NodeConfig, kind: 'pre_hook' | 'post_hook'): Record<string, unknown>[] {
  const written = (config.extra[kind] ?? []) as readonly unknown[];
  return config[kind].map((sql, i) => {
    const more = written[i];
    return { sql, transaction: true, index: null, ...(typeof more === 'object' ? more : {}) };
  });
}

/** Whether a node has a page, and in which colour. */
export function docsOf({ extra }: NodeConfig): Record<string, unknown> {
  return { show: true, node_color: null, ...(extra.docs as object | undefined) };
}

function contractOf({ contract, extra }: NodeConfig): Record<string, unknown> {
  return { enforced: contract.enforced, alias_types: true, ...(extra.contract as object | undefined) };
}

/** `store_failures_as` decides; without it `store_failures` means a table. */
function storedAs({ store_failures, store_failures_as }: NodeConfig): string | undefined {
  if (store_failures_as !== undefined || store_failures === undefined) return store_failures_as;
  return store_failures ? 'table' : 'ephemeral';
}
