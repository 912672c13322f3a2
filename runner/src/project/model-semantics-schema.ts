import * as z from 'zod';
import { dimensionType, entityType, granularity, plainMetricSchema, validityParams } from './semantic-schema.js';

const text = z.string();
const optional = z.union([text, z.null()]).optional();
const meta = z.record(z.string(), z.unknown());
const config = z.strictObject({ meta: meta.optional() }).optional();
const list = <T extends z.ZodType>(item: T) => z.union([z.array(item), z.null()]).optional();
const described = { description: optional, label: optional, config };

/** A column that is a key, by its type alone or with a name of its own. */
export const columnEntitySchema = z.union([
  z.strictObject({ type: entityType, name: optional, ...described }),
  entityType,
  z.null(),
]);

const dimension = {
  type: dimensionType,
  is_partition: z.boolean().optional(),
  validity_params: validityParams,
  ...described,
};

/** A column that figures are grouped by, by its type alone or with a name of its own. */
export const columnDimensionSchema = z.union([
  z.strictObject({ name: optional, ...dimension }),
  dimensionType,
  z.null(),
]);

/** The semantic layer inside of a model's entry (dbt 1.12): the model itself is the semantic model. */
export const modelSemantics = {
  semantic_model: z
    .union([
      z.boolean(),
      z.strictObject({
        name: optional,
        enabled: z.boolean().optional(),
        group: optional,
        config: z.union([z.strictObject({ meta: meta.optional() }), z.null()]).optional(),
      }),
      z.null(),
    ])
    .optional()
    .describe('true: the model is a semantic model; with a name where that is another one.'),
  primary_entity: optional,
  agg_time_dimension: optional.describe('The time dimension that its metrics are aggregated by.'),
  derived_semantics: z
    .union([
      z.strictObject({
        entities: list(z.strictObject({ name: text, type: entityType, expr: text, ...described })),
        dimensions: list(
          z.strictObject({
            name: text,
            expr: text,
            granularity: z.union([granularity, z.null()]).optional(),
            ...dimension,
          }),
        ),
      }),
      z.null(),
    ])
    .optional()
    .describe('Entities and dimensions that are expressions of its columns.'),
  metrics: list(plainMetricSchema),
};

export type ColumnEntityEntry = z.infer<typeof columnEntitySchema>;
export type ColumnDimensionEntry = z.infer<typeof columnDimensionSchema>;
