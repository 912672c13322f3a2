import { CancelledError, EngineError } from '../../errors/tsdbt-error.js';
import type { Column, ColumnBatch, QueryProgress, QueryResult, Session } from '../engine.js';
import type { EngineFailure } from '../engine-failure.js';
import { noSelect } from '../no-select.js';
import { firstWord, splitStatements } from '../split-statements.js';
import { candidatesFor } from './candidates.js';
import { ClientSession } from './client-session.js';
import type { TrinoClient } from './trino-client.js';
import { trinoCodes } from './trino-codes.js';
import { type SentStatement, trinoFailure } from './trino-failure.js';
import type { ProtocolColumn, StatementReply } from './trino-protocol.js';
import { type Decode, decoderOf, typeName } from './trino-values.js';

/** A page of a result, its values decoded. */
interface Page {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly unknown[])[];
}

const BEFORE = 'SELECT * FROM (\n';
const AFTER = '\n) AS described LIMIT 0';

/** A session of Trino: nothing but settings that travel with each statement. */
export class TrinoSession implements Session {
  readonly #state: ClientSession;
  readonly #cancel = new AbortController();
  #listener: ((progress: QueryProgress) => void) | undefined;

  constructor(private readonly client: TrinoClient) {
    this.#state = new ClientSession(client.options);
  }

  async execute(sql: string): Promise<void> {
    for (const { text, start } of splitStatements(sql)) {
      for await (const page of this.#run({ sent: text, given: sql, shift: start })) void page;
    }
  }

  async query(sql: string): Promise<QueryResult> {
    let columns: readonly Column[] = [];
    const rows: (readonly unknown[])[] = [];
    for await (const page of this.#run(single(sql))) {
      columns = page.columns;
      for (const row of page.rows) rows.push(row);
    }
    return { columns, rows };
  }

  async *stream(sql: string): AsyncIterable<ColumnBatch> {
    for await (const { columns, rows } of this.#run(single(sql))) {
      if (rows.length === 0) continue;
      yield {
        names: columns.map((column) => column.name),
        columns: columns.map((_, i) => rows.map((row) => row[i])),
        length: rows.length,
      };
    }
  }

  /**
   * The columns of `SELECT * FROM (…) LIMIT 0`, which Trino answers from the plan: no table is read. `DESCRIBE OUTPUT` would do, but
   * takes the statement in a header, which proxies cut short.
   */
  async describe(sql: string): Promise<readonly Column[]> {
    const { sent } = single(sql);
    const word = firstWord(sent);
    if (!['SELECT', 'WITH', 'VALUES', 'TABLE'].includes(word)) {
      // what is no statement at all is told by the parser
      if (/^(CREATE|DROP|INSERT|UPDATE|DELETE|MERGE|ALTER|CALL|SET|SHOW|EXPLAIN|USE|GRANT|TRUNCATE)$/.test(word))
        throw noSelect(sql, word);
      return (await this.query(sql)).columns;
    }
    let columns: readonly Column[] = [];
    for await (const page of this.#run({ sent: BEFORE + sent + AFTER, given: sql, shift: -BEFORE.length }))
      columns = page.columns;
    return columns;
  }

  async load(): Promise<string> {
    throw new EngineError(trinoCodes.notSupported, 'rows of this process cannot be loaded into Trino yet', {
      hint: 'use a target of type duckdb',
    });
  }

  async drop(): Promise<void> {}

  cancel(): void {
    this.#cancel.abort();
  }

  watch(listener: ((progress: QueryProgress) => void) | undefined): void {
    this.#listener = listener;
  }

  /** A statement that still runs is ended on the server; nothing else is held there. */
  async close(): Promise<void> {
    this.#cancel.abort();
  }

  /** The pages of a statement. Leaving them early ends it on the server. */
  async *#run(statement: SentStatement): AsyncGenerator<Page> {
    if (this.#cancel.signal.aborted) throw new CancelledError();
    let columns: readonly Column[] = [];
    let decoders: readonly Decode[] = [];
    let known: readonly ProtocolColumn[] | undefined;
    for await (const reply of this.client.run(statement.sent, this.#state, this.#cancel.signal)) {
      this.#tell(reply);
      if (reply.error !== undefined) throw await this.#failure(reply, statement);
      if (known === undefined && reply.columns !== undefined) {
        known = reply.columns;
        columns = known.map(({ name, typeSignature }) => ({ name, type: typeName(typeSignature) }));
        decoders = known.map(({ typeSignature }) => decoderOf(typeSignature));
      }
      if (known !== undefined)
        yield { columns, rows: (reply.data ?? []).map((row) => row.map((value, i) => decoders[i]!(value))) };
    }
  }

  #tell({ stats }: StatementReply): void {
    if (stats === undefined) return;
    this.#listener?.({
      state: stats.state.toLowerCase(),
      done: stats.completedSplits ?? 0,
      of: stats.totalSplits ?? 0,
      rows: stats.processedRows ?? 0,
    });
  }

  async #failure({ error }: StatementReply, statement: SentStatement): Promise<EngineFailure | CancelledError> {
    if (this.#cancel.signal.aborted) return new CancelledError();
    const failure = trinoFailure(error!, statement, this.#state.catalog);
    const candidates = await candidatesFor(failure, async (sql) => {
      const names: string[] = [];
      for await (const { data } of this.client.run(sql, this.#state, this.#cancel.signal))
        for (const row of data ?? []) names.push(String(row[0]));
      return names;
    }).catch(() => []);
    return candidates.length === 0 ? failure : trinoFailure(error!, statement, this.#state.catalog, candidates);
  }
}

/** The one statement in a text. */
function single(sql: string): SentStatement {
  const statements = splitStatements(sql);
  if (statements.length !== 1) throw noSelect(sql, `${statements.length} statements`);
  const { text, start } = statements[0]!;
  return { sent: text, given: sql, shift: start };
}
