import type { StructType } from '../protocol/data-types.js';
import { toDuckDBType } from '../protocol/duckdb-types.js';
import { conjunction, enclosed, identifierList, ownName, quoteIdentifier } from '../sql.js';
import { SOURCE } from './merge-sql.js';
import { POSITION, type UpdatedRows } from './row-changes.js';

/** Number of the clause that decides about a row; null where none does. */
const CLAUSE = ownName('clause');

/** A clause, ready to be run. */
export interface PlannedClause {
  /** SQL condition; undefined for one that always holds */
  readonly when: string | undefined;
  /** column → SQL of its value, already of the column's type; undefined for a clause that deletes */
  readonly values: ReadonlyMap<string, string> | undefined;
}

export interface MergeClausesInput {
  /** table expression of the source's rows, numbered */
  readonly source: string;
  /** the table's schema after the merge */
  readonly schema: StructType;
  /** SQL conditions of a match, over `target` and `source` */
  readonly on: readonly string[];
  /** SQL of what inserted rows get for columns of which a clause says nothing; null for others */
  readonly defaults: ReadonlyMap<string, string>;
  readonly matched: readonly PlannedClause[];
  readonly notMatched: readonly PlannedClause[];
  readonly notMatchedBySource: readonly PlannedClause[];
  /** rows carry the values they had before, for the change data feed */
  readonly feeds: boolean;
}

/** The queries of a merge by clauses. A scan is a SELECT over files of the table, with the column {@link POSITION}. */
export interface MergeClausesSql {
  /** all pairs that match, with the clause that decides about each */
  matches(scan: string): string;
  /** rows of the table that match no row of the source and about which a clause decides */
  orphans(scan: string): string;
  /** how many rows of the table several rows of the source decide about, as `n`, one of their numbers as `example`. @param matches table expression */
  ambiguous(matches: string): string;
  /** table expression of the rows that go; undefined where no clause deletes */
  deleted(matches: string | undefined, orphans: string | undefined): string | undefined;
  /** the rows that become others; undefined where no clause updates */
  updated(matches: string | undefined, orphans: string | undefined): UpdatedRows | undefined;
  /** the rows that come; undefined where no clause inserts. @param matches undefined where no row can match */
  inserts(matches: string | undefined): string | undefined;
  /** the changes as the feed has them */
  feed(matches: string | undefined, orphans: string | undefined, inserts: string | undefined): string | undefined;
}

/** Table expressions of decided rows, with the clauses that decided. */
type Decided = readonly (readonly [string, readonly PlannedClause[]])[];

