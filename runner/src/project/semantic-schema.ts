import * as z from 'zod';
import { configSchemas } from './config-schema.js';

const text = z.string();
const optional = z.union([text, z.null()]).optional();
const texts = z.union([text, z.array(text)]);
const record = z.record(z.string(), z.unknown());
const list = <T extends z.ZodType>(item: T) => z.union([z.array(item), z.null()]).optional();
const flag = z.boolean().optional();
const filter = z.union([text, z.array(text), z.null()]).optional();
const expression = z.union([text, z.number(), z.boolean(), z.null()]).optional();
const config = record.optional();

/** How a measure or a metric adds up its rows. */
export const aggregations = [
  'sum',
  'min',
  'max',
  'count_distinct',
  'sum_boolean',
  'average',
  'percentile',
  'median',
  'count',
] as const;
/** One of some words, in capital letters or not, as in dbt. */
export function anyCase<const T extends readonly string[]>(words: T) {
  return z.preprocess((value) => (typeof value === 'string' ? value.toLowerCase() : value), z.enum(words));
}

/** Lengths of time that the semantic layer knows by itself; a time spine may bring more. */
export const granularities = [
  'nanosecond',
  'microsecond',
  'millisecond',
  'second',
  'minute',
  'hour',
  'day',
  'week',
  'month',
  'quarter',
  'year',
] as const;

export const aggregation = anyCase(aggregations);
export const granularity = anyCase(granularities);
export const entityType = anyCase(['foreign', 'natural', 'primary', 'unique']);
export const dimensionType = anyCase(['categorical', 'time']);
const metricType = anyCase(['simple', 'ratio', 'cumulative', 'derived', 'conversion']);

export const validityParams = z.union([z.strictObject({ is_start: flag, is_end: flag }), z.null()]).optional();
const constantProperties = list(z.strictObject({ base_property: text, conversion_property: text }));
const calculation = anyCase(['conversions', 'conversion_rate']);
const periodAggregation = anyCase(['first', 'last', 'average']);

const entity = z.strictObject({
  name: text,
  type: entityType,
  description: optional,
  label: optional,
  role: optional,
  expr: expression,
  config,
});

const dimension = z.strictObject({
  name: text,
  type: dimensionType,
  description: optional,
  label: optional,
  is_partition: flag,
  type_params: z
    .union([
      z.strictObject({
        time_granularity: granularity.optional(),
        validity_params: validityParams,
      }),
      z.null(),
    ])
    .optional(),
  expr: expression,
  config,
});

const measure = z.strictObject({
  name: text,
  agg: aggregation,
  description: optional,
  label: optional,
  create_metric: flag,
  expr: expression,
  agg_params: z
    .strictObject({
      percentile: z.number().optional(),
      use_discrete_percentile: flag,
      use_approximate_percentile: flag,
    })
    .optional(),
  non_additive_dimension: z
    .strictObject({ name: text, window_choice: aggregation, window_groupings: z.array(text).optional() })
    .optional(),
  agg_time_dimension: optional,
  config,
});

/** What measures, dimensions and entities a model has. */
export const semanticModelSchema = z.strictObject({
  name: text,
  model: text.describe("ref('…') of the model it describes."),
  description: optional,
  label: optional,
  defaults: z.union([z.strictObject({ agg_time_dimension: optional }), z.null()]).optional(),
  primary_entity: optional,
  entities: list(entity),
  dimensions: list(dimension),
  measures: list(measure),
  config: configSchemas.semantic_models.optional(),
});

const inputMeasure = z.union([
  text,
  z.strictObject({
    name: text,
    filter,
    alias: optional,
    join_to_timespine: flag,
    fill_nulls_with: z.union([z.number(), z.null()]).optional(),
  }),
]);
const inputMetric = z.union([
  text,
  z.strictObject({ name: text, filter, alias: optional, offset_window: optional, offset_to_grain: optional }),
]);

/** A figure computed from measures or other metrics, with what it is computed from in `type_params:`. */
const metricWithParams = z.strictObject({
  name: text,
  label: optional,
  description: optional,
  type: metricType,
  type_params: z.strictObject({
    measure: inputMeasure.optional(),
    numerator: inputMetric.optional(),
    denominator: inputMetric.optional(),
    expr: expression,
    window: optional,
    grain_to_date: optional,
    metrics: list(inputMetric),
    conversion_type_params: z
      .strictObject({
        base_measure: inputMeasure,
        conversion_measure: inputMeasure,
        entity: text,
        calculation: calculation.optional(),
        window: optional,
        constant_properties: constantProperties,
      })
      .optional(),
    cumulative_type_params: z
      .strictObject({ window: optional, grain_to_date: optional, period_agg: periodAggregation })
      .partial()
      .optional(),
  }),
  filter,
  time_granularity: optional,
  config: configSchemas.metrics.optional(),
  meta: record.optional(),
  tags: texts.optional(),
});

/** A figure whose parameters stand beside its name (dbt 1.12): in a model's entry, of that model; at the top of a file, of other metrics. */
export const plainMetricSchema = z.strictObject({
  name: text,
  label: optional,
  description: optional,
  type: metricType.optional(),
  filter,
  time_granularity: optional,
  config: configSchemas.metrics.optional(),
  hidden: flag,
  agg: z.union([aggregation, z.null()]).optional(),
  percentile: z.union([z.number(), z.null()]).optional(),
  percentile_type: optional.describe('discrete or continuous'),
  join_to_timespine: z.union([z.boolean(), z.null()]).optional(),
  fill_nulls_with: z.union([z.number(), z.null()]).optional(),
  expr: z.union([text, z.number(), z.null()]).optional(),
  type_params: z.never().optional(),
  non_additive_dimension: z
    .union([z.strictObject({ name: text, window_agg: aggregation, group_by: z.array(text).optional() }), z.null()])
    .optional(),
  agg_time_dimension: optional,
  window: optional,
  grain_to_date: optional,
  period_agg: periodAggregation.optional(),
  input_metric: inputMetric.optional(),
  numerator: inputMetric.optional(),
  denominator: inputMetric.optional(),
  input_metrics: list(inputMetric),
  entity: optional,
  calculation: z.union([calculation, z.null()]).optional(),
  base_metric: inputMetric.optional(),
  conversion_metric: inputMetric.optional(),
  constant_properties: constantProperties,
});

/** A metric at the top of a file: `type_params:` tells the forms apart. */
export const metricSchema = z.union([metricWithParams, plainMetricSchema]);

/** Metrics with what they are grouped and filtered by. */
export const savedQuerySchema = z.strictObject({
  name: text,
  description: optional,
  label: optional,
  query_params: z.strictObject({
    metrics: list(text),
    group_by: list(text),
    where: filter,
    order_by: list(text),
    limit: z.union([z.int(), z.null()]).optional(),
  }),
  exports: list(z.strictObject({ name: text, config })),
  config: configSchemas.saved_queries.optional(),
  tags: texts.optional(),
});

/** A model with one row for each step of time. */
export const timeSpineSchema = z.strictObject({
  standard_granularity_column: text,
  custom_granularities: list(z.strictObject({ name: text, column_name: optional })),
});

export type SemanticModelEntry = z.infer<typeof semanticModelSchema>;
export type MetricEntry = z.infer<typeof metricWithParams>;
export type TopMetricEntry = z.infer<typeof metricSchema>;
export type PlainMetricEntry = z.infer<typeof plainMetricSchema>;
export type SavedQueryEntry = z.infer<typeof savedQuerySchema>;
export type TimeSpineEntry = z.infer<typeof timeSpineSchema>;
