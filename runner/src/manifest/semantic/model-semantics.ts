import { didYouMean } from '../../errors/suggest.js';
import { ProjectError } from '../../errors/tsdbt-error.js';
import { projectCodes } from '../../project/codes.js';
import type { ColumnDimensionEntry } from '../../project/model-semantics-schema.js';
import type { ColumnEntry, ModelEntry } from '../../project/properties-schema.js';
import type { PlainMetricEntry, SemanticModelEntry } from '../../project/semantic-schema.js';
import type { YamlPath } from '../../project/yaml-document.js';
import type { ParseState } from '../parse-state.js';
import type { Located } from '../property-index.js';
import { definitionOf, type MetricDefinition, missingKeys } from './metric-definition.js';

/** The semantic model that a model's entry makes of the model itself, and the metrics that stand in it. */
export interface ModelSemantics {
  /** `elsewhere`: where its entities and dimensions stand in the entry */
  readonly model: Located<SemanticModelEntry> & { readonly elsewhere: ReadonlyMap<string, YamlPath> };
  readonly metrics: readonly Located<MetricDefinition>[];
}

/**
 * What the entry of a model says of the semantic layer, in the words of `semantic_models:` and `metrics:`; undefined where it says nothing.
 * Errors and warnings go to the state. As in dbt, `group` and `enabled` of `semantic_model:` count where it has a `config:`, and what
 * stands beside no `semantic_model:`, or in the entry of a model with versions, is not read (TSD1013).
 */
export function semanticsOfModel(state: ParseState, located: Located<ModelEntry>): ModelSemantics | undefined {
  const { entry, document, at } = located;
  const { semantic_model: written } = entry;
  const isOff = written === undefined || written === null || written === false;
  if (isOff || isVersioned(entry)) {
    if (written !== false) (state.project.unknownKeys ?? state.errors).push(...unread(located));
    return undefined;
  }
  const own = typeof written === 'object' ? written : {};
  if (own.enabled === false) return undefined;
  const name = own.name ?? entry.name;
  const { config } = own;
  const columns = [...(entry.columns ?? []).entries()];
  const model: SemanticModelEntry = {
    name,
    model: `ref('${entry.name}')`,
    description: entry.description ?? '',
    defaults: { agg_time_dimension: entry.agg_time_dimension ?? null },
    primary_entity: entry.primary_entity,
    entities: [...columns.flatMap(([, column]) => entityOf(column)), ...(entry.derived_semantics?.entities ?? [])],
    dimensions: [
      ...columns.flatMap(([i, column]) => dimensionOf(state, located, column, i)),
      ...(entry.derived_semantics?.dimensions ?? []).map(({ granularity, validity_params, ...dimension }, i) => {
        const path = ['derived_semantics', 'dimensions', i];
        warnOfGranularity(state, located, { ...dimension, granularity, validity_params }, path);
        return { ...dimension, ...typeParams(granularity, validity_params) };
      }),
    ],
    measures: [],
    config:
      config === undefined || config === null
        ? undefined
        : { meta: config.meta ?? {}, enabled: own.enabled ?? true, ...(own.group == null ? {} : { group: own.group }) },
  };
  const metrics = (entry.metrics ?? []).map((metric, i) => {
    const path = [...at, 'metrics', i];
    const place = document.placeOf([...path, 'name']);
    const isSimple = (metric.type ?? 'simple') === 'simple';
    const owner = { semanticModel: name, aggTimeDimension: entry.agg_time_dimension };
    const found = { ...located, entry: metric, at: path, place };
    checkMetric(state, found, isSimple);
    return { ...found, entry: definitionOf(metric, isSimple ? owner : undefined) };
  });
  const place = document.placeOf([...at, 'semantic_model'], 'key');
  return { model: { ...located, entry: model, place, elsewhere: placesOfElements(entry) }, metrics };
}

/**
 * Errors for the keys that a metric's type asks for, and for rows that are added up where no model is; what dbt takes all the same is a warning.
 *
 * @param isOfModel whether it is a simple metric in the entry of a model
 */
export function checkMetric(
  { project, errors }: ParseState,
  { entry, document, at, place }: Located<PlainMetricEntry>,
  isOfModel: boolean,
): void {
  const mild = project.unknownKeys ?? errors;
  const { name, type = 'simple', agg, percentile_type: percentileType } = entry;
  for (const key of missingKeys(entry))
    (key === 'expr' ? mild : errors).push(
      new ProjectError(projectCodes.missingKey, `metric "${name}": a ${type} metric needs ${key}`, { place }),
    );
  if (agg !== undefined && agg !== null && !isOfModel)
    errors.push(
      new ProjectError(
        projectCodes.wrongValue,
        `metric "${name}": agg belongs to a simple metric in the entry of a model`,
        {
          place: document.placeOf([...at, 'agg'], 'key'),
          hint: 'write it under metrics: of a model with semantic_model: true, or compute it from other metrics',
        },
      ),
    );
  if (typeof percentileType === 'string' && !/^(discrete|continuous)$/i.test(percentileType))
    mild.push(
      new ProjectError(
        projectCodes.wrongValue,
        `percentile_type must be discrete or continuous, not "${percentileType}"`,
        {
          place: document.placeOf([...at, 'percentile_type']),
          hint: didYouMean(percentileType, ['discrete', 'continuous']),
        },
      ),
    );
}

