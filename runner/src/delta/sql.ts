/** `a"b` → `"a""b"` */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A name for what queries have beside the columns of a table: no column begins with a control character. */
export function ownName(name: string): string {
  return `\u0001${name}`;
}

/** `it's` → `'it''s'`. A NUL byte, which SQL text cannot carry, is spelled with `chr(0)`. */
export function quoteLiteral(text: string): string {
  const quoted = `'${text.replaceAll("'", "''")}'`;
  return quoted.includes('\0') ? `(${quoted.replaceAll('\0', "' || chr(0) || '")})` : quoted;
}

/** `["a", "b"]` → `"a", "b"` */
export function identifierList(names: readonly string[]): string {
  return names.map(quoteIdentifier).join(', ');
}

/** SQL of the user's own in parentheses, on lines of its own: it may end in a comment. */
export function enclosed(sql: string): string {
  return `(\n${sql}\n)`;
}

/** The names of a session's views, without their schemas. */
export const VIEW_NAMES = 'SELECT view_name AS name FROM duckdb_views() WHERE NOT internal';

/** A predicate that holds where all of them hold; `true` for none. */
export function conjunction(predicates: readonly string[]): string {
  return predicates.length === 0 ? 'true' : predicates.map(enclosed).join(' AND ');
}

/**
 * A value as one that is computed: the same, but conditions on it stay with the engine, which otherwise compares within the Parquet file that a
 * column comes from, by that file's bounds and type. Holds for fields of a struct as well.
 */
export function computedSql(value: string): string {
  return `CASE WHEN ${value} IS NULL THEN NULL ELSE ${value} END`;
}
