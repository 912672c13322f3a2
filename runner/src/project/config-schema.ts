import * as z from 'zod';

const text = z.string();
const nullableText = z.union([text, z.null()]);
const names = z.union([text, z.array(text), z.null()]);
const record = z.record(z.string(), z.unknown());
const hooks = z.union([
  text,
  z.strictObject({ sql: text, transaction: z.boolean().optional() }),
  z.array(z.union([text, z.strictObject({ sql: text, transaction: z.boolean().optional() })])),
]);
const severity = z.union([z.enum(['error', 'warn', 'ERROR', 'WARN']), z.null()]);

const common = {
  enabled: z.boolean(),
  tags: z.union([text, z.array(text)]).describe('Labels; they add up from project.yml, YAML and the file.'),
  meta: record.describe('Whatever the project wants to say of the node; keys add up.'),
  schema: nullableText.describe('Schema of the relation; without it the first folder below the model path.'),
  database: nullableText,
  catalog: nullableText,
  alias: nullableText.describe('Name of the relation; without it the name of the file.'),
  group: nullableText,
  docs: z.strictObject({ show: z.boolean().optional(), node_color: z.union([text, z.null()]).optional() }),
  event_time: nullableText,
};

const relation = {
  materialized: text.describe('table, view, incremental or ephemeral.'),
  full_refresh: z.union([z.boolean(), z.null()]),
  unique_key: names.describe('Column or columns that tell rows apart (incremental models, snapshots).'),
  on_schema_change: z.enum(['ignore', 'fail', 'append_new_columns', 'sync_all_columns']),
  incremental_strategy: nullableText.describe('append, merge, delete+insert, insert_overwrite or microbatch.'),
  incremental_predicates: names,
  predicates: names,
  merge_update_columns: names,
  merge_exclude_columns: names,
  not_matched_by_source_delete: nullableText.describe(
    'merge: rows of the table that no new row matches and that satisfy this predicate are deleted in the same commit.',
  ),
  merge_with_schema_evolution: z.boolean(),
  partition_by: z.unknown().describe('Columns that the Delta table is partitioned by.'),
  cluster_by: names.describe('Sort order of written rows; helps file skipping.'),
  auto_optimize: z
    .union([z.boolean(), z.int().min(2)])
    .describe('Put small files together after a commit: true (from 50 of them on), or the number of files.'),
  table_properties: record.describe('Properties of the Delta table, e.g. delta.appendOnly.'),
  contract: z.union([
    z.strictObject({ enforced: z.boolean().optional(), alias_types: z.boolean().optional() }),
    z.boolean(),
  ]),
  persist_docs: z.strictObject({ relation: z.boolean().optional(), columns: z.boolean().optional() }),
  pre_hook: hooks,
  post_hook: hooks,
  'pre-hook': hooks,
  'post-hook': hooks,
  grants: z.record(z.string(), z.unknown()),
  access: z.enum(['private', 'protected', 'public']),
  batch_size: z.unknown(),
  begin: z.unknown(),
  lookback: z.unknown(),
  concurrent_batches: z.boolean(),
  on_error: z
    .enum(['skip_children', 'continue'])
    .describe('continue: what lies below a node runs although the node has failed, on what was there before.'),
  latest_version_pointer: z
    .union([
      z.boolean(),
      z.strictObject({ enabled: z.union([z.boolean(), z.null()]).optional(), alias: nullableText.optional() }),
    ])
    .describe('A view beside the latest version of a model, under its name without a version.'),
  sql_header: text,
  static_analysis: z.unknown(),
  freshness: z.unknown(),
  quoting: z.record(z.string(), z.boolean()),
  // keys of other engines' dbt projects: kept, readable through config.get
  bind: z.unknown(),
  dist: z.unknown(),
  sort: z.unknown(),
  sort_type: z.unknown(),
  indexes: z.unknown(),
  unlogged: z.unknown(),
  transient: z.unknown(),
  snowflake_warehouse: z.unknown(),
  copy_grants: z.unknown(),
  automatic_clustering: z.unknown(),
  require_partition_filter: z.unknown(),
  partition_expiration_days: z.unknown(),
  labels: z.unknown(),
  file_format: z.unknown(),
  location: z.unknown(),
  location_root: z.unknown(),
  properties: z.unknown(),
  format: z.unknown(),
  options: z.unknown(),
  glue_register: z.unknown(),
  packages: z.unknown(),
  submission_method: z.unknown(),
  buckets: z.unknown(),
  liquid_clustered_by: z.unknown(),
  tblproperties: z.unknown(),
  // dbt-duckdb's
  merge_update_condition: z.unknown(),
  merge_insert_condition: z.unknown(),
  merge_update_set_expressions: z.unknown(),
  merge_on_using_columns: z.unknown(),
  merge_clauses: z.unknown(),
  merge_returning_columns: z.unknown(),
  parameters: z.unknown(),
  parquet_read_options: z.unknown(),
  csv_read_options: z.unknown(),
  json_read_options: z.unknown(),
  plugin: z.unknown(),
  partition_columns: z.unknown(),
  partitioned_by: z.unknown(),
  sorted_by: z.unknown(),
};

