/**
 * The name of a table or view as SQL sees it. `toString` is what `{{ ref('x') }}` prints.
 * Names are quoted with double quotes, which DuckDB and Trino both take.
 */
export class Relation {
  constructor(
    readonly schema: string,
    readonly identifier: string,
    /** catalog; left out of the printed name when undefined */
    readonly database?: string | undefined,
    readonly type: 'table' | 'view' | 'ephemeral' | 'function' = 'table',
  ) {}

  toString(): string {
    if (this.type === 'ephemeral') return this.identifier;
    const parts = [this.schema, this.identifier];
    if (this.database !== undefined) parts.unshift(this.database);
    return parts.map(quoteIdentifier).join('.');
  }
}

/** `a"b` → `"a""b"` */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** `it's` → `'it''s'` */
export function quoteLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
