import { Relation } from '../../engines/relation.js';
import type { ConfigKind } from '../../project/config-schema.js';
import type { Manifest } from '../manifest.js';
import type { InputMeasure, InputMetric } from '../semantic/metric-definition.js';
import { inputsOf } from '../semantic/resolve-semantics.js';
import type { MetricNode, SavedQueryNode, SemanticModelNode, SemanticNode } from '../semantic/semantic-nodes.js';
import { timeWindow } from '../semantic/time-window.js';
import { configJson } from './config.js';
import type { EntryContext } from './entry-context.js';
import { refJson } from './sql-nodes.js';
import { unrenderedConfig } from './unrendered-config.js';

/** A semantic model, metric or saved query in dbt's form. */
export function semanticJson(node: SemanticNode, context: EntryContext): Record<string, unknown> {
  switch (node.resourceType) {
    case 'semantic_model':
      return semanticModelJson(node, context);
    case 'metric':
      return metricJson(node, context);
    case 'saved_query':
      return savedQueryJson(node, context);
  }
}

function shared(node: SemanticNode, kind: ConfigKind, { manifest, createdAt }: EntryContext) {
  return {
    name: node.name,
    resource_type: node.resourceType,
    package_name: node.packageName,
    path: node.path.split('/').slice(1).join('/'),
    original_file_path: node.path,
    unique_id: node.uniqueId,
    fqn: node.fqn,
    label: node.entry.label ?? null,
    metadata: null,
    config: withoutTags(configJson(node.resourceType, node.config), node),
    // what dbt_project.yml says below keys with a hyphen is no part of it
    unrendered_config:
      kind === 'metrics'
        ? unrenderedConfig(manifest.projectOf(node), kind, node.fqn, node.writtenConfig)
        : node.writtenConfig.given,
    depends_on: { macros: [], nodes: node.dependsOn },
    created_at: createdAt,
    group: node.config.group ?? null,
  };
}

/** Tags that stand beside `config:` are no part of it. */
function withoutTags(config: Record<string, unknown>, { entry }: SemanticNode): Record<string, unknown> {
  const { tags, ...rest } = config;
  const own = (entry.config as { readonly tags?: unknown } | undefined)?.tags;
  return own === undefined || tags === undefined ? rest : { ...rest, tags: [own].flat() };
}

function semanticModelJson(node: SemanticModelNode, context: EntryContext): Record<string, unknown> {
  const { entry } = node;
  const element = (one: { readonly config?: Readonly<Record<string, unknown>> | undefined }) => ({
    config: { meta: { ...node.config.meta, ...(one.config?.meta as object | undefined) } },
  });
  const described = <
    T extends { readonly name: string; description?: string | null | undefined; label?: string | null | undefined },
  >(
    one: T,
  ) => ({
    description: one.description ?? null,
    label: one.label ?? null,
  });
  return {
    ...shared(node, 'semantic_models', context),
    model: entry.model,
    node_relation: relationOf(node, context.manifest),
    description: entry.description === undefined || entry.description === null ? null : node.description,
    defaults:
      entry.defaults === undefined || entry.defaults === null ? null : { agg_time_dimension: null, ...entry.defaults },
    entities: (entry.entities ?? []).map((one) => ({
      name: one.name,
      type: one.type,
      ...described(one),
      role: one.role ?? null,
      expr: textOf(one.expr),
      ...element(one),
    })),
    measures: (entry.measures ?? []).map((one) => ({
      name: one.name,
      agg: one.agg,
      ...described(one),
      // dbt makes the metric and forgets that it was asked to
      create_metric: false,
      expr: textOf(one.expr),
      agg_params:
        one.agg_params === undefined
          ? null
          : { percentile: null, use_discrete_percentile: false, use_approximate_percentile: false, ...one.agg_params },
      non_additive_dimension:
        one.non_additive_dimension === undefined ? null : { window_groupings: [], ...one.non_additive_dimension },
      agg_time_dimension: one.agg_time_dimension ?? null,
      ...element(one),
    })),
    dimensions: (entry.dimensions ?? []).map((one) => ({
      name: one.name,
      type: one.type,
      ...described(one),
      is_partition: one.is_partition ?? false,
      type_params:
        one.type_params === undefined || one.type_params === null
          ? null
          : {
              time_granularity: one.type_params.time_granularity ?? null,
              validity_params:
                one.type_params.validity_params == null
                  ? null
                  : { is_start: false, is_end: false, ...one.type_params.validity_params },
            },
      expr: textOf(one.expr),
      metadata: null,
      ...element(one),
      datatype: null,
    })),
    refs: node.refs.map(refJson),
    primary_entity: entry.primary_entity ?? null,
  };
}

function relationOf(node: SemanticModelNode, manifest: Manifest): Record<string, unknown> | null {
  const model = manifest.nodes.get(node.dependsOn[0] ?? '');
  if (model === undefined) return null;
  const database = model.config.database ?? manifest.project.target.database;
  return {
    alias: model.alias,
    schema_name: model.schema,
    database: database ?? null,
    relation_name: new Relation(model.schema, model.alias, database).toString(),
  };
}

