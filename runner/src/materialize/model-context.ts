import type { Engine, QueryResult, Session } from '../engines/engine.js';
import { EngineFailure } from '../engines/engine-failure.js';
import { quoteIdentifier } from '../engines/relation.js';
import { SourceText } from '../errors/source-text.js';
import { didYouMean } from '../errors/suggest.js';
import { EngineError, GraphError, ProjectError } from '../errors/tsdbt-error.js';
import type { ModelNode } from '../manifest/nodes.js';
import type { CellValue, InputRelation, ModelContext, ModelLogger, Row } from '../project/define-model.js';

export interface ModelContextOptions {
  readonly node: ModelNode;
  readonly engine: Engine;
  /** quoted name of the relation that a ref leads to */
  readonly refRelation: (name: string) => string;
  readonly sourceRelation: (source: string, table: string) => string;
  /** quoted name of the published table, where there is one */
  readonly thisRelation: string | undefined;
  /** Delta versions of the relations, by their quoted names */
  readonly versions: ReadonlyMap<string, number>;
  readonly isIncremental: boolean;
  readonly variable: (name: string, fallback?: unknown) => unknown;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: ModelLogger;
  readonly progress: (done: number, total?: number, unit?: string) => void;
  readonly signal: AbortSignal;
  readonly projectDir: string;
  readonly runStartedAt: Date;
  readonly invocationId: string;
}

/** A context for one run of a TypeScript model, and what has to be closed after it. */
export interface OpenModelContext {
  readonly context: ModelContext;
  close(): Promise<void>;
}

/**
 * Makes the context that `run()` gets. Inputs are read in sessions of their own, so that a model may read one input while
 * it yields rows made from another.
 */
export async function openModelContext(options: ModelContextOptions): Promise<OpenModelContext> {
  const { node, engine } = options;
  const session = await engine.openSession();
  const streams = new Set<Session>();
  const abort = (): void => {
    session.cancel();
    for (const stream of streams) stream.cancel();
  };
  options.signal.addEventListener('abort', abort, { once: true });

  const located = (thrown: unknown): unknown => (thrown instanceof EngineFailure ? queryError(node, thrown) : thrown);
  const ask = (sql: string): Promise<QueryResult> =>
    session.query(sql).catch((thrown: unknown) => {
      throw located(thrown);
    });
  const query = async (sql: string): Promise<Row[]> => {
    const { columns, rows } = await ask(sql);
    return rows.map((row) => Object.fromEntries(columns.map((column, i) => [column.name, row[i] as CellValue])));
  };

  const input = (relation: string): InputRelation => ({
    relation,
    version: options.versions.get(relation),
    rows: () => query(`select * from ${relation}`),
    columns: (async (names?: readonly string[]) => {
      const list = names === undefined ? '*' : names.map(quoteIdentifier).join(', ');
      const { columns, rows } = await ask(`select ${list} from ${relation}`);
      return {
        length: rows.length,
        columns: Object.fromEntries(columns.map((column, i) => [column.name, rows.map((row) => row[i] as CellValue)])),
      };
    }) as InputRelation['columns'],
    async *batches() {
      const stream = await engine.openSession();
      streams.add(stream);
      try {
        for await (const batch of stream.stream(`select * from ${relation}`)) {
          const columns = Object.fromEntries(
            batch.names.map((name, i) => [name, batch.columns[i] as readonly CellValue[]]),
          );
          yield { length: batch.length, columns };
        }
      } catch (thrown) {
        throw located(thrown);
      } finally {
        streams.delete(stream);
        await stream.close();
      }
    },
    async count() {
      const { rows } = await ask(`select count(*) from ${relation}`);
      return Number(rows[0]![0]);
    },
  });

  const context: ModelContext = {
    // what a file of declarations says of the rows is nothing that is known here
    ref: ((name: string) => {
      const declared = node.refs.map((ref) => ref.name);
      if (!declared.includes(name))
        throw undeclared(node, `ref("${name}")`, `refs: ['${name}']`, didYouMean(name, declared));
      return input(options.refRelation(name));
    }) as ModelContext['ref'],
    rows: (name) => context.ref(name).rows(),
    source: ((source: string, table: string) => {
      const declared = node.sources.map((call) => `${call.source}.${call.table}`);
      if (!declared.includes(`${source}.${table}`)) {
        throw undeclared(
          node,
          `source("${source}", "${table}")`,
          `sources: [['${source}', '${table}']]`,
          didYouMean(`${source}.${table}`, declared),
        );
      }
      return input(options.sourceRelation(source, table));
    }) as ModelContext['source'],
    this: options.thisRelation === undefined ? undefined : input(options.thisRelation),
    isIncremental: options.isIncremental,
    query,
    var: <T>(name: string, fallback?: T): T => options.variable(name, fallback) as T,
    env(name, fallback) {
      const value = options.env[name] ?? fallback;
      if (value === undefined) {
        throw new ProjectError('TSD1071', `${node.name}: the environment variable ${name} is not set`, {
          place: node.source.place(0),
          hint: `set it in the shell or in .env, or give env('${name}', fallback)`,
        });
      }
      return value;
    },
    log: options.log,
    progress: options.progress,
    signal: options.signal,
    projectDir: options.projectDir,
    runStartedAt: options.runStartedAt,
    invocationId: options.invocationId,
  };
  return {
    context,
    async close() {
      options.signal.removeEventListener('abort', abort);
      for (const stream of streams) await stream.close();
      await session.close();
    },
  };
}

function undeclared(node: ModelNode, call: string, declaration: string, hint: string | undefined): GraphError {
  return new GraphError('TSD3071', `${node.name} reads ${call}, which it does not declare`, {
    place: node.source.place(0),
    hint: hint ?? `add ${declaration} to defineModel`,
  });
}

/** SQL that a TypeScript model sent has no template: the frame shows the statement itself. */
export function queryError(node: ModelNode, failure: EngineFailure): EngineError {
  const text = new SourceText(`${node.path} (query)`, failure.statement);
  return new EngineError(failure.code, failure.message, {
    place:
      failure.offset === undefined
        ? undefined
        : text.place(failure.offset, failure.offset + (failure.subject?.length ?? 1)),
    hint: failure.candidates.length > 0 ? `did you mean "${failure.candidates[0]}"?` : undefined,
    cause: failure,
  });
}
