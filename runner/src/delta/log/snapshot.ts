import { StorageError } from '../../errors/tsdbt-error.js';
import type { SelectColumn } from '../parquet.js';
import type {
  AddFile,
  CommitInfo,
  DomainMetadata,
  LiveFile,
  Metadata,
  Protocol,
  RemoveFile,
} from '../protocol/actions.js';
import { type ColumnMappingMode, mappingMode } from '../protocol/column-mapping.js';
import { parseSchema, type StructType } from '../protocol/data-types.js';
import { type DeletedRows, NO_DELETED_ROWS } from '../protocol/deletion-vectors.js';
import { toDuckDBType } from '../protocol/duckdb-types.js';
import { mapsColumns, requireReadable } from '../protocol/features.js';
import { recordsOf } from '../protocol/stats.js';
import { requireKnownTypeChanges } from '../protocol/type-widening.js';
import type { TableState } from './replay.js';
import { scanSql, type TableLayout } from './scan-sql.js';

export function haveStats(files: readonly LiveFile[]): files is readonly AddFile[] {
  return files.every(({ stats }) => typeof stats !== 'object' || stats === null);
}

/**
 * One version of a table: everything that reading it needs. Immutable.
 *
 * @typeParam File `AddFile` where the statistics of its files have been read (see `with-stats.ts`)
 */
export class Snapshot<File extends LiveFile = LiveFile> implements TableLayout {
  readonly metadata: Metadata;
  readonly protocol: Protocol;
  readonly schema: StructType;
  /** as DuckDB reads them, in the schema's order */
  readonly columns: readonly SelectColumn[];
  readonly partitionColumns: readonly string[];
  readonly mapping: ColumnMappingMode;

  /**
   * @param location the table's folder, absolute
   * @param timestamp when the version was committed
   * @param deletedRows what the deletion vectors of its files take away
   * @param modified when the file of its commit was written, milliseconds since the epoch: tells whether it still is the same
   * @throws StorageError TSD6012 naming the table feature for a table that cannot be read rightly
   */
  constructor(
    readonly location: string,
    readonly version: number,
    readonly timestamp: Date,
    readonly state: TableState<File>,
    readonly deletedRows: DeletedRows = NO_DELETED_ROWS,
    readonly modified?: number | undefined,
  ) {
    if (state.metadata === undefined || state.protocol === undefined)
      throw new StorageError(
        'TSD6011',
        `${location}: the log has no ${state.protocol ? 'metaData' : 'protocol'} action`,
      );
    this.metadata = state.metadata;
    this.protocol = state.protocol;
    this.schema = parseSchema(this.metadata.schemaString, location);
    requireReadable(location, this.protocol, this.metadata);
    requireKnownTypeChanges(location, this.schema);
    this.mapping = mapsColumns(this.protocol) ? mappingMode(location, this.metadata.configuration) : 'none';
    this.columns = this.schema.fields.map(({ name, type }) => ({
      name,
      type: toDuckDBType(type, `${location}: column "${name}" is`),
    }));
    this.partitionColumns = this.metadata.partitionColumns;
  }

  get files(): readonly File[] {
    return [...this.state.files.values()];
  }

  get tombstones(): readonly RemoveFile[] {
    return [...this.state.tombstones.values()];
  }

  /** Table properties. */
  get properties(): Readonly<Record<string, string>> {
    return this.metadata.configuration;
  }

  /** Provenance of this version's commit, when it is still in the log. */
  get commitInfo(): CommitInfo | undefined {
    return this.state.commitInfo;
  }

  get domains(): readonly DomainMetadata[] {
    return [...this.state.domains.values()];
  }

  /** Rows by the files' statistics, less those that deletion vectors take away; undefined when a file has none. */
  get numRecords(): number | undefined {
    let sum = 0;
    for (const file of this.state.files.values()) {
      const records = recordsOf(file);
      if (records === undefined) return undefined;
      sum += records - (file.deletionVector?.cardinality ?? 0);
    }
    return sum;
  }

  /** Bytes of the data files. */
  get sizeBytes(): number {
    let sum = 0;
    for (const file of this.state.files.values()) sum += file.size;
    return sum;
  }

  /** The version that an application committed last (`txn` action), undefined when it never did. */
  transactionVersion(appId: string): number | undefined {
    return this.state.transactions.get(appId)?.version;
  }

  /** Whether the statistics of all files have been read. */
  hasStats(): this is Snapshot<AddFile> {
    return haveStats(this.files);
  }

  /** A SELECT over exactly this version's rows, with its columns in the schema's order. */
  toSql(): string {
    return scanSql(this, this.files);
  }
}
