import { existsSync } from 'node:fs';
import { extname, isAbsolute, join } from 'node:path';
import { quoteLiteral } from '../engines/relation.js';
import { GraphError } from '../errors/tsdbt-error.js';
import type { SourceNode } from '../manifest/nodes.js';
import type { LakeStorage } from '../materialize/lake-storage.js';

const READERS: Readonly<Record<string, string>> = {
  '.parquet': 'read_parquet',
  '.csv': 'read_csv',
  '.tsv': 'read_csv',
  '.json': 'read_json',
  '.jsonl': 'read_json',
  '.ndjson': 'read_json',
};

/**
 * A SELECT over a source that lies outside the warehouse's schemas; undefined for one that is a table of the warehouse.
 * `location` is a Delta table's folder, a file or glob pattern of a known kind (relative to the project), or a table function.
 * @throws {GraphError} TSD3060 where the place does not exist or is of an unknown kind
 */
export async function sourceSelect(
  source: SourceNode,
  projectDir: string,
  storage: Pick<LakeStorage, 'selectAt'>,
): Promise<string | undefined> {
  const { location } = source;
  if (location === undefined) return undefined;
  if (/^\w+\s*\(.*\)\s*$/s.test(location)) return `SELECT * FROM ${location}`;
  const path = isAbsolute(location) ? location : join(projectDir, location);
  const hasPattern = /[*?[]/.test(location);
  if (!hasPattern && !existsSync(path)) {
    throw new GraphError('TSD3060', `source ${source.sourceName}.${source.name}: ${location} does not exist`, {
      place: source.propertiesPlace,
    });
  }
  if (!hasPattern && existsSync(join(path, '_delta_log'))) return storage.selectAt(path);
  const reader = READERS[extname(location.replace(/\.gz$/, '')).toLowerCase()];
  if (reader === undefined) {
    throw new GraphError('TSD3060', `source ${source.sourceName}.${source.name}: cannot tell how to read ${location}`, {
      place: source.propertiesPlace,
      hint: 'give a Delta table, a .parquet, .csv, .json or .jsonl file, or a table function such as read_csv(…)',
    });
  }
  return `SELECT * FROM ${reader}(${quoteLiteral(path)})`;
}
