import type { MetricEntry, PlainMetricEntry } from '../../project/semantic-schema.js';

type WrittenParams = MetricEntry['type_params'];
export type InputMeasure = NonNullable<WrittenParams['measure']>;
export type InputMetric = NonNullable<WrittenParams['numerator']>;
type Conversion = NonNullable<WrittenParams['conversion_type_params']>;
type Cumulative = NonNullable<WrittenParams['cumulative_type_params']>;

/** How a simple metric adds up the rows of its semantic model, where it does so without a measure. */
export interface MetricAggregation {
  readonly semantic_model: string;
  readonly agg: string;
  readonly agg_params: {
    readonly percentile: number | null;
    readonly use_discrete_percentile: boolean;
    readonly use_approximate_percentile: boolean;
  };
  readonly agg_time_dimension: string | null;
  readonly non_additive_dimension: {
    readonly name: string;
    readonly window_choice: string;
    readonly window_groupings: readonly string[];
  } | null;
}

/** What a metric is computed from, whichever way it is written. */
export interface MetricParams extends Omit<WrittenParams, 'conversion_type_params' | 'cumulative_type_params'> {
  readonly conversion_type_params?:
    | (Omit<Conversion, 'base_measure' | 'conversion_measure'> &
        Partial<Pick<Conversion, 'base_measure' | 'conversion_measure'>> & {
          readonly base_metric?: InputMetric | undefined;
          readonly conversion_metric?: InputMetric | undefined;
        })
    | undefined;
  readonly cumulative_type_params?: (Cumulative & { readonly metric?: InputMetric | undefined }) | undefined;
  readonly metric_aggregation_params?: MetricAggregation | undefined;
  readonly join_to_timespine?: boolean | undefined;
  /** undefined in the older form, which has no word for it */
  readonly is_private?: boolean | undefined;
}

/** A metric of either form. */
export interface MetricDefinition extends Omit<MetricEntry, 'type_params'> {
  readonly type_params: MetricParams;
}

/** The semantic model in whose entry a metric stands. */
export interface MetricOwner {
  readonly semanticModel: string;
  readonly aggTimeDimension: string | null | undefined;
}

/**
 * The newer form of a metric in terms of the older one. Simple metrics aggregate their owner's rows; `fill_nulls_with` goes unused, as
 * in dbt.
 */
export function definitionOf(entry: PlainMetricEntry, owner: MetricOwner | undefined): MetricDefinition {
  const { name, label, description, type = 'simple', filter, time_granularity, config } = entry;
  return {
    name,
    label: label ?? name,
    description,
    type,
    filter,
    time_granularity,
    config,
    type_params: {
      numerator: entry.numerator,
      denominator: entry.denominator,
      expr: entry.expr,
      metrics: entry.input_metrics,
      conversion_type_params: type === 'conversion' ? conversionOf(entry) : undefined,
      cumulative_type_params: type === 'cumulative' ? cumulativeOf(entry) : undefined,
      metric_aggregation_params: owner === undefined ? undefined : aggregationOf(entry, owner),
      join_to_timespine: entry.join_to_timespine ?? false,
      is_private: entry.hidden ?? false,
    },
  };
}

function conversionOf(entry: PlainMetricEntry): MetricParams['conversion_type_params'] {
  return {
    entity: entry.entity ?? '',
    base_metric: entry.base_metric,
    conversion_metric: entry.conversion_metric,
    calculation: entry.calculation ?? undefined,
    window: entry.window,
    constant_properties: entry.constant_properties,
  };
}

function cumulativeOf({ window, grain_to_date, period_agg, input_metric }: PlainMetricEntry) {
  return { window, grain_to_date, period_agg, metric: input_metric };
}

function aggregationOf(entry: PlainMetricEntry, owner: MetricOwner): MetricAggregation | undefined {
  const { agg, non_additive_dimension: nonAdditive } = entry;
  if (agg === undefined || agg === null) return undefined;
  return {
    semantic_model: owner.semanticModel,
    agg,
    agg_params: {
      percentile: entry.percentile ?? null,
      use_discrete_percentile: entry.percentile_type?.toLowerCase() === 'discrete',
      use_approximate_percentile: entry.percentile_type?.toLowerCase() === 'continuous',
    },
    agg_time_dimension: entry.agg_time_dimension ?? owner.aggTimeDimension ?? null,
    non_additive_dimension:
      nonAdditive === undefined || nonAdditive === null
        ? null
        : {
            name: nonAdditive.name,
            window_choice: nonAdditive.window_agg,
            window_groupings: nonAdditive.group_by ?? [],
          },
  };
}

/** What a metric of the newer form lacks for its type. */
export function missingKeys(entry: PlainMetricEntry): string[] {
  const type = entry.type ?? 'simple';
  const needs = {
    simple: ['agg'],
    cumulative: ['input_metric'],
    ratio: ['numerator', 'denominator'],
    derived: ['expr', 'input_metrics'],
    conversion: ['entity', 'base_metric', 'conversion_metric'],
  } as const satisfies Record<typeof type, readonly (keyof PlainMetricEntry)[]>;
  return needs[type].filter((key) => entry[key] === undefined || entry[key] === null);
}
