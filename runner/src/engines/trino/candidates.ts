import { nearest } from '../../errors/suggest.js';
import type { EngineFailure } from '../engine-failure.js';
import { quoteLiteral } from '../relation.js';

/** Names are looked up for suggestions: a few tables at most. */
const MOST_TABLES = 20;

/** `"gold"."tracks"` or `gold.tracks`, after FROM or JOIN. */
const TABLES = /\b(?:from|join)\s+(?:"?\w+"?\s*\.\s*)?("(?:[^"]|"")+"|\w+)\s*\.\s*("(?:[^"]|"")+"|\w+)/gi;
/** Columns that the statement makes itself, and other names that follow AS. */
const ALIASES = /\bas\s+("(?:[^"]|"")+"|[a-z_]\w*)/gi;

/**
 * Names that could have been meant: the server names none. For a column those of the tables that the statement reads and the names that
 * it gives itself, for a table those of the schema.
 *
 * @param ask gives the first column of a query
 */
export async function candidatesFor(
  failure: EngineFailure,
  ask: (sql: string) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const { subtype, statement, offset } = failure;
  const tables = [...statement.matchAll(TABLES)]
    .slice(0, MOST_TABLES)
    .map((match) => [bare(match[1]!), bare(match[2]!)] as const);
  if (subtype === 'COLUMN_NOT_FOUND') {
    const made = [...statement.matchAll(ALIASES)].map((match) => bare(match[1]!));
    const read =
      tables.length === 0
        ? []
        : await ask(
            `select distinct column_name from information_schema.columns where ${tables
              .map(
                ([schema, table]) => `(table_schema = ${quoteLiteral(schema)} and table_name = ${quoteLiteral(table)})`,
              )
              .join(' or ')} order by 1`,
          );
    return [...new Set([...read, ...near(failure.subject ?? '', made)])];
  }
  if (subtype === 'TABLE_NOT_FOUND' && offset !== undefined) {
    const wanted = tables.find(([, table]) => table === failure.subject?.toLowerCase());
    if (wanted === undefined) return [];
    const names = await ask(
      `select table_name from information_schema.tables where table_schema = ${quoteLiteral(wanted[0])} order by 1`,
    );
    return near(failure.subject!, names);
  }
  return [];
}

/** Of many names, or of names that may be something else, only what looks alike is worth telling. */
function near(name: string, names: readonly string[]): readonly string[] {
  const found = nearest(name, names);
  return found === undefined ? [] : [found];
}

/** Trino's names are in lower case. */
function bare(name: string): string {
  return name.replace(/^"|"$/g, '').replaceAll('""', '"').toLowerCase();
}
