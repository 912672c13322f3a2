import type { AddFile } from '../protocol/actions.js';
import type { StructType } from '../protocol/data-types.js';
import { toDuckDBType } from '../protocol/duckdb-types.js';
import { conjunction, enclosed, quoteIdentifier } from '../sql.js';

/** Names that rows carry through a merge beside their own columns. */
const FILE = '__delta_file';
const HIT = '__delta_hit';

export interface MergeInput {
  /** table expression of the source's rows */
  readonly source: string;
  /** the table's schema after the merge */
  readonly schema: StructType;
  /** columns that the source has */
  readonly present: readonly string[];
  readonly on: readonly string[];
  readonly update: readonly string[];
  readonly predicates: readonly string[];
  readonly deletes: string | undefined;
  /** SELECT over files of the table, with a column for the file's path where named */
  readonly scan: (files: readonly AddFile[], withFile?: string) => string;
}

/** The queries of a merge, each over the files given. */
export interface MergeSql {
  /** `path`, `n`: matching rows that differ in a column to update, by file */
  changed(files: readonly AddFile[]): string;
  /** `path`, `n`: rows to delete that no source row matches, by file */
  unmatched(files: readonly AddFile[]): string;
  /** the files' rows after the merge */
  rewritten(files: readonly AddFile[]): string;
  /** the source's rows that match none */
  inserts(files: readonly AddFile[]): string;
}

export function mergeSql(input: MergeInput): MergeSql {
  const { source, schema, present, on, update, predicates, deletes, scan } = input;
  const match = conjunction([
    ...on.map((name) => `target.${quoteIdentifier(name)} = source.${quoteIdentifier(name)}`),
    ...predicates,
  ]);
  const differs = update
    .map((name) => `target.${quoteIdentifier(name)} IS DISTINCT FROM source.${quoteIdentifier(name)}`)
    .join(' OR ');
  const names = schema.fields.map((field) => field.name);
  const doomed = deletes === undefined ? undefined : `coalesce(${enclosed(deletes)}, false)`;
  return {
    changed: (files) =>
      `SELECT target."${FILE}" AS path, count(*) AS n FROM (${scan(files, FILE)}) AS target JOIN ${source} AS source ON ${match} WHERE ${differs} GROUP BY ALL`,
    unmatched: (files) =>
      `SELECT target."${FILE}" AS path, count(*) AS n FROM (SELECT * FROM (${scan(files, FILE)}) WHERE ${doomed}) AS target ANTI JOIN ${source} AS source ON ${match} GROUP BY ALL`,
    rewritten: (files) => {
      const columns = names.map((name) => {
        const quoted = quoteIdentifier(name);
        return update.includes(name)
          ? `CASE WHEN source."${HIT}" THEN source.${quoted} ELSE target.${quoted} END AS ${quoted}`
          : `target.${quoted} AS ${quoted}`;
      });
      const rows = doomed === undefined ? scan(files) : `SELECT *, ${doomed} AS "__delta_doomed" FROM (${scan(files)})`;
      const kept = doomed === undefined ? '' : ` WHERE NOT (source."${HIT}" IS NULL AND target."__delta_doomed")`;
      return `SELECT ${columns.join(', ')} FROM (${rows}) AS target LEFT JOIN (SELECT *, true AS "${HIT}" FROM ${source}) AS source ON ${match}${kept}`;
    },
    inserts: (files) => {
      const columns = schema.fields.map(({ name, type }) => {
        const quoted = quoteIdentifier(name);
        return present.includes(name)
          ? `source.${quoted} AS ${quoted}`
          : `CAST(NULL AS ${toDuckDBType(type)}) AS ${quoted}`;
      });
      const from = `SELECT ${columns.join(', ')} FROM ${source} AS source`;
      return files.length === 0 ? from : `${from} ANTI JOIN (${scan(files)}) AS target ON ${match}`;
    },
  };
}
