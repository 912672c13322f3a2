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

/** Rows of models, seeds and snapshots, by name: `tsdbt codegen` adds them. */
// biome-ignore lint/suspicious/noEmptyInterface: declared further by a file of the project
export interface Relations {}

/** Rows of sources, by `source.table`: `tsdbt codegen` adds them. */
// biome-ignore lint/suspicious/noEmptyInterface: declared further by a file of the project
export interface SourceRelations {}

/** The rows of a model, seed or snapshot, where `tsdbt codegen` has written them; else any rows. */
export type RowOf<Name extends string> = Name extends keyof Relations ? Relations[Name] : Row;

/** The rows of a source's table. */
export type SourceRowOf<
  Source extends string,
  Table extends string,
> = `${Source}.${Table}` extends keyof SourceRelations ? SourceRelations[`${Source}.${Table}`] : Row;

/** The names of a row's columns. */
type NameOf<R> = Extract<keyof R, string>;

/** An input of the model (or `this`). */
export interface InputRelation<R = Row> {
  /** name for use in SQL: `select … from ${input.relation}` */
  readonly relation: string;
  /** Delta version that this run reads; undefined for views and for what lies outside the warehouse */
  readonly version: number | undefined;
  /** all rows, as objects; meant for small tables */
  rows(): Promise<R[]>;
  /** all rows, column-wise: arrays of equal length */
  columns<Name extends NameOf<R> = NameOf<R>>(
    names?: readonly Name[],
  ): Promise<{ readonly length: number; readonly columns: { [C in Name]: Exclude<R[C], undefined>[] } }>;
  /** rows in batches of bounded size */
  batches(): AsyncIterable<{
    readonly length: number;
    readonly columns: { readonly [C in NameOf<R>]: readonly Exclude<R[C], undefined>[] };
  }>;
  count(): Promise<number>;
}

export interface ModelLogger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
}

/** Pairs `[source, table]`. */
type SourcePairs = readonly (readonly [string, string])[];

/** What `run` is given. `Refs` and `Sources` are what the model declares that it reads. */
export interface ModelContext<
  Refs extends readonly string[] = readonly string[],
  Sources extends SourcePairs = SourcePairs,
> {
  /** an input by the name in `refs`; names that are not listed there throw */
  ref<Name extends Refs[number]>(name: Name): InputRelation<RowOf<Name>>;
  source<Source extends Sources[number][0], Table extends Extract<Sources[number], readonly [Source, string]>[1]>(
    source: Source,
    table: Table,
  ): InputRelation<SourceRowOf<Source, Table>>;
  /** all rows of an input: `ref(name).rows()` */
  rows<Name extends Refs[number]>(name: Name): Promise<RowOf<Name>[]>;
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

export interface ModelDefinition<
  Refs extends readonly string[] = readonly string[],
  Sources extends SourcePairs = SourcePairs,
> {
  readonly description?: string;
  readonly config?: ModelConfig;
  /** literal names of the models, seeds and snapshots that `run` reads */
  readonly refs?: Refs;
  /** literal pairs `[source, table]` */
  readonly sources?: Sources;
  /** The contract: the columns of the table, in order. */
  readonly columns: { readonly [column: string]: ColumnDefinition | string };
  run(context: ModelContext<Refs, Sources>): Promise<ModelResult> | ModelResult;
}

/** Declares a TypeScript model; the file exports the result as its default. */
export function defineModel<
  const Refs extends readonly string[] = readonly [],
  const Sources extends SourcePairs = readonly [],
>(definition: ModelDefinition<Refs, Sources>): ModelDefinition<Refs, Sources> {
  return definition;
}
