/** What TypeScript models export. The engine loads the file at parse time and calls `run` when the node runs. */

/** JavaScript values of a column, by its declared type. */
export type CellValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Date
  | Uint8Array
  | readonly CellValue[]
  | { readonly [field: string]: CellValue };

export type Row = { readonly [column: string]: CellValue | undefined };

/** Column arrays of equal length. Typed arrays hold no nulls; NaN stays NaN. */
export interface Columns {
  readonly [column: string]:
    | readonly CellValue[]
    | Float64Array
    | Float32Array
    | Int32Array
    | BigInt64Array
    | Uint8Array;
}

/** A column of the contract. `type` is a DuckDB type name: `varchar`, `double`, `timestamptz`, `varchar[]`, … */
export interface ColumnDefinition {
  readonly type: string;
  readonly description?: string;
  readonly nullable?: boolean;
}

/** A SELECT to run, instead of rows: `return sql('select …')`. */
export class SqlResult {
  constructor(readonly text: string) {}
}

/** Marks text as the SELECT whose rows are the model's. */
export function sql(text: string): SqlResult {
  return new SqlResult(text);
}

/** An input of the model (or `this`). */
export interface InputRelation {
  /** name for use in SQL: `select … from ${input.relation}` */
  readonly relation: string;
  /** Delta version that this run reads; undefined for views and for what lies outside the warehouse */
  readonly version: number | undefined;
  /** all rows, as objects; meant for small tables */
  rows(): Promise<Row[]>;
  /** all rows, column-wise: arrays of equal length */
  columns(
    names?: readonly string[],
  ): Promise<{ readonly length: number; readonly columns: Record<string, CellValue[]> }>;
  /** rows in batches of bounded size */
  batches(): AsyncIterable<{ readonly length: number; readonly columns: Record<string, readonly CellValue[]> }>;
  count(): Promise<number>;
}

export interface ModelLogger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
}

export interface ModelContext {
  /** an input by the name in `refs`; names that are not listed there throw */
  ref(name: string): InputRelation;
  source(source: string, table: string): InputRelation;
  /** the table as it is published now; undefined on the first run and with --full-refresh */
  readonly this: InputRelation | undefined;
  readonly isIncremental: boolean;
  /** runs a SELECT over the inputs and returns its rows */
  query(sql: string): Promise<Row[]>;
  var<T = unknown>(name: string, fallback?: T): T;
  /** an environment variable; without a fallback a missing one throws */
  env(name: string, fallback?: string): string;
  readonly log: ModelLogger;
  /** reports progress: `done` of `total` in `unit` (rows, files, trees) */
  progress(done: number, total?: number, unit?: string): void;
  /** aborted when the run is interrupted */
  readonly signal: AbortSignal;
  /** absolute path of the project's folder */
  readonly projectDir: string;
  /** start of the run, the same for all nodes */
  readonly runStartedAt: Date;
  readonly invocationId: string;
}

export type ModelResult = readonly Row[] | Columns | AsyncIterable<Row | readonly Row[] | Columns> | SqlResult;

export interface ModelConfig {
  readonly materialized?: 'table' | 'incremental';
  readonly unique_key?: string | readonly string[];
  readonly incremental_strategy?: 'append' | 'merge';
  readonly tags?: readonly string[];
  readonly schema?: string;
  readonly alias?: string;
  readonly enabled?: boolean;
  readonly partition_by?: readonly string[];
  readonly [key: string]: unknown;
}

export interface ModelDefinition {
  readonly description?: string;
  readonly config?: ModelConfig;
  /** literal names of the models, seeds and snapshots that `run` reads */
  readonly refs?: readonly string[];
  /** literal pairs `[source, table]` */
  readonly sources?: readonly (readonly [string, string])[];
  /** The contract: the columns of the table, in order. */
  readonly columns: { readonly [column: string]: ColumnDefinition | string };
  run(context: ModelContext): Promise<ModelResult> | ModelResult;
}

/** Declares a TypeScript model; the file exports the result as its default. */
export function defineModel<const D extends ModelDefinition>(definition: D): D {
  return definition;
}
