import type { StructType } from '../protocol/data-types.js';
import { toDuckDBType } from '../protocol/duckdb-types.js';
import { conjunction, enclosed, identifierList, quoteIdentifier } from '../sql.js';
import { FILE, ROW } from './row-changes.js';

/** What happens to a row of the table: it is updated, or deleted because the source does not have it. */
const KIND = '__delta_kind';

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
  /** rows carry the values they had before, for the change data feed */
  readonly feeds: boolean;
}

/** The queries of a merge. `scan` is a SELECT over files of the table, with the columns {@link FILE} and {@link ROW}. */
export interface MergeSql {
  /** the rows that change, each with its file, its position, and the values it is to have; undefined where none can */
  changed(near: string | undefined, all: string | undefined): string | undefined;
  /** how many rows of `changed` are updated, how many deleted */
  counts(changed: string): string;
  /** the updated rows */
  updated(changed: string): string;
  /** the source's rows that match none */
  inserts(near: string | undefined): string;
  /** the changes as the feed has them */
  feed(changed: string, inserts: string | undefined): string;
}

export function mergeSql(input: MergeInput): MergeSql {
  const { source, schema, present, on, update, predicates, deletes, feeds } = input;
  const names = schema.fields.map((field) => field.name);
  const match = conjunction([
    ...on.map((name) => `target.${quoteIdentifier(name)} = source.${quoteIdentifier(name)}`),
    ...predicates,
  ]);
  const differs = update
    .map((name) => `target.${quoteIdentifier(name)} IS DISTINCT FROM source.${quoteIdentifier(name)}`)
    .join(' OR ');
  const before = (name: string) => quoteIdentifier(`__before_${name}`);
  const rows = (kind: string, value: (name: string) => string) =>
    [
      `target."${FILE}" AS "${FILE}"`,
      `target."${ROW}" AS "${ROW}"`,
      `'${kind}' AS "${KIND}"`,
      ...names.map((name) => `${value(name)}.${quoteIdentifier(name)} AS ${quoteIdentifier(name)}`),
      ...(feeds ? names.map((name) => `target.${quoteIdentifier(name)} AS ${before(name)}`) : []),
    ].join(', ');
  return {
    changed(near, all) {
      const parts: string[] = [];
      if (near !== undefined && update.length > 0)
        parts.push(
          `SELECT ${rows('update', (name) => (update.includes(name) ? 'source' : 'target'))} FROM (${near}) AS target JOIN ${source} AS source ON ${match} WHERE ${differs}`,
        );
      if (all !== undefined && deletes !== undefined)
        parts.push(
          `SELECT ${rows('delete', () => 'target')} FROM (SELECT * FROM (${all}) WHERE coalesce(${enclosed(deletes)}, false)) AS target ANTI JOIN ${source} AS source ON ${match}`,
        );
      return parts.length === 0 ? undefined : parts.join('\nUNION ALL\n');
    },
    counts: (changed) =>
      `SELECT count(*) FILTER (WHERE "${KIND}" = 'update') AS updated, count(*) FILTER (WHERE "${KIND}" = 'delete') AS deleted FROM ${changed}`,
    updated: (changed) => `SELECT ${identifierList(names)} FROM ${changed} WHERE "${KIND}" = 'update'`,
    inserts(near) {
      const columns = schema.fields.map(({ name, type }) => {
        const quoted = quoteIdentifier(name);
        return present.includes(name)
          ? `source.${quoted} AS ${quoted}`
          : `CAST(NULL AS ${toDuckDBType(type)}) AS ${quoted}`;
      });
      const from = `SELECT ${columns.join(', ')} FROM ${source} AS source`;
      return near === undefined ? from : `${from} ANTI JOIN (${near}) AS target ON ${match}`;
    },
    feed(changed, inserts) {
      const old = names.map((name) => `${before(name)} AS ${quoteIdentifier(name)}`).join(', ');
      return [
        `SELECT ${old}, CASE "${KIND}" WHEN 'update' THEN 'update_preimage' ELSE 'delete' END AS _change_type FROM ${changed}`,
        `SELECT ${identifierList(names)}, 'update_postimage' FROM ${changed} WHERE "${KIND}" = 'update'`,
        ...(inserts === undefined ? [] : [`SELECT *, 'insert' FROM (${inserts})`]),
      ].join('\nUNION ALL\n');
    },
  };
}
