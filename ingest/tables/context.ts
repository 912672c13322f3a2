/** A table that can be asked, as the engine hands it to a model. */
export interface ReadableTable {
  readonly relation: string;
}

/** What the functions here need from the model that calls them; a model's context has all of it. */
export interface TableContext {
  readonly projectDir: string;
  readonly runStartedAt: Date;
  readonly signal: AbortSignal;
  readonly log: { debug(message: string): void; info(message: string): void; warn(message: string): void };
  /** the table that is being built, as it was before */
  readonly this: ReadableTable | undefined;
  ref(name: string): ReadableTable;
  query(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  var<T = unknown>(name: string, fallback?: T): T;
  /** an environment variable, `.env` included */
  env(name: string, fallback: string): string;
  progress(done: number, total?: number, unit?: string): void;
}

export type Cell = null | boolean | number | string | Date;

/** Arrays of equal length, by column. */
export type ColumnBatch = Record<string, Cell[]>;

/** How a row becomes the cells of a table, in the order of its columns. */
export type CellsOf<T> = Readonly<Record<string, (row: T) => Cell>>;

/** Turns rows into columns. */
export function toColumns<T>(rows: readonly T[], cells: CellsOf<T>): ColumnBatch {
  return Object.fromEntries(Object.entries(cells).map(([column, cell]) => [column, rows.map(cell)]));
}

/** Rows of `relation` that satisfy `condition`. */
export async function countWhere(context: TableContext, table: ReadableTable, condition: string): Promise<number> {
  const rows = await context.query(`select count(*) as n from ${table.relation} where ${condition}`);
  return Number(rows[0]?.n ?? 0);
}

/** A count as people write it: `26,856`. */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

/** When rows of a file were last taken into a table with the columns `source_file` and `ingested_at`. */
export async function latestIngestion(
  context: TableContext,
  table: ReadableTable,
  file: string,
): Promise<Date | undefined> {
  const [row] = await context.query(
    `select max(epoch_ms(ingested_at)) as at from ${table.relation} where source_file = ${quoted(file)}`,
  );
  return row?.at === null || row?.at === undefined ? undefined : new Date(Number(row.at));
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
