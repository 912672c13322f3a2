import { DuckDBInstance } from '@duckdb/node-api';
import type { TempProject } from '../temp-project.js';
import { compareTables, type TableComparison } from './compare-tables.js';
import { type RunningTrino, startTrino, type TrinoOptions } from './start-trino.js';
import { TrinoReader } from './trino-reader.js';

/** A project's warehouse with a Trino server over it, and both ways to read it. */
export class Lake {
  private constructor(
    readonly project: TempProject,
    readonly server: RunningTrino,
    readonly trino: TrinoReader,
  ) {}

  static async over(project: TempProject, options: Omit<TrinoOptions, 'warehouse'> = {}): Promise<Lake> {
    const server = await startTrino({ ...options, warehouse: project.path('warehouse') });
    return new Lake(project, server, new TrinoReader(server.url));
  }

  /** Reads with DuckDB through the file of views that every run writes. */
  async duckDb(sql: string): Promise<Record<string, unknown>[]> {
    return this.project.query(sql);
  }

  /** Compares a table as DuckDB and Trino read it, under one of its names in Trino. */
  compare(table: string, trinoName = `delta.${table}`): Promise<TableComparison> {
    return compareTables((sql) => this.duckDb(sql), this.trino, table, trinoName);
  }

  /** Both readings of a table are the same, by both of its names; throws what differs. @returns the number of rows */
  async same(table: string): Promise<number> {
    let rows = 0;
    for (const name of [`delta.${table}`, `delta.default.${table.split('.')[1]}`]) {
      const comparison = await this.compare(table, name);
      if (comparison.differences.length > 0) throw new Error(`${name}:\n${comparison.differences.join('\n')}`);
      rows = comparison.rows;
    }
    return rows;
  }

  stop(): Promise<void> {
    return this.server.stop();
  }
}

/** An in-memory DuckDB for the operations of `tsdbt/delta`. */
export async function memoryConnection() {
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  return {
    connection,
    close(): void {
      connection.closeSync();
      instance.closeSync();
    },
  };
}
