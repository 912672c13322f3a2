/** What the Delta log asks of an engine: Parquet is read and written there, never here. */

/** A column of a SELECT. */
export interface SelectColumn {
  readonly name: string;
  /** DuckDB type name, e.g. `DECIMAL(10,2)`, `TIMESTAMP WITH TIME ZONE`, `STRUCT(a INTEGER)[]` */
  readonly type: string;
}

/** Statistics of one column of a written file; values as DuckDB prints them. */
export interface WrittenColumnStats {
  /** path of the column, nested fields as further elements */
  readonly path: readonly string[];
  readonly min: string | undefined;
  readonly max: string | undefined;
  readonly nullCount: bigint | undefined;
  readonly numValues: bigint | undefined;
  /** NaN was among the values */
  readonly hasNan: boolean | undefined;
}

export interface WrittenFile {
  /** absolute path */
  readonly path: string;
  readonly rows: bigint;
  /** bytes */
  readonly size: bigint;
  readonly columns: readonly WrittenColumnStats[];
  /** hive partition keys of the file, when partitioned; null for null */
  readonly partition: Readonly<Record<string, string | null>> | undefined;
}

export interface ParquetWriteOptions {
  /** absolute path of a single file to write; its folder exists */
  readonly path: string;
  /** Parquet codec; default zstd */
  readonly compression?: string;
  /** rows in a row group; default 122,880 */
  readonly rowGroupSize?: number;
  /** value of the option `FIELD_IDS` of COPY */
  readonly fieldIds?: string | undefined;
  /** false: nobody asks for the statistics of its columns, and the engine may leave them out; default true */
  readonly statistics?: boolean | undefined;
}

/** Files of one write, cut where they grow large. */
export interface ParquetFilesOptions extends Omit<ParquetWriteOptions, 'path' | 'statistics'> {
  /** absolute path of a folder that exists */
  readonly folder: string;
  /** name of each file without its ending; `{i}` stands for its number */
  readonly name: string;
  /** a file that has grown to this many bytes is closed, and another begun */
  readonly fileSizeBytes: number;
}

export interface ParquetEngine {
  /** names and types of a SELECT, without running it */
  describe(select: string): Promise<readonly SelectColumn[]>;
  /** writes the rows of a SELECT to one new Parquet file and returns its statistics */
  writeParquet(select: string, options: ParquetWriteOptions): Promise<WrittenFile>;
  /** writes the rows of a SELECT to one or more new files; without it, every write is one file */
  writeParquetFiles?(select: string, options: ParquetFilesOptions): Promise<readonly WrittenFile[]>;
  /** reads rows, as objects by column name; 64-bit integers as bigint */
  query(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  execute(sql: string): Promise<void>;
  /** names of the views that a SELECT may read, without their schemas; for engines that know a cheaper way than a query */
  views?(): Promise<readonly string[]>;
}
