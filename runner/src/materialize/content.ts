import type { Session } from '../engines/engine.js';
import { quoteIdentifier } from '../engines/relation.js';

/**
 * True when two SELECTs give the same rows (as multisets, in any order) under the same columns.
 * Compares counts and sums of 64-bit row hashes: a false "same" needs two sums of hashes to collide.
 */
export async function sameContent(session: Session, left: string, right: string): Promise<boolean> {
  const [a, b] = [await session.describe(left), await session.describe(right)];
  if (a.length !== b.length || a.some((column, i) => column.name !== b[i]!.name || column.type !== b[i]!.type))
    return false;
  return (await fingerprint(session, left, a)) === (await fingerprint(session, right, b));
}

async function fingerprint(
  session: Session,
  select: string,
  columns: readonly { readonly name: string }[],
): Promise<string> {
  const names = columns.map((column) => quoteIdentifier(column.name)).join(', ');
  const { rows } = await session.query(
    `SELECT count(*), coalesce(sum(hash(${names})), 0), coalesce(bit_xor(hash(${names}, 'x')), 0) FROM (${select}\n) AS compared`,
  );
  return rows[0]!.map(String).join(':');
}