/** Where entities and dimensions of the semantic model stand: in columns, then in `derived_semantics`. */
function placesOfElements({ columns, derived_semantics: derived }: ModelEntry): Map<string, YamlPath> {
  const found = new Map<string, YamlPath>();
  for (const [kind, key] of [
    ['entities', 'entity'],
    ['dimensions', 'dimension'],
  ] as const) {
    let count = 0;
    for (const [i, column] of (columns ?? []).entries())
      if (column[key] !== undefined && column[key] !== null) found.set(`${kind}.${count++}`, ['columns', i, key]);
    for (const i of (derived?.[kind] ?? []).keys())
      found.set(`${kind}.${count++}`, ['derived_semantics', kind, i, 'name']);
  }
  found.set('defaults.agg_time_dimension', ['agg_time_dimension']);
  found.set('primary_entity', ['primary_entity']);
  return found;
}

function isVersioned({ versions }: ModelEntry): boolean {
  return Array.isArray(versions) && versions.length > 0;
}

/** Keys of the semantic layer that have no effect. */
function unread({ entry, document, at }: Located<ModelEntry>): ProjectError[] {
  const keys = ['semantic_model', 'primary_entity', 'agg_time_dimension', 'derived_semantics', 'metrics'] as const;
  return keys
    .filter((key) => entry[key] !== undefined && entry[key] !== null && entry[key] !== false)
    .map((key) => {
      const hint = isVersioned(entry)
        ? 'dbt reads no semantic layer of a model with versions: write it under semantic_models: and metrics: at the top of the file'
        : 'write semantic_model: true beside it';
      const place = document.placeOf([...at, key], 'key');
      return new ProjectError(projectCodes.keyWithoutEffect, `${key}: has no effect here`, { place, hint });
    });
}

type Entity = NonNullable<SemanticModelEntry['entities']>[number];
type Dimension = NonNullable<SemanticModelEntry['dimensions']>[number];

function entityOf(column: ColumnEntry): Entity[] {
  const { entity } = column;
  if (entity === undefined || entity === null) return [];
  const name = String(column.name);
  if (typeof entity === 'string')
    return [{ name, type: entity, description: column.description ?? '', config: { meta: metaOf(column) } }];
  const own = entity.name ?? name;
  return [
    {
      name: own,
      type: entity.type,
      description: entity.description || column.description || '',
      label: entity.label,
      // a name of its own leaves the column to the expression
      expr: own === name ? undefined : name,
      config: { meta: entity.config?.meta ?? metaOf(column) },
    },
  ];
}

function dimensionOf(state: ParseState, located: Located<ModelEntry>, column: ColumnEntry, i: number): Dimension[] {
  const { dimension, granularity } = column;
  if (dimension === undefined || dimension === null) return [];
  const name = String(column.name);
  const path = ['columns', i];
  if (typeof dimension === 'string') {
    warnOfGranularity(state, located, { name, type: dimension, granularity }, path);
    return [{ name, type: dimension, description: column.description ?? '', config: { meta: metaOf(column) } }];
  }
  const own = dimension.name ?? name;
  warnOfGranularity(state, located, { ...dimension, name: own, granularity }, path);
  return [
    {
      name: own,
      type: dimension.type,
      description: dimension.description || column.description || '',
      label: dimension.label,
      is_partition: dimension.is_partition,
      expr: own === name ? undefined : name,
      ...typeParams(granularity, dimension.validity_params),
      config: { meta: { ...metaOf(column), ...dimension.config?.meta } },
    },
  ];
}

type Validity = Exclude<ColumnDimensionEntry, string | null>['validity_params'];

function typeParams(granularity: ColumnEntry['granularity'], validity: Validity): Pick<Dimension, 'type_params'> {
  if (granularity === undefined || granularity === null) return {};
  return { type_params: { time_granularity: granularity, validity_params: validity } };
}

function metaOf({ config }: ColumnEntry): Record<string, unknown> {
  return { ...config?.meta };
}

/** What has validity has a unit of time, which dbt forgets where there is none. */
function warnOfGranularity(
  { project, errors }: ParseState,
  { document, at }: Located<ModelEntry>,
  dimension: {
    readonly name: string;
    readonly type: string;
    readonly granularity?: string | null | undefined;
    readonly validity_params?: Validity;
  },
  path: readonly (string | number)[],
): void {
  const { name, type, granularity, validity_params: validity } = dimension;
  if (granularity !== undefined && granularity !== null) return;
  // of time without a unit is told with the rest of the semantic layer
  if (type === 'time' || validity === undefined || validity === null) return;
  (project.unknownKeys ?? errors).push(
    new ProjectError(projectCodes.missingKey, `the dimension "${name}" has validity_params and no granularity`, {
      place: document.placeOf([...at, ...path, 'name']),
      hint: 'write granularity: day beside its name',
    }),
  );
}
