import { StorageError } from '../../errors/tsdbt-error.js';
import type { LiveFile, RemoveFile, StatsAtRest } from '../protocol/actions.js';
import { quoteIdentifier, quoteLiteral } from '../sql.js';

/**
 * Actions that name files are most of a checkpoint. They leave the engine as text, field after field, between characters
 * that neither JSON nor a percent-encoded path can contain: as JSON they take several times as long.
 */
const SEPARATOR = '\x1f';

/** What of a file's statistics is wanted: their text, or only how many rows the file has. */
export type WantedStats = 'whole' | 'records';

/**
 * SQL text of an `add`; null where a row is no `add`.
 *
 * @param stats SQL of its statistics, JSON text
 */
export function addTextSql(stats: string, wanted: WantedStats): string {
  return textSql('add', [
    fieldSql('add', 'path'),
    partitionsSql('add'),
    fieldSql('add', 'size'),
    fieldSql('add', 'modificationTime'),
    fieldSql('add', 'dataChange'),
    wanted === 'whole' ? stats : recordsSql(stats),
    jsonSql('"add".tags'),
    jsonSql('"add"."deletionVector"'),
    rareSql('add', ['clusteringProvider', 'baseRowId', 'defaultRowCommitVersion']),
  ]);
}

/** SQL text of a `remove`; null where a row is none. */
export function removeTextSql(): string {
  return textSql('remove', [
    fieldSql('remove', 'path'),
    fieldSql('remove', 'deletionTimestamp'),
    fieldSql('remove', 'dataChange'),
    fieldSql('remove', 'extendedFileMetadata'),
    partitionsSql('remove'),
    fieldSql('remove', 'size'),
    jsonSql('"remove"."deletionVector"'),
    rareSql('remove', ['baseRowId', 'defaultRowCommitVersion']),
  ]);
}

/** @throws StorageError TSD6010 for a path or statistics with the control character */
export function addsOf(text: string, wanted: WantedStats, location: string): LiveFile[] {
  const values = split(text, 9, location);
  const adds: LiveFile[] = [];
  for (let i = 0; i < values.length; i += 9) {
    const [stats, tags, vector, rare] = [values[i + 5]!, values[i + 6]!, values[i + 7]!, values[i + 8]!];
    const add: { -readonly [key in keyof LiveFile]: LiveFile[key] } = {
      path: values[i]!,
      partitionValues: partitionValuesOf(values[i + 1]!),
      size: Number(values[i + 2]),
      modificationTime: Number(values[i + 3]),
      dataChange: values[i + 4] === 'true',
    };
    if (stats !== '') add.stats = wanted === 'whole' ? stats : atRest(stats);
    if (tags !== '') add.tags = JSON.parse(tags);
    if (vector !== '') add.deletionVector = JSON.parse(vector);
    if (rare !== '') Object.assign(add, rareOf(rare));
    adds.push(add);
  }
  return adds;
}

/** @throws StorageError TSD6010 for a path with the control character */
export function removesOf(text: string, location: string): RemoveFile[] {
  const values = split(text, 8, location);
  const removes: RemoveFile[] = [];
  for (let i = 0; i < values.length; i += 8) {
    const [time, extended, size, vector] = [values[i + 1]!, values[i + 3]!, values[i + 5]!, values[i + 6]!];
    removes.push({
      path: values[i]!,
      ...(time === '' ? {} : { deletionTimestamp: Number(time) }),
      dataChange: values[i + 2] === 'true',
      ...(extended === '' ? {} : { extendedFileMetadata: extended === 'true' }),
      ...(values[i + 4] === '' ? {} : { partitionValues: partitionValuesOf(values[i + 4]!) }),
      ...(size === '' ? {} : { size: Number(size) }),
      ...(vector === '' ? {} : { deletionVector: JSON.parse(vector) }),
      ...(values[i + 7] === '' ? {} : rareOf(values[i + 7]!)),
    });
  }
  return removes;
}

const NO_PARTITION: Readonly<Record<string, never>> = Object.freeze({});

function atRest(records: string): StatsAtRest {
  return { numRecords: records === UNKNOWN ? undefined : Number(records) };
}

function partitionValuesOf(text: string): Readonly<Record<string, string | null>> {
  return text === '' ? NO_PARTITION : (JSON.parse(text) as Record<string, string | null>);
}

function split(text: string, fields: number, location: string): string[] {
  if (text === '') return [];
  const values = text.split(SEPARATOR);
  if (values.length % fields === 0) return values;
  throw new StorageError('TSD6010', `${location}: the checkpoint has a path or statistics with a control character`, {
    hint: 'the log is damaged; restore the checkpoint from a backup, or delete it where the commits before it are still there',
  });
}

function textSql(action: string, fields: readonly string[]): string {
  const texts = fields.map((field) => `coalesce(${field}, '')`);
  return `CASE WHEN "${action}".path IS NOT NULL THEN concat_ws(chr(31), ${texts.join(', ')}) END`;
}

/** Fields that few tables have, together as JSON; null where all are. */
function rareSql(action: string, fields: readonly string[]): string {
  const named = fields.map((field) => `${quoteLiteral(field)}: "${action}".${quoteIdentifier(field)}`);
  const any = fields.map((field) => `"${action}".${quoteIdentifier(field)} IS NOT NULL`);
  return `CASE WHEN ${any.join(' OR ')} THEN ${jsonText(`{${named.join(', ')}}`)} END`;
}

function rareOf(text: string): Readonly<Record<string, string | number>> {
  const fields = Object.entries(JSON.parse(text) as Record<string, string | number | null>);
  return Object.fromEntries(fields.filter((field): field is [string, string | number] => field[1] !== null));
}

function fieldSql(action: string, field: string): string {
  return `CAST("${action}".${quoteIdentifier(field)} AS VARCHAR)`;
}

/** In place of the number of rows where there are statistics that do not give it. */
const UNKNOWN = '?';

/** Most writers begin with the number of rows; looking further means to read the whole text. */
function recordsSql(stats: string): string {
  const first = `nullif(regexp_extract(${stats}, '^\\{"numRecords":(\\d+)[,}]', 1), '')`;
  const anywhere = `TRY(json_extract_string(${stats}, '$.numRecords'))`;
  return `CASE WHEN ${stats} IS NOT NULL THEN coalesce(${first}, ${anywhere}, '${UNKNOWN}') END`;
}

function partitionsSql(action: string): string {
  const values = `"${action}"."partitionValues"`;
  return `CASE WHEN cardinality(${values}) > 0 THEN ${jsonText(values)} END`;
}

/** A value as JSON; null for null. */
export function jsonSql(value: string): string {
  return `CASE WHEN ${value} IS NOT NULL THEN ${jsonText(value)} END`;
}

function jsonText(value: string): string {
  return `CAST(to_json(${value}) AS VARCHAR)`;
}
