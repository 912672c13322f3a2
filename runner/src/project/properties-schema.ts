import * as z from 'zod';
import { nearest } from '../errors/suggest.js';
import { configSchemas, freshnessSchema } from './config-schema.js';
import { columnDimensionSchema, columnEntitySchema, modelSemantics } from './model-semantics-schema.js';
import {
  granularity,
  metricSchema,
  savedQuerySchema,
  semanticModelSchema,
  timeSpineSchema,
} from './semantic-schema.js';

const text = z.string();
const description = z.union([text, z.null()]).optional();
const record = z.record(z.string(), z.unknown());
const texts = z.union([text, z.array(text)]);
const meta = record.optional();
/** Generic tests are checked one by one where they are turned into nodes: their forms are too many for one schema. */
const tests = z
  .union([z.array(z.union([text, record])), z.null()])
  .optional()
  .describe('Generic tests: a name, or a name with arguments.');
const quoting = z.record(z.string(), z.boolean()).optional();

const constraint = z.strictObject({
  type: z.enum(['not_null', 'unique', 'primary_key', 'foreign_key', 'check', 'custom']),
  expression: text.optional(),
  columns: z.array(text).optional(),
  name: text.optional(),
  to: text.optional(),
  to_columns: z.array(text).optional(),
  warn_unenforced: z.boolean().optional(),
  warn_unsupported: z.boolean().optional(),
});

/** One column of a resource. */
export const columnSchema = z.strictObject({
  name: z.union([text, z.number()]),
  description,
  data_type: text.optional(),
  constraints: z.array(constraint).optional(),
  meta,
  tags: texts.optional(),
  quote: z.boolean().optional(),
  tests,
  data_tests: tests,
  config: z.strictObject({ meta, tags: texts.optional() }).optional(),
  granularity: z.union([granularity, z.null()]).optional(),
  policy_tags: z.array(text).optional(),
  dimension: columnDimensionSchema.optional(),
  entity: columnEntitySchema.optional(),
});
const columns = z.union([z.array(columnSchema), z.null()]).optional();

const docs = z
  .strictObject({ show: z.boolean().optional(), node_color: z.union([text, z.null()]).optional() })
  .optional();

const resource = {
  name: text,
  description,
  columns,
  meta,
  tags: texts.optional(),
  docs,
  tests,
  data_tests: tests,
};

const model = z.strictObject({
  ...resource,
  config: configSchemas.models.optional(),
  constraints: z.array(constraint).optional(),
  access: z.enum(['private', 'protected', 'public']).optional(),
  group: text.optional(),
  latest_version: z.unknown().optional(),
  versions: z.unknown().optional(),
  deprecation_date: z.unknown().optional(),
  time_spine: z.union([timeSpineSchema, z.null()]).optional(),
  primary_key: texts.optional(),
  ...modelSemantics,
});
const seed = z.strictObject({ ...resource, config: configSchemas.seeds.optional(), group: text.optional() });
const snapshot = z.strictObject({
  ...resource,
  config: configSchemas.snapshots.optional(),
  relation: text.optional(),
  group: text.optional(),
});

const freshness = freshnessSchema.optional();
const sourceTable = z.strictObject({
  ...resource,
  config: configSchemas.sources.optional(),
  identifier: text.optional(),
  loader: text.optional(),
  loaded_at_field: text.optional(),
  loaded_at_query: text.optional(),
  freshness,
  quoting,
  external: z.unknown().optional(),
  location: text.optional().describe('A Delta table, Parquet or CSV file outside the warehouse.'),
});
const source = z.strictObject({
  name: text,
  description,
  database: text.optional(),
  schema: text.optional(),
  loader: text.optional(),
  loaded_at_field: text.optional(),
  loaded_at_query: text.optional(),
  freshness,
  meta,
  tags: texts.optional(),
  quoting,
  overrides: text.optional(),
  location: text.optional().describe('Location of the tables; `{name}` stands for the table.'),
  config: configSchemas.sources.optional(),
  tables: z.union([z.array(sourceTable), z.null()]).optional(),
  tests,
  data_tests: tests,
});

const macro = z.strictObject({
  name: text,
  description,
  docs,
  meta,
  config: z.strictObject({ meta, docs }).optional(),
  arguments: z
    .array(z.strictObject({ name: text, type: text.optional(), description, optional: z.boolean().optional() }))
    .optional(),
});

const singularTest = z.strictObject({
  name: text,
  description,
  meta,
  config: configSchemas.tests.optional(),
  docs,
});

