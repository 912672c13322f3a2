import type { NodeConfig, ResourceType } from '../nodes.js';

/** Config of a node with dbt's keys in dbt's order, each there whether it was set or not; then what else was set. */
export function configJson(resourceType: ResourceType, config: NodeConfig): Record<string, unknown> {
  const { extra } = config;
  const known = KNOWN[resourceType]?.(config) ?? {};
  const rest = Object.entries(extra).filter(([key]) => !Object.hasOwn(known, key) && !OTHER_NAMES.has(key));
  return { ...known, ...Object.fromEntries(rest) };
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

function relational(config: NodeConfig): Record<string, unknown> {
  const { extra } = config;
  return {
    ...common(config),
    materialized: config.materialized,
    incremental_strategy: config.incremental_strategy ?? null,
    batch_size: extra.batch_size ?? null,
    lookback: extra.lookback ?? 1,
    begin: extra.begin ?? null,
    persist_docs: config.persist_docs,
    'post-hook': hooksOf(config, 'post_hook'),
    'pre-hook': hooksOf(config, 'pre_hook'),
    quoting: extra.quoting ?? {},
    column_types: config.column_types,
    full_refresh: config.full_refresh ?? null,
    unique_key: config.unique_key ?? null,
    on_schema_change: config.on_schema_change,
    on_configuration_change: extra.on_configuration_change ?? 'apply',
    grants: extra.grants ?? {},
    packages: extra.packages ?? [],
    docs: docsOf(config),
    contract: contractOf(config),
    event_time: extra.event_time ?? null,
    concurrent_batches: extra.concurrent_batches ?? null,
  };
}

const KNOWN: Partial<Record<ResourceType, (config: NodeConfig) => Record<string, unknown>>> = {
  model: (config) => ({
    ...relational(config),
    access: config.access ?? 'protected',
    freshness: config.extra.freshness ?? null,
    on_error: null,
    latest_version_pointer: { enabled: null, alias: null },
  }),
  analysis: relational,
  operation: relational,
  seed: (config) => ({
    ...relational(config),
    delimiter: config.delimiter,
    quote_columns: config.quote_columns ?? null,
  }),
  snapshot: (config) => {
    const { extra } = config;
    const names = (extra.snapshot_meta_column_names ?? {}) as Readonly<Record<string, unknown>>;
    return {
      ...relational(config),
      strategy: extra.strategy ?? null,
      target_schema: extra.target_schema ?? null,
      target_database: extra.target_database ?? null,
      updated_at: extra.updated_at ?? null,
      check_cols: extra.check_cols ?? null,
      snapshot_meta_column_names: Object.fromEntries(
        ['dbt_valid_to', 'dbt_valid_from', 'dbt_scd_id', 'dbt_updated_at', 'dbt_is_deleted'].map((name) => [
          name,
          names[name] ?? null,
        ]),
      ),
      dbt_valid_to_current: extra.dbt_valid_to_current ?? null,
      ...(extra.hard_deletes === undefined ? {} : { hard_deletes: extra.hard_deletes }),
    };
  },
  test: (config) => {
    const { extra } = config;
    return {
      ...common(config),
      schema: config.schema ?? 'dbt_test__audit',
      materialized: 'test',
      severity: extra.severity ?? 'ERROR',
      ...stored(config),
      sql_header: extra.sql_header ?? null,
      where: config.where ?? null,
      limit: config.limit ?? null,
      fail_calc: config.fail_calc,
      warn_if: config.warn_if,
      error_if: config.error_if,
    };
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
function stored({ store_failures, store_failures_as }: NodeConfig): Record<string, unknown> {
  if (store_failures_as !== undefined) return { store_failures: store_failures_as !== 'ephemeral', store_failures_as };
  if (store_failures === undefined) return { store_failures: null, store_failures_as: null };
  return { store_failures, store_failures_as: store_failures ? 'table' : 'ephemeral' };
}
