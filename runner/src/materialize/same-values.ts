import { quoteLiteral } from '../delta/sql.js';
import type { Column, Session } from '../engines/engine.js';
import { quoteIdentifier } from '../engines/relation.js';

/** Up to so many different values are written out. */
const FEW = 100;

/** Types whose values are the same again when they are read from their text, and equal to others only if they are the same. */
const PLAIN =
  /^(?:BOOLEAN|TINYINT|SMALLINT|INTEGER|BIGINT|DECIMAL\(\d+,\d+\)|VARCHAR|DATE|TIMESTAMP|TIMESTAMP WITH TIME ZONE)$/;

/**
 * A predicate for the rows of a table whose values occur among new rows. Where those are few, it names them: then it judges each row by
 * itself, so that files and partitions without such a row are not read, and what others commit meanwhile conflicts only where it has some.
 *
 * @param rows name of a table with the new rows
 * @param columns names of the columns that are compared, together
 * @param table columns of the table
 * @param nullsMatch whether a null is the same as another: partitions that are null are, keys are not
 */
export async function sameValues(
  session: Session,
  rows: string,
  columns: readonly string[],
  table: readonly Column[],
  nullsMatch: boolean,
): Promise<string> {
  return (
    (await namedValues(session, rows, columns, table, nullsMatch)) ??
    `(${nullsMatch ? '' : columns.map((name) => `${quoteIdentifier(name)} is not null and `).join('')}${isAmong(rows, columns)})`
  );
}

function isAmong(rows: string, columns: readonly string[]): string {
  const together = `{${columns.map((name, i) => `'k${i}': ${quoteIdentifier(name)}`).join(', ')}}`;
  return `${together} in (select ${together} from ${rows})`;
}

/** The predicate with the values in it; undefined where they are many, or of other types than the table's or such as have no exact text. */
async function namedValues(
  session: Session,
  rows: string,
  columns: readonly string[],
  table: readonly Column[],
  nullsMatch: boolean,
): Promise<string | undefined> {
  const given = await session.describe(`select ${columns.map(quoteIdentifier).join(', ')} from ${rows}`);
  const types = columns.map((name) => table.find((column) => column.name.toLowerCase() === name.toLowerCase())?.type);
  if (given.some(({ type }, i) => type !== types[i] || !PLAIN.test(type))) return undefined;
  const texts = columns.map((name, i) => `cast(${quoteIdentifier(name)} as varchar) as k${i}`);
  const present = nullsMatch ? [] : columns.map((name) => `${quoteIdentifier(name)} is not null`);
  const where = present.length === 0 ? '' : ` where ${present.join(' and ')}`;
  const found = await session.query(`select distinct ${texts.join(', ')} from ${rows}${where} limit ${FEW + 1}`);
  if (found.rows.length > FEW) return undefined;
  const same = found.rows.map((values) => {
    const each = columns.map((name, i) => {
      const value = values[i];
      return value === null || value === undefined
        ? `${quoteIdentifier(name)} is null`
        : `${quoteIdentifier(name)} = cast(${quoteLiteral(String(value))} as ${types[i]})`;
    });
    return `(${each.join(' and ')})`;
  });
  return same.length === 0 ? 'false' : `(${same.sort().join(' or ')})`;
}