export function mergeClausesSql(input: MergeClausesInput): MergeClausesSql {
  const { source, schema, feeds } = input;
  const names = schema.fields.map((field) => field.name);
  const on = conjunction(input.on);
  const before = (name: string) => quoteIdentifier(ownName(`before ${name}`));
  const decision = (clauses: readonly PlannedClause[]) =>
    `CASE ${clauses.map(({ when }, i) => `WHEN ${when === undefined ? 'true' : enclosed(when)} THEN ${i}`).join(' ') || 'WHEN false THEN 0'} END AS "${CLAUSE}"`;
  const columns = (clauses: readonly PlannedClause[]) =>
    names.flatMap((name) => {
      const quoted = quoteIdentifier(name);
      const cases = clauses.flatMap(({ values }, i) =>
        values?.has(name) ? [`WHEN ${i} THEN ${values.get(name)}`] : [],
      );
      const old = `CASE WHEN "${CLAUSE}" IS NOT NULL THEN target.${quoted} END`;
      const now = cases.length === 0 ? old : `CASE "${CLAUSE}" ${cases.join(' ')} ELSE ${old} END`;
      return feeds ? [`${now} AS ${quoted}`, `${old} AS ${before(name)}`] : [`${now} AS ${quoted}`];
    });
  const decided = (matches: string | undefined, orphans: string | undefined): Decided => [
    ...(matches === undefined ? [] : [[matches, input.matched] as const]),
    ...(orphans === undefined ? [] : [[orphans, input.notMatchedBySource] as const]),
  ];
  const union = (tables: Decided, deletes: boolean, select: string): string | undefined => {
    const parts = tables.flatMap(([table, clauses]) => {
      const numbers = clauses.flatMap(({ values }, i) => ((values === undefined) === deletes ? [i] : []));
      return numbers.length === 0
        ? []
        : [`SELECT ${select} FROM ${table} WHERE "${CLAUSE}" IN (${numbers.join(', ')})`];
    });
    return parts.length === 0 ? undefined : parts.join(' UNION ALL ');
  };
  const old = names.map((name) => `${before(name)} AS ${quoteIdentifier(name)}`).join(', ');
  return {
    matches: (scan) =>
      `SELECT target."${POSITION}", source."${SOURCE}", ${[decision(input.matched), ...columns(input.matched)].join(', ')} FROM (${scan}) AS target JOIN ${source} AS source ON ${on}`,
    orphans(scan) {
      const clauses = input.notMatchedBySource;
      const alone = `SELECT * FROM (${scan}) AS target ANTI JOIN ${source} AS source ON ${on}`;
      const select = [`target."${POSITION}"`, decision(clauses), ...columns(clauses)].join(', ');
      return `SELECT * FROM (SELECT ${select} FROM (${alone}) AS target) WHERE "${CLAUSE}" IS NOT NULL`;
    },
    ambiguous: (matches) =>
      `SELECT count(*) AS n, min(example) AS example FROM (SELECT min("${SOURCE}") AS example FROM ${matches} WHERE "${CLAUSE}" IS NOT NULL GROUP BY "${POSITION}" HAVING count(*) > 1)`,
    deleted(matches, orphans) {
      const rows = union(decided(matches, orphans), true, `"${POSITION}"`);
      return rows === undefined ? undefined : `(SELECT DISTINCT "${POSITION}" FROM (${rows}))`;
    },
    updated(matches, orphans) {
      const rows = union(decided(matches, orphans), false, `"${POSITION}", ${identifierList(names)}`);
      return rows === undefined ? undefined : { positions: `(SELECT "${POSITION}" FROM (${rows}))`, rows: `(${rows})` };
    },
    inserts(matches) {
      const clauses = input.notMatched;
      if (clauses.length === 0) return undefined;
      const values = schema.fields.map(({ name, type }) => {
        const cases = clauses.flatMap(({ values: of }, i) => (of?.has(name) ? [`WHEN ${i} THEN ${of.get(name)}`] : []));
        const other = input.defaults.get(name) ?? 'NULL';
        const value = cases.length === 0 ? other : `CASE "${CLAUSE}" ${cases.join(' ')} ELSE ${other} END`;
        return `CAST(${value} AS ${toDuckDBType(type)}) AS ${quoteIdentifier(name)}`;
      });
      const fresh =
        matches === undefined
          ? `${source} AS source`
          : `${source} AS source ANTI JOIN ${matches} AS matches ON source."${SOURCE}" = matches."${SOURCE}"`;
      const select = `SELECT ${[decision(clauses), ...values].join(', ')} FROM ${fresh}`;
      return `SELECT ${identifierList(names)} FROM (${select}) WHERE "${CLAUSE}" IS NOT NULL`;
    },
    feed(matches, orphans, further) {
      const tables = decided(matches, orphans);
      const kind = (text: string) => `'${text}' AS _change_type`;
      const gone = union(tables, true, `"${POSITION}", ${old}`);
      const parts = [
        gone === undefined
          ? undefined
          : `SELECT ${identifierList(names)}, ${kind('delete')} FROM (SELECT DISTINCT ON ("${POSITION}") * FROM (${gone}))`,
        union(tables, false, `${old}, ${kind('update_preimage')}`),
        union(tables, false, `${identifierList(names)}, ${kind('update_postimage')}`),
        further === undefined ? undefined : `SELECT *, ${kind('insert')} FROM (${further})`,
      ].filter((part) => part !== undefined);
      return parts.length === 0 ? undefined : parts.join('\nUNION ALL\n');
    },
  };
}
