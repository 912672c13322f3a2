import type { DuckDBConnection } from '@duckdb/node-api';
import { CancelledError, EngineError } from '../../errors/tsdbt-error.js';
import type { Column, ColumnBatch, QueryResult, Session } from '../engine.js';
import { noSelect } from '../no-select.js';
import { splitStatements } from '../split-statements.js';
import { duckDbFailure } from './duckdb-failure.js';
import { dropLoaded, loadBatches } from './duckdb-load.js';
import { duckdb } from './duckdb-module.js';
import { plainValue } from './duckdb-values.js';

const { StatementType } = duckdb;

/** A DuckDB connection. Temporary tables and views belong to it alone; everything else is seen by all sessions. */
export class DuckDbSession implements Session {
  #cancelled = false;

  constructor(private readonly connection: DuckDBConnection) {}

  async execute(sql: string): Promise<void> {
    await this.#guard(sql, async () => {
      await this.connection.run(sql);
    });
  }

  async query(sql: string): Promise<QueryResult> {
    return this.#guard(sql, async () => {
      const result = await this.connection.run(sql);
      // to have a thread fetch a few rows takes several times as long
      const few = result.chunkCount === 1 ? result.getChunk(0).getRows() : undefined;
      const rows = (few ?? (await result.getRows())).map((row) => row.map(plainValue));
      const names = result.columnNames();
      return { columns: names.map((name, i) => ({ name, type: result.columnType(i).toString() })), rows };
    });
  }

  async *stream(sql: string): AsyncIterable<ColumnBatch> {
    const result = await this.#guard(sql, () => this.connection.stream(sql));
    const names = result.columnNames();
    for (;;) {
      const chunk = await this.#guard(sql, () => result.fetchChunk());
      if (chunk === null || chunk.rowCount === 0) return;
      yield { names, columns: chunk.getColumns().map((column) => column.map(plainValue)), length: chunk.rowCount };
    }
  }

  async describe(sql: string): Promise<readonly Column[]> {
    return this.#guard(sql, async () => {
      // the binding has no answer for a text without any
      if (splitStatements(sql).length === 0) throw noSelect(sql, '0 statements');
      const statements = await this.connection.extractStatements(sql);
      if (statements.count !== 1) throw noSelect(sql, `${statements.count} statements`);
      const prepared = await statements.prepare(0);
      try {
        if (prepared.statementType !== StatementType.SELECT) throw noSelect(sql, StatementType[prepared.statementType]);
        return Array.from({ length: prepared.columnCount }, (_, i) => {
          const type = prepared.columnType(i);
          const { alias } = type;
          return { name: prepared.columnName(i), type: type.toString(), ...(alias === undefined ? {} : { alias }) };
        });
      } finally {
        prepared.destroySync();
      }
    });
  }

  async load(columns: readonly Column[], batches: AsyncIterable<ColumnBatch>): Promise<string> {
    return this.#guard('', () => loadBatches(this.connection, columns, batches));
  }

  async drop(relation: string): Promise<void> {
    await this.#guard('', () => dropLoaded(this.connection, relation));
  }

  cancel(): void {
    this.#cancelled = true;
    this.connection.interrupt();
  }

  async close(): Promise<void> {
    this.connection.closeSync();
  }

  async #guard<T>(sql: string, work: () => Promise<T>): Promise<T> {
    if (this.#cancelled) throw new CancelledError();
    try {
      return await work();
    } catch (thrown) {
      if (thrown instanceof EngineError || isForeign(thrown)) throw thrown;
      throw this.#cancelled ? new CancelledError() : duckDbFailure(thrown, sql);
    }
  }
}

/** Errors that the rows' producer threw, or that already are ours: not DuckDB's. */
function isForeign(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return true;
  if (thrown.name !== 'Error') return true;
  return !/ Error: |"exception_type"|^Failed to /.test(thrown.message);
}
