import { statSync } from 'node:fs';
import type { WrittenColumnStats, WrittenFile } from './parquet.js';

/** A MAP as a driver hands it over: entries, an object, a Map or `{ entries }`. */
type MapLike = unknown;

/**
 * Rows of `COPY … TO … (FORMAT parquet, RETURN_STATS)`, one to a file, as objects by column name
 * (`filename`, `count`, `file_size_bytes`, `column_statistics`, `partition_keys`) → written files. With RETURN_FILES of one
 * file (`Count`, `Files`), which has no statistics of columns, that.
 */
export function writtenFilesOf(rows: readonly Readonly<Record<string, unknown>>[]): WrittenFile[] {
  return rows.map((row) => {
    if (row.Files !== undefined) {
      const path = String(itemsOf(row.Files)[0]);
      const size = BigInt(statSync(path).size);
      return { path, rows: BigInt(row.Count as bigint), size, columns: [], partition: undefined };
    }

    const keys =
      row.partition_keys === null || row.partition_keys === undefined ? undefined : entriesOf(row.partition_keys);
    return {
      path: String(row.filename),
      rows: BigInt(row.count as bigint),
      size: BigInt(row.file_size_bytes as bigint),
      columns: entriesOf(row.column_statistics).map(([path, stats]) => columnStats(path, stats)),
      partition:
        keys === undefined
          ? undefined
          : Object.fromEntries(
              keys.map(([key, value]) => [key, value === null || value === undefined ? null : String(value)]),
            ),
    };
  });
}

function columnStats(path: string, stats: MapLike): WrittenColumnStats {
  const values = new Map(entriesOf(stats));
  const text = (key: string) => {
    const value = values.get(key);
    return value === null || value === undefined ? undefined : String(value);
  };
  const count = (key: string) => {
    const value = text(key);
    return value === undefined ? undefined : BigInt(value);
  };
  const nan = text('has_nan');
  return {
    path: columnPath(path),
    min: text('min'),
    max: text('max'),
    nullCount: count('null_count'),
    numValues: count('num_values'),
    hasNan: nan === undefined ? undefined : nan === 'true',
  };
}

/** `"a"."b ""c"` → `['a', 'b "c']` */
export function columnPath(quoted: string): string[] {
  return [...quoted.matchAll(/"((?:[^"]|"")*)"/g)].map((match) => match[1]!.replaceAll('""', '"'));
}

/** A list as a driver hands it over: an array or `{ items }`. */
function itemsOf(list: unknown): readonly unknown[] {
  return Array.isArray(list) ? list : (list as { items: readonly unknown[] }).items;
}

function entriesOf(map: MapLike): [string, unknown][] {
  if (map === null || map === undefined) return [];
  if (map instanceof Map) return [...map.entries()].map(([key, value]) => [String(key), value]);
  const list = Array.isArray(map) ? map : (map as { entries?: unknown }).entries;
  if (Array.isArray(list))
    return list.map((entry: unknown) =>
      Array.isArray(entry)
        ? [String(entry[0]), entry[1]]
        : [String((entry as { key: unknown }).key), (entry as { value: unknown }).value],
    );
  return Object.entries(map as Record<string, unknown>);
}
