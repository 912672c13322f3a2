import type { StructType } from '../protocol/data-types.js';
import { toDuckDBType } from '../protocol/duckdb-types.js';
import { conjunction, enclosed, identifierList, ownName, quoteIdentifier } from '../sql.js';
import { POSITION, type UpdatedRows } from './row-changes.js';

/** Numbers the source's rows. */
export const SOURCE = ownName('source');
/** Whether a matching row differs from the source's. */
const DIFFERS = ownName('differs');

export interface MergeInput {
  /** table expression of the source's rows, numbered (see {@link numbered}) */
  readonly source: string;
  /** the table's schema after the merge */
  readonly schema: StructType;
  /** columns that the source has */
  readonly present: readonly string[];
  /** SQL of what inserted rows get for columns that the source does not have; null for others */
  readonly defaults: ReadonlyMap<string, string>;
  readonly on: readonly string[];
  readonly update: readonly string[];
  readonly predicates: readonly string[];
  readonly deletes: string | undefined;
  /** rows carry the values they had before, for the change data feed */
  readonly feeds: boolean;
}

/** The queries of a merge. A scan is a SELECT over files of the table, with the column {@link POSITION}. */
export interface MergeSql {
  /** rows that match: their position, the number of the source's row, and of those that differ what of them stays */
  matches(scan: string): string;
  /** how many rows become others, as `n`. @param matches table expression */
  countDiffering(matches: string): string;
  /** the rows that become others. @param matches table expression */
  updated(matches: string): UpdatedRows;
  /** the rows that the source does not have. @param scan of all files */
  deleted(scan: string, predicate: string): string;
  /** the source's rows that match none. @param matches table expression; undefined where none can match */
  inserts(matches: string | undefined): string;
  /** the source's rows that match none, found without the matches */
  insertsInto(scan: string): string;
  /** the changes as the feed has them. @param matches, deleted table expressions */
  feed(matches: string | undefined, deleted: string | undefined, inserts: string | undefined): string | undefined;
}

/** A SELECT of the source's rows with a number each: a match is found once, and names the row by it. */
export function numbered(select: string): string {
  return `SELECT *, row_number() OVER () AS "${SOURCE}" FROM (${select})`;
}

export function mergeSql(input: MergeInput): MergeSql {
  const { source, schema, present, defaults, on, update, predicates, feeds } = input;
  const names = schema.fields.map((field) => field.name);
  const match = conjunction([
    ...on.map((name) => `target.${quoteIdentifier(name)} = source.${quoteIdentifier(name)}`),
    ...predicates,
  ]);
  const differs =
    update
      .map((name) => `target.${quoteIdentifier(name)} IS DISTINCT FROM source.${quoteIdentifier(name)}`)
      .join(' OR ') || 'false';
  const before = (name: string) => quoteIdentifier(ownName(`before ${name}`));
  const kept = feeds ? names : names.filter((name) => !update.includes(name));
  const inserted = schema.fields.map(({ name, type }) => {
    const quoted = quoteIdentifier(name);
    if (present.includes(name)) return `source.${quoted}`;
    return `${defaults.get(name) ?? `CAST(NULL AS ${toDuckDBType(type)})`} AS ${quoted}`;
  });
  const inserts = `SELECT ${inserted.join(', ')} FROM ${source} AS source`;
  const rowsThatDiffer = (matches: string) => {
    const columns = names.map((name) => {
      const quoted = quoteIdentifier(name);
      return update.includes(name) ? `source.${quoted}` : `matches.${before(name)} AS ${quoted}`;
    });
    return `(SELECT matches."${POSITION}", ${columns.join(', ')} FROM ${matches} AS matches JOIN ${source} AS source ON matches."${SOURCE}" = source."${SOURCE}" WHERE matches."${DIFFERS}")`;
  };
  return {
    matches(scan) {
      const columns = kept.map(
        (name) => `CASE WHEN "${DIFFERS}" THEN target.${quoteIdentifier(name)} END AS ${before(name)}`,
      );
      return `SELECT ${[`target."${POSITION}"`, `source."${SOURCE}"`, `(${differs}) AS "${DIFFERS}"`, ...columns].join(', ')} FROM (${scan}) AS target JOIN ${source} AS source ON ${match}`;
    },
    countDiffering: (matches) => `SELECT count(*) AS n FROM ${matches} WHERE "${DIFFERS}"`,
    updated: (matches) => ({
      positions: `(SELECT "${POSITION}" FROM ${matches} WHERE "${DIFFERS}")`,
      rows: rowsThatDiffer(matches),
    }),
    deleted(scan, predicate) {
      const columns = [`"${POSITION}"`, ...(feeds ? names.map(quoteIdentifier) : [])];
      const asked = `SELECT * FROM (${scan}) WHERE coalesce(${enclosed(predicate)}, false)`;
      return `SELECT ${columns.join(', ')} FROM (${asked}) AS target ANTI JOIN ${source} AS source ON ${match}`;
    },
    inserts: (matches) =>
      matches === undefined
        ? inserts
        : `${inserts} ANTI JOIN ${matches} AS matches ON source."${SOURCE}" = matches."${SOURCE}"`,
    insertsInto: (scan) => `${inserts} ANTI JOIN (${scan}) AS target ON ${match}`,
    feed(matches, deleted, further) {
      const old = names.map((name) => `${before(name)} AS ${quoteIdentifier(name)}`).join(', ');
      const parts = [
        ...(deleted === undefined ? [] : [`SELECT ${identifierList(names)}, 'delete' AS _change_type FROM ${deleted}`]),
        ...(matches === undefined
          ? []
          : [
              `SELECT ${old}, 'update_preimage' AS _change_type FROM ${matches} WHERE "${DIFFERS}"`,
              `SELECT ${identifierList(names)}, 'update_postimage' AS _change_type FROM ${rowsThatDiffer(matches)}`,
            ]),
        ...(further === undefined ? [] : [`SELECT *, 'insert' AS _change_type FROM (${further})`]),
      ];
      return parts.length === 0 ? undefined : parts.join('\nUNION ALL\n');
    },
  };
}
