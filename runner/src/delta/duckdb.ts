import type {
  DuckDBConnection,
  DuckDBMaterializedResult,
  DuckDBPreparedStatement,
  DuckDBValue,
  StatementType,
} from '@duckdb/node-api';
import { copySql, ROW_GROUP_SIZE } from './copy-sql.js';
import { namingDataFile } from './data-file-error.js';
import { withTrueFloatBounds } from './float-bounds.js';
import type { ParquetEngine, ParquetFilesOptions, ParquetWriteOptions, SelectColumn } from './parquet.js';
import { writtenFilesOf } from './return-stats.js';
import { VIEW_NAMES } from './sql.js';

/**
 * Reads and writes Parquet through a DuckDB connection. The connection's time zone is set to UTC, in which partition values are read.
 *
 * @param connection of `@duckdb/node-api`; it stays the caller's to close
 */
export async function duckDBEngine(connection: DuckDBConnection): Promise<ParquetEngine> {
  await connection.run("SET TimeZone = 'UTC'");
  const run = (sql: string) => namingDataFile(connection.run(sql));
  const query = async (sql: string) => (await run(sql)).getRowObjectsJS();
  const copy = async (select: string, options: ParquetWriteOptions | ParquetFilesOptions) =>
    withTrueFloatBounds(
      writtenFilesOf(rowsAtOnce(await run(copySql(select, options)))),
      options.rowGroupSize ?? ROW_GROUP_SIZE,
      query,
    );
  return {
    query,
    async execute(sql) {
      await run(sql);
    },
    async describe(select) {
      const plain = await plainColumns(connection, select).catch(() => undefined);
      if (plain !== undefined) return plain;
      const rows = rowsAtOnce(await run(`DESCRIBE ${select}`));
      return rows.map((row) => ({ name: String(row.column_name), type: String(row.column_type) }));
    },
    async writeParquet(select, options) {
      return (await copy(select, options))[0]!;
    },
    writeParquetFiles: copy,
    async views() {
      return rowsAtOnce(await (await viewNames(connection)).run()).map((row) => String(row.name));
    },
  };
}

/** A statement for each connection, which is its to close: run again and again, it takes a fifth of the time that the query takes. */
const preparedViewNames = new WeakMap<DuckDBConnection, Promise<DuckDBPreparedStatement>>();

function viewNames(connection: DuckDBConnection): Promise<DuckDBPreparedStatement> {
  const known = preparedViewNames.get(connection);
  if (known !== undefined) return known;
  const prepared = connection.prepare(VIEW_NAMES);
  preparedViewNames.set(connection, prepared);
  // what failed may succeed another time
  prepared.catch(() => preparedViewNames.delete(connection));
  return prepared;
}

/** Types that the binding spells as DESCRIBE does. It says nothing of JSON that is in others. */
const PLAIN = /^(?:[A-Z_ ]+|DECIMAL\(\d+,\d+\))$/;
const SELECT: StatementType = 1;

/**
 * The columns of a SELECT whose types are all plain, from preparing it, which takes two thirds of the time of DESCRIBE;
 * undefined for any other. What fails is for DESCRIBE to tell.
 */
async function plainColumns(connection: DuckDBConnection, select: string): Promise<SelectColumn[] | undefined> {
  const prepared = await connection.prepare(select);
  try {
    if (prepared.statementType !== SELECT) return undefined;
    const columns: SelectColumn[] = [];
    for (let i = 0; i < prepared.columnCount; i++) {
      const type = prepared.columnType(i);
      const text = type.toString();
      if (type.alias !== undefined || !PLAIN.test(text)) return undefined;
      columns.push({ name: prepared.columnName(i), type: text });
    }
    return columns;
  } finally {
    prepared.destroySync();
  }
}

/** The rows of a result that has few. To have a thread fetch them takes several times as long. */
function rowsAtOnce(result: DuckDBMaterializedResult): Readonly<Record<string, DuckDBValue>>[] {
  const names = result.deduplicatedColumnNames();
  return Array.from({ length: result.chunkCount }, (_, i) => result.getChunk(i).getRowObjects(names)).flat();
}