const inheriting = {
  inherit_descriptions: z
    .boolean()
    .describe('Columns without a description take that of the column of the same name in the nearest node above.'),
};

const snapshot = {
  strategy: z.string().describe('timestamp, check, or the name of a macro snapshot_<name>_strategy.'),
  updated_at: text,
  check_cols: names,
  target_schema: nullableText,
  target_database: nullableText,
  invalidate_hard_deletes: z.boolean(),
  hard_deletes: z.enum(['ignore', 'invalidate', 'new_record']),
  snapshot_meta_column_names: z.record(z.string(), text),
  dbt_valid_to_current: text,
};

const seed = {
  column_types: z.union([z.record(z.string(), text), z.null()]),
  delimiter: text,
  quote_columns: z.union([z.boolean(), z.null()]),
  fast: z
    .boolean()
    .describe('dbt projects: false loads cells as dbt has read them, e.g. "$1,000" as 1000 and "null" as null.'),
};

const test = {
  severity,
  warn_if: text,
  error_if: text,
  fail_calc: text,
  where: nullableText,
  limit: z.union([z.number().int().nonnegative(), z.null()]),
  store_failures: z.union([z.boolean(), z.null()]),
  store_failures_as: z.union([z.enum(['table', 'view', 'ephemeral']), z.null()]),
};

const functionConfig = {
  type: z
    .enum(['scalar', 'aggregate', 'table'])
    .describe('What a call gives: a value of each row, a value of many rows, or rows.'),
  volatility: z
    .union([z.enum(['deterministic', 'stable', 'non-deterministic']), z.null()])
    .describe(
      "How far equal arguments give equal values. DuckDB puts a function's body in its place and does not ask.",
    ),
  runtime_version: nullableText,
  entry_point: nullableText,
  snowflake: record,
};

const threshold = z
  .union([
    z.strictObject({
      count: z.union([z.number().nonnegative(), z.null()]).optional(),
      period: z.union([z.enum(['minute', 'hour', 'day']), z.null()]).optional(),
    }),
    z.null(),
  ])
  .optional();

/** How old the rows of a source may be. */
export const freshnessSchema = z.union([
  z.strictObject({ warn_after: threshold, error_after: threshold, filter: nullableText.optional() }),
  z.null(),
]);

export type FreshnessEntry = z.infer<typeof freshnessSchema>;

const source = {
  loaded_at_field: nullableText,
  loaded_at_query: nullableText,
  freshness: freshnessSchema,
  external_location: text,
  plugin: text,
  formatter: text,
};

const semantic = { enabled: common.enabled, group: common.group, tags: common.tags, meta: common.meta };

/** Config keys that each kind of resource takes. Every key may be left out. */
export const configSchemas = {
  models: z.strictObject({ ...common, ...relation, ...inheriting }).partial(),
  seeds: z.strictObject({ ...common, ...relation, ...seed }).partial(),
  snapshots: z.strictObject({ ...common, ...relation, ...inheriting, ...snapshot }).partial(),
  analyses: z.strictObject({ ...common, ...relation }).partial(),
  functions: z.strictObject({ ...common, ...relation, ...functionConfig }).partial(),
  tests: z.strictObject({ ...common, ...test, materialized: text, sql_header: text }).partial(),
  sources: z.strictObject({ ...common, ...source, quoting: z.record(z.string(), z.boolean()) }).partial(),
  exposures: z.strictObject({ enabled: common.enabled, tags: common.tags, meta: common.meta }).partial(),
  metrics: z.strictObject(semantic).partial(),
  semantic_models: z.strictObject(semantic).partial(),
  saved_queries: z
    .strictObject({
      ...semantic,
      export_as: z.enum(['table', 'view', 'cache']),
      schema: common.schema,
      cache: z.strictObject({ enabled: z.boolean() }),
    })
    .partial(),
} as const;

export type ConfigKind = keyof typeof configSchemas;

/** Config keys whose value is a mapping: below a folder of a config tree they are config, not a folder. */
export const mappingConfigs: ReadonlySet<string> = new Set([
  'meta',
  'docs',
  'contract',
  'persist_docs',
  'grants',
  'column_types',
  'table_properties',
  'quoting',
  'freshness',
  'snapshot_meta_column_names',
  'cache',
  'latest_version_pointer',
  'snowflake',
]);
