import { quoteIdentifier } from '../engines/relation.js';
import type { SnapshotConfig } from './snapshot-config.js';

/** What a snapshot's SQL is made for. */
export interface SnapshotSource {
  readonly config: SnapshotConfig;
  /** a SELECT of the source's rows as they are now */
  readonly select: string;
  /** the SELECT's columns */
  readonly names: readonly string[];
  /** SQL of the run's time */
  readonly now: string;
}

/** A SELECT of a snapshot's first rows: every row of the source, current from its `updated_at` on. */
export function firstSnapshot(source: SnapshotSource): string {
  const { config, select } = source;
  const { columns } = config;
  return `select source.*, ${versionColumns(source, config.uniqueKey.map(keySql), updatedAt(source))}${
    config.hardDeletes === 'new_record' ? `, 'False' as ${quoteIdentifier(columns.dbt_is_deleted)}` : ''
  } from (\n${select}\n) as source`;
}

/**
 * A SELECT of the rows that have to be merged into a snapshot by its `dbt_scd_id`: versions that end, with their new
 * `dbt_valid_to`, and versions that begin.
 *
 * @param table the snapshot as it is, by name
 * @param tableNames its columns
 * @param begins name of a further column that says whether a row begins a version: where columns change and `updated_at` does not,
 *   the version that ends and the one that begins have the same `dbt_scd_id`
 */
export function snapshotChanges(
  source: SnapshotSource,
  table: string,
  tableNames: readonly string[],
  begins?: string,
): string {
  const { config, select, now } = source;
  const { columns, uniqueKey, hardDeletes } = config;
  const validTo = quoteIdentifier(columns.dbt_valid_to);
  const scdId = quoteIdentifier(columns.dbt_scd_id);
  const isDeleted = quoteIdentifier(columns.dbt_is_deleted);
  const keys = uniqueKey.map((_, i) => `_tsdbt_key_${i}`);
  const sameKey = keys.map((key) => `current.${key} = source.${key}`).join(' and ');
  const noKey = `current.${keys[0]} is null`;
  const current = isCurrent(config);
  const mark = (doesBegin: boolean): string => (begins === undefined ? '' : `, ${doesBegin} as ${begins}`);
  const updated = 'source._tsdbt_updated_at';
  const wasDeleted = hardDeletes === 'new_record' ? ` or current.${isDeleted} = 'True'` : '';
  const changed = `(${rowChanged(source, tableNames)}${wasDeleted})`;
  const helpers = [...keys, '_tsdbt_updated_at'];
  const deletedFlag = hardDeletes === 'new_record' ? `, 'False' as ${isDeleted}` : '';
  const begin = `select source.* exclude (${helpers.join(', ')}), ${versionColumns(
    source,
    keys.map((key) => `source.${key}`),
    updated,
  )}${deletedFlag}${mark(true)}
    from source left join current on ${sameKey} where ${noKey} or ${changed}`;
  const ends = (time: string): string =>
    `current.* exclude (${keys.join(', ')}) replace (${time} as ${validTo})${mark(false)}`;
  const end = `select ${ends(updated)} from source join current on ${sameKey} where ${changed}`;
  const parts = [begin, end];
  if (hardDeletes !== 'ignore') {
    const gone = `from current left join source on ${sameKey} where source.${keys[0]} is null${
      hardDeletes === 'new_record' ? ` and current.${isDeleted} is distinct from 'True'` : ''
    }`;
    parts.push(`select ${ends(now)} ${gone}`);
    if (hardDeletes === 'new_record') {
      const replaced = [
        `${now} as ${quoteIdentifier(columns.dbt_valid_from)}`,
        `${now} as ${quoteIdentifier(columns.dbt_updated_at)}`,
        `${scdIdSql(
          keys.map((key) => `current.${key}`),
          now,
        )} as ${scdId}`,
        `'True' as ${isDeleted}`,
      ];
      // as in dbt, what the source no longer has is not remembered of a row that is gone
      const known = new Set([...source.names, ...Object.values(columns)].map((name) => name.toLowerCase()));
      const lost = tableNames.filter((name) => !known.has(name.toLowerCase())).map(quoteIdentifier);
      const excluded = [...keys, ...lost].join(', ');
      parts.push(`select current.* exclude (${excluded}) replace (${replaced.join(', ')})${mark(true)} ${gone}`);
    }
  }
  const keyColumns = uniqueKey.map((key, i) => `${keySql(key)} as _tsdbt_key_${i}`).join(', ');
  return `with source as (select *, ${keyColumns}, ${updatedAt(source)} as _tsdbt_updated_at from (\n${select}\n) as source),
  current as (select *, ${keyColumns} from ${table} where ${current})
  ${parts.join('\n  union all by name\n  ')}`;
}

/** SQL: whether a version of a snapshot is one that holds today. @param of before the column, e.g. an alias with its dot */
export function isCurrent({ columns, validToCurrent }: SnapshotConfig, of = ''): string {
  const validTo = `${of}${quoteIdentifier(columns.dbt_valid_to)}`;
  return validToCurrent === undefined ? `${validTo} is null` : `(${validTo} = ${validToCurrent} or ${validTo} is null)`;
}

/** `dbt_scd_id, dbt_updated_at, dbt_valid_from, dbt_valid_to` of a version that begins at a time. */
function versionColumns(source: SnapshotSource, keys: readonly string[], updated: string): string {
  const { columns } = source.config;
  return [
    `${scdIdSql(keys, updated)} as ${quoteIdentifier(columns.dbt_scd_id)}`,
    `${updated} as ${quoteIdentifier(columns.dbt_updated_at)}`,
    `${updated} as ${quoteIdentifier(columns.dbt_valid_from)}`,
    `${validToCurrent(source, updated)} as ${quoteIdentifier(columns.dbt_valid_to)}`,
  ].join(', ');
}

/** dbt's hash of a version: its key, and when it began. */
function scdIdSql(keys: readonly string[], time: string): string {
  return `md5(${[...keys, time].map((part) => `coalesce(cast(${part} as varchar), '')`).join(" || '|' || ")})`;
}

function updatedAt({ config, now }: SnapshotSource): string {
  return config.updatedAt ?? now;
}

/** What `dbt_valid_to` holds in a current row; a null has the type of the time. */
function validToCurrent({ config }: SnapshotSource, updated: string): string {
  const none = `nullif(${updated}, ${updated})`;
  return config.validToCurrent === undefined ? none : `coalesce(${none}, ${config.validToCurrent})`;
}

function rowChanged({ config, names }: SnapshotSource, tableNames: readonly string[]): string {
  if (config.strategy === 'timestamp')
    return `current.${quoteIdentifier(config.columns.dbt_valid_from)} < source._tsdbt_updated_at`;
  const inTable = new Set(tableNames.map((name) => name.toLowerCase()));
  const checked = config.checkColumns === 'all' ? names : config.checkColumns;
  // a column that is new in the source is a change of every row
  if (checked.some((name) => !inTable.has(name.toLowerCase()))) return 'true';
  return checked
    .map((name) => `source.${quoteIdentifier(name)} is distinct from current.${quoteIdentifier(name)}`)
    .join(' or ');
}

/** A plain name is a column, whatever its letters; everything else is an expression. */
function keySql(key: string): string {
  return /^[A-Za-z_]\w*$/.test(key) ? quoteIdentifier(key) : `(${key})`;
}
