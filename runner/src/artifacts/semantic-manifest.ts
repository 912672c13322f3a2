import type { EntryContext } from '../manifest/entries/entry-context.js';
import { semanticJson } from '../manifest/entries/semantics.js';
import { relationName } from '../manifest/entries/sql-nodes.js';
import type { Manifest } from '../manifest/manifest.js';
import type { ModelNode } from '../manifest/nodes.js';
import { LEGACY_TIME_SPINE } from '../manifest/semantic/time-spines.js';

type Json = Readonly<Record<string, unknown>>;

/** The version of dbt's semantic interfaces whose form is written: that of dbt 1.12. */
const INTERFACES = { major_version: '0', minor_version: '213', patch_version: '0' };

/**
 * The semantic layer as MetricFlow and other tools read it, in the form of `semantic_manifest.json`: what `manifest.json` says of semantic
 * models, metrics and saved queries without what belongs to the project's graph, and where the time spines are.
 */
export function semanticManifest(context: EntryContext): Record<string, unknown> {
  const { manifest } = context;
  const entries = [...manifest.semantics.values()].map(
    (node) => [node.resourceType, semanticJson(node, context)] as const,
  );
  const ofKind = (kind: string) => entries.flatMap(([type, entry]) => (type === kind ? [entry] : []));
  return {
    semantic_models: ofKind('semantic_model').map(semanticModel),
    metrics: ofKind('metric').map(metric),
    project_configuration: configuration(manifest),
    saved_queries: ofKind('saved_query').map(savedQuery),
  };
}

function semanticModel(entry: Json): Json {
  const { name, defaults, description, node_relation, primary_entity, entities, measures, dimensions, label } = entry;
  return {
    name,
    defaults,
    description,
    node_relation,
    primary_entity,
    entities: (entities as Json[]).map((one) => ({ ...one, metadata: null })),
    measures: (measures as Json[]).map((one) => ({ ...one, metadata: null })),
    dimensions,
    label,
    metadata: null,
    config: metaOf(entry),
  };
}

function metric(entry: Json): Json {
  const { name, description, type, filter, label, time_granularity } = entry;
  return {
    name,
    description,
    type,
    datatype: null,
    type_params: typeParams(entry.type_params as Json),
    filter,
    metadata: null,
    label,
    config: metaOf(entry),
    time_granularity,
  };
}

/** Names of units are in small letters here. */
function typeParams(params: Json): Json {
  const cumulative = params.cumulative_type_params as Json | null;
  return {
    ...params,
    metrics: (params.metrics as Json[]).map((input) => ({ ...input, offset_to_grain: lower(input.offset_to_grain) })),
    cumulative_type_params:
      cumulative === null ? null : { ...cumulative, grain_to_date: lower(cumulative.grain_to_date) },
  };
}

function lower(unit: unknown): unknown {
  return typeof unit === 'string' ? unit.toLowerCase() : unit;
}

function savedQuery(entry: Json): Json {
  const { name, query_params, description, label, tags, exports } = entry;
  return {
    name,
    query_params,
    description,
    metadata: null,
    label,
    exports: (exports as { name: string; config: Json }[]).map(({ name: own, config }) => {
      const { export_as, schema_name, alias } = config;
      return { name: own, config: { export_as, schema_name, alias } };
    }),
    tags,
  };
}

function metaOf({ config }: Json): Json {
  return { meta: (config as Json).meta };
}

/** Where the time spines are; the model of dbt's older convention counts where it has no entry of the newer one. */
function configuration(manifest: Manifest): Json {
  const models = [...manifest.nodes.values()].flatMap((node) =>
    node.resourceType === 'model' ? [node as ModelNode] : [],
  );
  const legacy = models.find((node) => node.name === LEGACY_TIME_SPINE && node.timeSpine === undefined);
  const hasModels = [...manifest.semantics.values()].some((node) => node.resourceType === 'semantic_model');
  return {
    time_spine_table_configurations:
      legacy === undefined || !hasModels
        ? []
        : [{ location: relationName(legacy, manifest), column_name: 'date_day', grain: 'day' }],
    metadata: null,
    dsi_package_version: INTERFACES,
    time_spines: models.flatMap((node) => timeSpine(node, manifest)),
  };
}

function timeSpine(node: ModelNode, manifest: Manifest): Json[] {
  const spine = node.timeSpine;
  if (spine === undefined) return [];
  const name = spine.standard_granularity_column;
  return [
    {
      node_relation: {
        alias: node.alias,
        schema_name: node.schema,
        database: node.config.database ?? manifest.project.target.database ?? null,
        relation_name: relationName(node, manifest),
      },
      primary_column: { name, time_granularity: node.columns.get(name)?.granularity ?? null },
      custom_granularities: (spine.custom_granularities ?? []).map((one) => ({
        name: one.name,
        column_name: one.column_name ?? null,
      })),
    },
  ];
}
