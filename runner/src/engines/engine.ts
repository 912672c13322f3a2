/** A column as an engine describes it. */
export interface Column {
  readonly name: string;
  /** the engine's type name, upper case, e.g. `DECIMAL(10,2)`, `STRUCT(a INTEGER)` */
  readonly type: string;
  /** what the engine calls it where that is more than a type, e.g. `JSON`, which is a `VARCHAR` */
  readonly alias?: string | undefined;
}

/** Rows of one query, read whole. Values are plain JavaScript: see {@link Session.query}. */
export interface QueryResult {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly unknown[])[];
}

/** A part of a result. `columns[i]` holds the values of the i-th column, all of the same length. */
export interface ColumnBatch {
  readonly names: readonly string[];
  readonly columns: readonly (readonly unknown[])[];
  readonly length: number;
}

/** What an engine can do. The runner asks these, never the engine's name. */
export interface EngineCapabilities {
  /** Parquet can be written to local files (`COPY … TO`), so Delta commits are made by the runner. */
  readonly writesParquet: boolean;
  /** Rows held in this process can be made into a relation without going through SQL text. */
  readonly loadsRows: boolean;
  /** A SELECT can be type-checked without being run. */
  readonly describesQueries: boolean;
  /** Statements of several sessions run at the same time. */
  readonly concurrentSessions: boolean;
  /** Models can be built with it; where not, it reads what another engine has published. */
  readonly runsModels: boolean;
  /** Schemas and views can be made and dropped at no cost, so that a name can stand for anything. */
  readonly createsViews: boolean;
}

/** How far a running statement has come. */
export interface QueryProgress {
  /** in the engine's words, lower case: `queued`, `planning`, `running`, `finishing` */
  readonly state: string;
  /** pieces of work that are done, and those that are known so far */
  readonly done: number;
  readonly of: number;
  /** rows read so far */
  readonly rows: number;
}

/**
 * One connection: statements in a session run one after the other.
 * All methods throw {@link EngineError} with the offset in the statement (UTF-16) where the engine named one.
 */
export interface Session {
  /** Runs statements for their effect. */
  execute(sql: string): Promise<void>;
  /**
   * Runs a query and reads all rows. Values: null, boolean, string, number (integers up to 32 bits, floats),
   * bigint (64-bit and wider), Date for TIMESTAMPTZ, strings for DATE, naive TIMESTAMP, DECIMAL and UUID;
   * lists are arrays, structs and maps are objects, blobs are Uint8Array.
   */
  query(sql: string): Promise<QueryResult>;
  /** Like `query`, a batch at a time: memory stays bounded by the batch. */
  stream(sql: string): AsyncIterable<ColumnBatch>;
  /** Names and types of a SELECT's columns, from the engine's own binder, without running it. */
  describe(sql: string): Promise<readonly Column[]>;
  /**
   * Makes a temporary relation from rows held in this process and returns its quoted name.
   * The caller drops it with {@link Session.drop}. Rows that do not fit a column's type throw with row number and column.
   */
  load(columns: readonly Column[], batches: AsyncIterable<ColumnBatch>): Promise<string>;
  /** Drops what `load` made. */
  drop(relation: string): Promise<void>;
  /** Says from now on how far statements have come, where the engine tells; `undefined` ends it. */
  watch?(listener: ((progress: QueryProgress) => void) | undefined): void;
  /** Stops the running statement; its promise rejects with CancelledError. */
  cancel(): void;
  close(): Promise<void>;
}

/** An engine that is up. */
export interface Engine {
  /** `duckdb`, `trino` */
  readonly name: string;
  readonly version: string;
  readonly capabilities: EngineCapabilities;
  openSession(): Promise<Session>;
  close(): Promise<void>;
}
