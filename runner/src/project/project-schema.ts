import * as z from 'zod';
import { trinoTargetKeys } from './targets-trino.js';

const text = z.string();
const paths = z.array(text);
const record = z.record(z.string(), z.unknown());
const statements = z.union([text, z.array(text)]);
const tree = record.describe('Config by folder: `+key: value`, or folders that hold more.');

const registerSchema = z
  .strictObject({
    metastore: text
      .optional()
      .describe(
        "Folder of Trino's file metastore (hive.metastore.catalog.dir), relative to the project: no server is needed.",
      ),
    target: text.optional().describe('Or: the target of type trino whose running server is told (register_table).'),
    schemas: z
      .array(z.enum(['default', 'layers']))
      .min(1)
      .optional()
      .describe(
        'default: every table in one schema; layers: in a schema named like its own. Both where nothing is given.',
      ),
    default_schema: text.optional().describe('Name of the schema that holds every table; default "default".'),
    location: text.optional().describe('The warehouse as Trino names it; default local:///, its local.location.'),
  })
  .refine((given) => (given.metastore === undefined) !== (given.target === undefined), {
    error: 'a mapping with one of metastore (files, without a server) and target (a running server)',
  });

/** Keys of dbt-duckdb's profiles beside those above: some are read where they matter, the others change nothing here. */
const duckdbKeys = {
  config_options: record.optional().describe('duckdb: options that the database is opened with.'),
  retries: z.union([trinoTargetKeys.retries, record]).optional(),
  external_root: text.optional(),
  use_credential_provider: text.optional(),
  filesystems: z.array(record).optional(),
  remote: record.optional(),
  plugins: z.array(record).optional(),
  disable_transactions: z.boolean().optional(),
  keep_open: z.boolean().optional(),
  module_paths: paths.optional(),
  flights: record.optional(),
  is_ducklake: z.boolean().optional(),
  motherduck_token: text.optional(),
};

export const targetSchema = z.strictObject({
  type: z.enum(['duckdb', 'trino']),
  schema: text.optional().describe('Schema of nodes that name none; default main.'),
  database: text.optional(),
  threads: z
    .number()
    .int()
    .positive()
    .optional()
    .describe('Nodes that run at the same time; default the number of CPUs, at least 2.'),
  storage: z
    .enum(['delta', 'native'])
    .optional()
    .describe('delta (default): Delta tables in the warehouse; native: tables in a database file.'),
  memory_limit: text.optional().describe('Memory the engine may use, e.g. 2GB.'),
  settings: z.record(z.string(), z.union([text, z.number(), z.boolean()])).optional(),
  path: text.optional().describe('storage: native: the database file, relative to the project.'),
  warehouse: text.optional().describe("Folder of this target's Delta tables; default the project's."),
  ...trinoTargetKeys,
  extensions: z.array(z.unknown()).optional(),
  attach: z.array(z.unknown()).optional(),
  secrets: z.unknown().optional(),
  options: record.optional(),
  ...duckdbKeys,
  register: registerSchema.optional().describe('Tables that a build publishes are registered with Trino.'),
});

/** project.yml: the keys of dbt_project.yml with their meaning, and `targets`, `target`, `warehouse`, `commands`. */
export const projectSchema = z.strictObject({
  name: text
    .regex(/^[A-Za-z_]\w*$/, 'a name of letters, digits and underscores')
    .describe('Name of the project; models are known as model.<name>.<file>.'),
  version: z.union([text, z.number()]).optional(),
  'config-version': z.number().optional(),
  profile: text.optional().describe('Profile of profiles.yml, where no targets are given here.'),
  'model-paths': paths.optional(),
  'seed-paths': paths.optional(),
  'test-paths': paths.optional(),
  'macro-paths': paths.optional(),
  'snapshot-paths': paths.optional(),
  'analysis-paths': paths.optional(),
  'docs-paths': paths.optional(),
  'asset-paths': paths.optional(),
  'function-paths': paths.optional(),
  'packages-install-path': text.optional(),
  'target-path': text.optional(),
  'log-path': text.optional(),
  'clean-targets': paths.optional(),
  'query-comment': z.union([text, z.null(), z.boolean(), record]).optional(),
  'require-dbt-version': statements.optional(),
  'restrict-access': z.boolean().optional(),
  'on-run-start': z.union([statements, z.null()]).optional(),
  'on-run-end': z.union([statements, z.null()]).optional(),
  quoting: z.record(z.string(), z.boolean()).optional(),
  dispatch: z.array(z.strictObject({ macro_namespace: text, search_order: z.array(text) })).optional(),
  flags: record.optional(),
  vars: z.union([record, z.null()]).optional().describe('Variables, global or below a package name.'),
  models: z.union([tree, z.null()]).optional(),
  seeds: z.union([tree, z.null()]).optional(),
  snapshots: z.union([tree, z.null()]).optional(),
  analyses: z.union([tree, z.null()]).optional(),
  functions: z.union([tree, z.null()]).optional(),
  sources: z.union([tree, z.null()]).optional(),
  data_tests: z.union([tree, z.null()]).optional(),
  tests: z.union([tree, z.null()]).optional(),
  unit_tests: z.union([tree, z.null()]).optional(),
  exposures: z.union([tree, z.null()]).optional(),
  metrics: z.union([tree, z.null()]).optional(),
  'semantic-models': z.union([tree, z.null()]).optional(),
  'saved-queries': z.union([tree, z.null()]).optional(),
  'dbt-cloud': z.unknown().optional(),
  targets: z.record(z.string(), targetSchema).optional().describe('Targets by name: what dbt keeps in profiles.yml.'),
  target: text.optional().describe('Target used where --target names none.'),
  warehouse: text.optional().describe('Folder of the Delta tables; default warehouse.'),
  commands: z
    .record(
      z.string().regex(/^[a-z][a-z0-9-]*$/, 'a name of lower-case letters, digits and dashes'),
      z.strictObject({ description: text.optional(), module: text.optional(), run: text.optional() }),
    )
    .optional()
    .describe('Commands of this project: `tsdbt <name>` runs the default export of the module.'),
});

export type ProjectFile = z.infer<typeof projectSchema>;
export type RegisterFile = z.infer<typeof registerSchema>;
export type TargetFile = z.infer<typeof targetSchema>;
