import { didYouMean } from '../../errors/suggest.js';
import { StorageError } from '../../errors/tsdbt-error.js';
import { type DataType, isStruct, type StructField, type StructType } from './data-types.js';

export const STATS_COLUMNS = 'delta.dataSkippingStatsColumns';
const INDEXED_COLUMNS = 'delta.dataSkippingNumIndexedCols';

/**
 * The columns and fields of structs of which files get statistics, as a part of the schema: those that `delta.dataSkippingStatsColumns` names,
 * else the first so many that `delta.dataSkippingNumIndexedCols` says, else all. Partition columns are in no file, and do not count.
 */
export function indexedSchema(
  schema: StructType,
  partitionColumns: readonly string[],
  properties: Readonly<Record<string, string>>,
): StructType {
  const stored = withFields(
    schema,
    schema.fields.filter((field) => !partitionColumns.includes(field.name)),
  );
  const named = properties[STATS_COLUMNS];
  if (named !== undefined) return onlyNamed(stored, statsColumnPaths(named));
  const first = Number(properties[INDEXED_COLUMNS] ?? -1);
  return first < 0 ? stored : onlyFirst(stored, { left: first });
}

/** A part of a schema, with further columns and fields of it. @param paths by the names on the way to them */
export function withPaths(part: StructType, schema: StructType, paths: readonly (readonly string[])[]): StructType {
  const fields = schema.fields.flatMap((field) => {
    const known = part.fields.find(({ name }) => name === field.name);
    const inner = paths.filter(([name]) => name === field.name).map(([, ...rest]) => rest);
    if (inner.some((path) => path.length === 0)) return [field];
    if (inner.length === 0 || !isStruct(field.type)) return known === undefined ? [] : [known];
    const before = known !== undefined && isStruct(known.type) ? known.type : withFields(field.type, []);
    return [{ ...field, type: withPaths(before, field.type, inner) }];
  });
  return withFields(schema, fields);
}

/** A column or field by the names on the way to it: `` a, s.`odd, name` `` → `[['a'], ['s', 'odd, name']]` */
export function statsColumnPaths(list: string): string[][] {
  const paths: string[][] = [[]];
  for (const [, quoted, plain, mark] of list.matchAll(/`((?:[^`]|``)*)`|([^`.,\s](?:[^`.,]*[^`.,\s])?)|([.,])/g)) {
    if (mark === ',') paths.push([]);
    else if (mark === undefined) paths.at(-1)!.push(plain ?? quoted!.replaceAll('``', '`'));
  }
  return paths.filter((path) => path.length > 0);
}

/** Text of `delta.dataSkippingStatsColumns` for paths. */
function statsColumnList(paths: readonly (readonly string[])[]): string {
  const quoted = (name: string) => (/^\w+$/.test(name) ? name : `\`${name.replaceAll('`', '``')}\``);
  return paths.map((path) => path.map(quoted).join('.')).join(',');
}

/** The property after columns were renamed or dropped; none where the table has none. @param became name before → name now; undefined for a column that went */
export function withStatsColumns(
  properties: Readonly<Record<string, string>>,
  became: (name: string) => string | undefined,
): Readonly<Record<string, string>> {
  const list = properties[STATS_COLUMNS];
  if (list === undefined) return {};
  const paths = statsColumnPaths(list).flatMap(([name, ...rest]) => {
    const now = became(name!);
    return now === undefined ? [] : [[now, ...rest]];
  });
  return { [STATS_COLUMNS]: statsColumnList(paths) };
}

/** Throws StorageError TSD6034 for a name in `delta.dataSkippingStatsColumns` that is no column which files have. */
export function requireStatsColumns(
  location: string,
  list: string,
  schema: StructType,
  partitionColumns: readonly string[],
): void {
  for (const path of statsColumnPaths(list)) {
    let type: DataType = schema;
    for (const [i, name] of path.entries()) {
      const fields: readonly StructField[] = isStruct(type) ? type.fields : [];
      const found = fields.find((field) => same(field.name, name));
      const partition = i === 0 && found !== undefined && partitionColumns.includes(found.name);
      if (found === undefined || partition)
        throw new StorageError(
          'TSD6034',
          `${location}: the table property ${STATS_COLUMNS} names ${path.slice(0, i + 1).join('.')}, ${partition ? 'by which the table is partitioned: files do not have it' : 'which is no column of the table'}`,
          {
            hint: partition
              ? 'leave it out: files are skipped by partitions without statistics'
              : (didYouMean(
                  name,
                  fields.map((field) => field.name),
                ) ?? 'names are separated by commas, fields of structs by dots; others stand in `backticks`'),
          },
        );
      type = found.type;
    }
  }
}

/** A column that is named is there with all that is in it. */
function onlyNamed(schema: StructType, paths: readonly (readonly string[])[]): StructType {
  const fields = schema.fields.flatMap((field) => {
    const own = paths.filter(([name]) => same(name!, field.name)).map(([, ...rest]) => rest);
    if (own.some((path) => path.length === 0)) return [field];
    if (own.length === 0 || !isStruct(field.type)) return [];
    return [{ ...field, type: onlyNamed(field.type, own) }];
  });
  return withFields(schema, fields);
}

/** Depth first; what is in a struct counts, the struct does not; lists and maps count as one. */
function onlyFirst(schema: StructType, count: { left: number }): StructType {
  const fields: StructField[] = [];
  for (const field of schema.fields) {
    if (count.left <= 0) break;
    if (isStruct(field.type)) fields.push({ ...field, type: onlyFirst(field.type, count) });
    else {
      fields.push(field);
      count.left -= 1;
    }
  }
  return withFields(schema, fields);
}

function withFields(schema: StructType, fields: readonly StructField[]): StructType {
  return { ...schema, fields };
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