/** Anything may be said of an owner; what is nearly one of the keys that are read is not meant to be another. */
const owner = z
  .looseObject({ name: text.optional(), email: z.union([text, z.array(text)]).optional() })
  .check(({ value, issues }) => {
    const known = Object.keys(owner.shape);
    const keys = Object.keys(value).filter((key) => !known.includes(key) && nearest(key, known) !== undefined);
    if (keys.length > 0) issues.push({ code: 'unrecognized_keys', keys, input: value });
  });

const exposure = z.strictObject({
  name: text,
  label: text.optional(),
  type: z.enum(['dashboard', 'notebook', 'analysis', 'ml', 'application']),
  owner,
  description,
  url: text.optional(),
  maturity: z.enum(['high', 'medium', 'low']).optional(),
  depends_on: z.union([z.array(text), z.null()]).optional(),
  tags: texts.optional(),
  meta,
  config: configSchemas.exposures.optional(),
});

const group = z.strictObject({
  name: text,
  owner,
  description,
  config: z.strictObject({ meta }).optional(),
});

/** Rows of a unit test, given in place or as a fixture file; they are checked by their format where they are read. */
const unitTestRows = {
  rows: z.unknown().optional(),
  format: z.enum(['dict', 'csv', 'sql']).optional(),
  fixture: text.optional(),
};

const testedVersions = z.union([z.array(z.union([text, z.number()])), z.null()]);

const unitTest = z.strictObject({
  name: text,
  model: text.describe('Name of the model that is tested.'),
  description,
  given: z
    .union([
      z.array(z.strictObject({ input: text.describe("ref('…'), source('…', '…') or this"), ...unitTestRows })),
      z.null(),
    ])
    .optional(),
  expect: z.strictObject(unitTestRows),
  overrides: z
    .union([
      z.strictObject({
        macros: z.union([record, z.null()]).optional(),
        vars: z.union([record, z.null()]).optional(),
        env_vars: z.union([record, z.null()]).optional(),
      }),
      z.null(),
    ])
    .optional(),
  config: z
    .strictObject({ tags: texts, meta: record, enabled: z.boolean(), static_analysis: text })
    .partial()
    .optional(),
  tags: texts.optional(),
  meta,
  versions: z.strictObject({ include: testedVersions, exclude: testedVersions }).partial().optional(),
});

const analysis = z.strictObject({ ...resource, config: configSchemas.models.optional() });

const functionArguments = z.array(
  z.strictObject({ name: text, data_type: text, description, default_value: z.unknown().optional() }),
);
const functionReturns = z.strictObject({ data_type: text, description });

const functionEntry = z.strictObject({
  name: text,
  description,
  meta,
  tags: texts.optional(),
  docs,
  config: configSchemas.functions.optional(),
  arguments: functionArguments.optional(),
  returns: functionReturns.describe('Type of what the function gives.'),
  overloads: z
    .array(
      z.strictObject({
        defined_in: text.describe('Name of the file, without folder and extension, that holds the body.'),
        arguments: functionArguments.optional(),
        returns: functionReturns.optional(),
        description,
      }),
    )
    .optional()
    .describe('The same name for other arguments.'),
  columns,
  access: z.enum(['private', 'protected', 'public']).optional(),
  group: text.optional(),
});

const list = <T extends z.ZodType>(item: T) => z.union([z.array(item), z.null()]).optional();

/** A `*.yml` file beside models, seeds, snapshots, macros or tests. */
export const propertiesSchema = z.strictObject({
  version: z.number().optional(),
  models: list(model),
  seeds: list(seed),
  snapshots: list(snapshot),
  sources: list(source),
  macros: list(macro),
  tests: list(singularTest),
  data_tests: list(singularTest),
  analyses: list(analysis),
  functions: list(functionEntry),
  exposures: list(exposure),
  groups: list(group),
  unit_tests: list(unitTest),
  metrics: list(metricSchema),
  semantic_models: list(semanticModelSchema),
  saved_queries: list(savedQuerySchema),
});

export type PropertiesFile = z.infer<typeof propertiesSchema>;
export type ModelEntry = z.infer<typeof model>;
export type AnalysisEntry = z.infer<typeof analysis>;
export type FunctionEntry = z.infer<typeof functionEntry>;
export type SeedEntry = z.infer<typeof seed>;
export type SnapshotEntry = z.infer<typeof snapshot>;
export type SourceEntry = z.infer<typeof source>;
export type SourceTableEntry = z.infer<typeof sourceTable>;
export type ColumnEntry = z.infer<typeof columnSchema>;
export type ConstraintEntry = z.infer<typeof constraint>;
export type MacroEntry = z.infer<typeof macro>;
export type SingularTestEntry = z.infer<typeof singularTest>;
export type ExposureEntry = z.infer<typeof exposure>;
export type UnitTestEntry = z.infer<typeof unitTest>;
export type GroupEntry = z.infer<typeof group>;
