import type { SourcePlace } from '../errors/source-text.js';
import { didYouMean } from '../errors/suggest.js';
import { ProjectError, type TsdbtError } from '../errors/tsdbt-error.js';
import { projectCodes } from '../project/codes.js';
import type { ModelDefinition } from '../project/define-model.js';
import { type ColumnEntry, type ConstraintEntry, columnSchema } from '../project/properties-schema.js';
import type { YamlDocument, YamlPath } from '../project/yaml-document.js';
import type { DocBlocks } from './docs.js';
import { textList } from './merge-config.js';
import type { ColumnProperties, ConstraintProperties } from './nodes.js';

/**
 * The columns that YAML lists, by name; a column listed twice is an error at its second place.
 *
 * @param warnings what takes such a column in a dbt project, where the later entry counts
 */
export function columnsFromYaml(
  entries: readonly ColumnEntry[] | null | undefined,
  document: YamlDocument,
  at: YamlPath,
  docs: DocBlocks,
  errors: ProjectError[],
  warnings: TsdbtError[] | undefined,
): Map<string, ColumnProperties> {
  const columns = new Map<string, ColumnProperties>();
  const seen = new Map<string, SourcePlace>();
  for (const [i, entry] of (entries ?? []).entries()) {
    const name = String(entry.name);
    const place = document.placeOf([...at, i, 'name']);
    const earlier = seen.get(name.toLowerCase());
    if (earlier !== undefined) {
      (warnings ?? errors).push(
        new ProjectError(projectCodes.duplicateColumn, `the column "${name}" is listed twice`, {
          place,
          via: [{ label: 'the first', place: earlier }],
        }),
      );
      if (warnings === undefined) continue;
    }
    seen.set(name.toLowerCase(), place);
    const description = docs.render(entry.description ?? '', () => document.placeOf([...at, i, 'description']), errors);
    columns.set(name, {
      name,
      description,
      isLeftUndescribed: isLeftUndescribed(entry.description, description),
      dataType: entry.data_type,
      constraints: constraintsFromYaml(entry.constraints),
      meta: { ...entry.meta, ...entry.config?.meta },
      tags: [...new Set([...textList(entry.tags), ...textList(entry.config?.tags)])],
      quote: entry.quote,
      granularity: entry.granularity ?? undefined,
      ...roleOf(entry),
      docBlocks: docs.idsIn(entry.description ?? ''),
      place,
      extra: extraOf(entry),
    });
  }
  return columns;
}

/** Whether a description is written, and says nothing; undefined where it does not. */
function isLeftUndescribed(written: string | null | undefined, description: string): true | undefined {
  return typeof written === 'string' && description.trim() === '' ? true : undefined;
}

/** What a column is in the semantic layer: its type, or the type with what else is said of it. */
function roleOf({ name, description, entity, dimension }: ColumnEntry): Pick<ColumnProperties, 'dimension' | 'entity'> {
  if (entity == null && dimension == null) return {};
  const described = <T extends { readonly name?: string | null | undefined; description?: string | null | undefined }>(
    one: T,
  ) => ({ name: one.name ?? String(name), description: one.description || description || '' });
  return {
    entity:
      typeof entity !== 'object' || entity === null
        ? entity
        : { ...described(entity), type: entity.type, label: entity.label ?? null, config: entity.config ?? {} },
    dimension:
      typeof dimension !== 'object' || dimension === null
        ? dimension
        : {
            ...described(dimension),
            type: dimension.type,
            label: dimension.label ?? null,
            is_partition: dimension.is_partition ?? false,
            config: dimension.config ?? {},
            validity_params:
              dimension.validity_params == null
                ? null
                : { is_start: false, is_end: false, ...dimension.validity_params },
          },
  };
}

/** Keys of a column that mean something here; of the others, `policy_tags` is one that dbt passes on as well. */
const columnKeys: ReadonlySet<string> = new Set(Object.keys(columnSchema.shape).filter((key) => key !== 'policy_tags'));

function extraOf(entry: ColumnEntry): Record<string, unknown> | undefined {
  const extra = Object.entries(entry).filter(([key]) => !columnKeys.has(key));
  return extra.length === 0 ? undefined : Object.fromEntries(extra);
}

export function constraintsFromYaml(entries: readonly ConstraintEntry[] | undefined): ConstraintProperties[] {
  return (entries ?? []).map((entry) => ({
    type: entry.type,
    expression:
      entry.expression ?? (entry.to === undefined ? undefined : `${entry.to} (${(entry.to_columns ?? []).join(', ')})`),
    columns: entry.columns ?? [],
    name: entry.name,
    to: entry.to,
    toColumns: entry.to_columns,
    warnUnenforced: entry.warn_unenforced,
    warnUnsupported: entry.warn_unsupported,
  }));
}

/**
 * The contract of a TypeScript model joined with its YAML: names, order and types come from the definition,
 * YAML describes. What YAML contradicts is an error.
 */
export function columnsOfDefinition(
  definition: ModelDefinition,
  yaml: ReadonlyMap<string, ColumnProperties>,
  modelName: string,
  errors: ProjectError[],
): Map<string, ColumnProperties> {
  const columns = new Map<string, ColumnProperties>();
  for (const [name, given] of Object.entries(definition.columns)) {
    const column = typeof given === 'string' ? { type: given } : given;
    const described = yaml.get(name);
    if (described?.dataType !== undefined && normalType(described.dataType) !== normalType(column.type)) {
      errors.push(
        new ProjectError(
          projectCodes.contradiction,
          `YAML says that "${name}" is ${described.dataType}, the model's definition says ${column.type}`,
          { place: described.place, hint: 'the definition decides: leave data_type out of the YAML' },
        ),
      );
    }
    const notNull: ConstraintProperties = { type: 'not_null', expression: undefined, columns: [], name: undefined };
    const constraints = [...(described?.constraints ?? [])];
    if (column.nullable === false && !constraints.some((c) => c.type === 'not_null')) constraints.unshift(notNull);
    const description = described?.description || column.description || '';
    const written = described?.isLeftUndescribed === true ? '' : column.description;
    columns.set(name, {
      name,
      description,
      isLeftUndescribed: isLeftUndescribed(written, description),
      dataType: column.type,
      constraints,
      meta: described?.meta ?? {},
      tags: described?.tags ?? [],
      quote: described?.quote,
      place: described?.place,
    });
  }
  for (const [name, described] of yaml) {
    if (columns.has(name)) continue;
    errors.push(
      new ProjectError(projectCodes.contradiction, `the definition of ${modelName} has no column "${name}"`, {
        place: described.place,
        hint: didYouMean(name, columns.keys()),
      }),
    );
  }
  return columns;
}

const typeNames: Readonly<Record<string, string>> = {
  text: 'varchar',
  string: 'varchar',
  int: 'integer',
  int4: 'integer',
  int8: 'bigint',
  long: 'bigint',
  float8: 'double',
  'double precision': 'double',
  float: 'float',
  bool: 'boolean',
  'timestamp with time zone': 'timestamptz',
  'timestamp without time zone': 'timestamp',
};

function normalType(type: string): string {
  const clean = type
    .trim()
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .replace(/\s*([(),[\]])\s*/g, '$1');
  return typeNames[clean] ?? clean;
}
