import type { NodeConfig } from './nodes.js';

/** Config keys that dbt's nodes have whatever was set; a default given to `config.get` does not replace their null. */
const standard: Readonly<Record<string, unknown>> = {
  enabled: true,
  alias: null,
  schema: null,
  database: null,
  tags: [],
  meta: {},
  group: null,
  incremental_strategy: null,
  batch_size: null,
  lookback: 1,
  begin: null,
  persist_docs: {},
  quoting: {},
  column_types: {},
  full_refresh: null,
  unique_key: null,
  on_schema_change: 'ignore',
  on_configuration_change: 'apply',
  grants: {},
  packages: [],
  docs: { show: true, node_color: null },
  event_time: null,
  concurrent_batches: null,
};

export const standardConfigKeys: readonly string[] = Object.keys(standard);

/** `config` of a node as templates see it: dbt's keys with dbt's defaults, then what was set. */
export function configForTemplates({
  extra,
  materialized,
  contract,
  pre_hook,
  post_hook,
}: NodeConfig): Record<string, unknown> {
  return {
    ...standard,
    contract: { alias_types: true, ...contract },
    'pre-hook': pre_hook,
    'post-hook': post_hook,
    ...extra,
    materialized,
  };
}

/** What `configForTemplates` has for one key; undefined where it has none. */
export function templateConfig(config: NodeConfig, key: string): unknown {
  if (key === 'materialized') return config.materialized;
  if (Object.hasOwn(config.extra, key)) return config.extra[key];
  if (Object.hasOwn(standard, key)) return standard[key];
  return configForTemplates(config)[key];
}

/** The value of a key that was not set; undefined where dbt does not know the key. */
export function standardConfig(name: string): unknown {
  return standard[name];
}