function metricJson(node: MetricNode, context: EntryContext): Record<string, unknown> {
  const { entry } = node;
  return {
    ...shared(node, 'metrics', context),
    description: node.description,
    type: entry.type,
    type_params: typeParams(node, context.manifest),
    filter: filterOf(entry.filter),
    time_granularity: entry.time_granularity ?? null,
    sources: [],
    refs: [],
    metrics: [],
    // in the newer form it is part of the config alone
    meta: entry.type_params.is_private === undefined ? node.meta : {},
    tags: [entry.tags ?? []].flat(),
  };
}

function typeParams(node: MetricNode, manifest: Manifest): Record<string, unknown> {
  const { type, type_params: params } = node.entry;
  const cumulative = params.cumulative_type_params;
  const conversion = params.conversion_type_params;
  return {
    measure: given(params.measure, measureOf),
    // dbt resolves nothing of what is disabled
    input_measures: node.config.enabled ? inputMeasures(node, manifest) : [],
    numerator: given(params.numerator, metricOf),
    denominator: given(params.denominator, metricOf),
    expr: textOf(params.expr),
    window: windowOf(params.window),
    grain_to_date: params.grain_to_date ?? null,
    metrics: (params.metrics ?? []).map(metricOf),
    conversion_type_params:
      conversion === undefined
        ? null
        : {
            entity: conversion.entity,
            base_measure: given(conversion.base_measure, measureOf),
            conversion_measure: given(conversion.conversion_measure, measureOf),
            base_metric: given(conversion.base_metric, metricOf),
            conversion_metric: given(conversion.conversion_metric, metricOf),
            calculation: conversion.calculation ?? 'conversion_rate',
            window: windowOf(conversion.window),
            constant_properties: conversion.constant_properties ?? null,
          },
    cumulative_type_params:
      type !== 'cumulative'
        ? null
        : {
            window: windowOf(cumulative?.window ?? params.window),
            grain_to_date: cumulative?.grain_to_date ?? params.grain_to_date ?? null,
            period_agg: cumulative?.period_agg ?? 'first',
            metric: given(cumulative?.metric, metricOf),
          },
    metric_aggregation_params: params.metric_aggregation_params ?? null,
    fill_nulls_with: null,
    join_to_timespine: params.join_to_timespine ?? false,
    is_private: params.is_private ?? null,
  };
}

function given<T>(value: T | undefined, json: (value: T) => unknown): unknown {
  return value === undefined ? null : json(value);
}

/** Every measure that a metric is computed from, through the metrics that it names. */
function inputMeasures(node: MetricNode, manifest: Manifest, seen: ReadonlySet<string> = new Set()): unknown[] {
  const { measures } = inputsOf(node.entry);
  const own = measures.map(measureOf);
  // the newer form of the other types names metrics, and has no measures
  if (node.entry.type !== 'ratio' && node.entry.type !== 'derived') return own;
  const path = new Set([...seen, node.uniqueId]);
  const inherited = node.dependsOn.flatMap((id) => {
    const found = manifest.semantics.get(id);
    return found?.resourceType === 'metric' && !path.has(id) ? inputMeasures(found, manifest, path) : [];
  });
  const distinct = new Map([...own, ...inherited].map((measure) => [JSON.stringify(measure), measure]));
  return [...distinct.values()];
}

function measureOf(input: InputMeasure): Record<string, unknown> {
  const given = typeof input === 'string' ? { name: input } : input;
  return {
    name: given.name,
    filter: filterOf(given.filter),
    alias: given.alias ?? null,
    join_to_timespine: given.join_to_timespine ?? false,
    fill_nulls_with: given.fill_nulls_with ?? null,
  };
}

function metricOf(input: InputMetric): Record<string, unknown> {
  const given = typeof input === 'string' ? { name: input } : input;
  return {
    name: given.name,
    filter: filterOf(given.filter),
    alias: given.alias ?? null,
    offset_window: windowOf(given.offset_window),
    offset_to_grain: given.offset_to_grain ?? null,
  };
}

function filterOf(filter: string | readonly string[] | null | undefined): Record<string, unknown> | null {
  if (filter === undefined || filter === null) return null;
  return { where_filters: [filter].flat().map((text) => ({ where_sql_template: text })) };
}

function windowOf(window: string | null | undefined) {
  return window === undefined || window === null ? null : (timeWindow(window) ?? null);
}

function textOf(value: unknown): string | null {
  return value === undefined || value === null ? null : String(value);
}

function savedQueryJson(node: SavedQueryNode, context: EntryContext): Record<string, unknown> {
  const { entry } = node;
  const { query_params: query } = entry;
  const { target } = context.manifest.project;
  return {
    ...shared(node, 'saved_queries', context),
    query_params: {
      metrics: query.metrics ?? [],
      group_by: query.group_by ?? [],
      where: filterOf(query.where),
      order_by: query.order_by ?? [],
      limit: query.limit ?? null,
    },
    exports: (entry.exports ?? []).map(({ name, config = {} }) => ({
      name,
      config: {
        export_as: config.export_as ?? node.config.extra.export_as ?? 'table',
        schema_name: config.schema ?? node.config.schema ?? target.schema,
        alias: config.alias ?? name,
        database: config.database ?? target.database ?? null,
      },
      unrendered_config: config,
    })),
    description: entry.description === undefined || entry.description === null ? null : node.description,
    refs: [],
    tags: [...new Set(node.tags)].sort(),
  };
}
