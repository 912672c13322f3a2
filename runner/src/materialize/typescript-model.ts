import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Column, Engine, Session } from '../engines/engine.js';
import { EngineFailure } from '../engines/engine-failure.js';
import { type SourcePlace, SourceText } from '../errors/source-text.js';
import { CancelledError, EngineError, tsdbtErrorsOf } from '../errors/tsdbt-error.js';
import type { ModelNode } from '../manifest/nodes.js';
import type { ColumnDefinition, SqlResult } from '../project/define-model.js';
import { type ModelContextOptions, openModelContext, queryError } from './model-context.js';
import { modelBatches } from './model-rows.js';

/** Rows of a TypeScript model as a SELECT, and what has to be dropped when they are written. */
export interface ModelSelect {
  readonly select: string;
  drop(): Promise<void>;
}

/**
 * Runs a TypeScript model and loads what it returns into a temporary relation of the session.
 * @throws {EngineError} TSD5020 when `run()` throws, at the line of the model's file that threw
 */
export async function typescriptSelect(
  node: ModelNode,
  session: Session,
  engine: Engine,
  options: Omit<ModelContextOptions, 'node' | 'engine'>,
): Promise<ModelSelect> {
  const definition = node.definition!;
  const columns = Object.entries(definition.columns).map(([name, column]): Column => ({ name, type: typeOf(column) }));
  const { context, close } = await openModelContext({ ...options, node, engine });
  try {
    const result = await orAborted(options.signal, async () => definition.run(context));
    if (isSql(result)) {
      await session.describe(result.text).catch((thrown: unknown) => {
        throw thrown instanceof EngineFailure ? queryError(node, thrown) : thrown;
      });
      return { select: result.text, drop: async () => undefined };
    }
    const relation = await session.load(columns, untilAborted(options.signal, modelBatches(result, columns)));
    return { select: `SELECT * FROM ${relation}`, drop: () => session.drop(relation) };
  } catch (thrown) {
    if (options.signal.aborted) throw new CancelledError();
    throw modelError(node, thrown, options.projectDir);
  } finally {
    await close();
  }
}

/** By its shape: the project may have loaded a class of its own from another copy of the package. */
function isSql(result: unknown): result is SqlResult {
  return typeof result === 'object' && result !== null && 'text' in result && typeof result.text === 'string';
}

/** Waits for work, or for the end of the run: a model that does not listen to its signal holds nobody up. */
function orAborted<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => reject(new CancelledError());
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    work()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', abort));
  });
}

async function* untilAborted<T>(signal: AbortSignal, parts: AsyncIterable<T>): AsyncIterable<T> {
  const iterator = parts[Symbol.asyncIterator]();
  let ended = false;
  try {
    for (;;) {
      const next = await orAborted(signal, () => iterator.next());
      if (next.done === true) {
        ended = true;
        return;
      }
      yield next.value;
    }
  } finally {
    // not awaited: a generator that still waits for something would keep the run waiting
    if (!ended) void iterator.return?.().catch(() => undefined);
  }
}

/** The DuckDB type of a column of a contract. */
export function typeOf(column: ColumnDefinition | string): string {
  return typeof column === 'string' ? column : column.type;
}

function modelError(node: ModelNode, thrown: unknown, projectDir: string): unknown {
  const own = tsdbtErrorsOf(thrown);
  if (own.length > 0) {
    const [error] = own;
    if (own.length > 1 || error!.place !== undefined) return thrown;
    const Kind = error!.constructor as typeof EngineError;
    return new Kind(error!.code, `${node.name}: ${error!.message}`, {
      place: node.source.place(0),
      hint: error!.hint,
      detail: error!.detail,
      cause: thrown,
    });
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  if (isInputError(thrown)) {
    const place = inputPlace(thrown, projectDir);
    const problem = thrown.problem ?? message;
    // without a frame the file stands in the line itself
    const file = thrown.line === undefined ? thrown.file : `${thrown.file}:${thrown.line}`;
    const shown = place !== undefined || problem.includes(thrown.file) ? problem : `${file}: ${problem}`;
    return new EngineError('TSD5021', `${node.name}: ${shown}`, { place, hint: thrown.hint, cause: thrown });
  }
  return new EngineError('TSD5020', `${node.name}: run() threw: ${message.split('\n')[0]}`, {
    place: placeOf(node, thrown),
    detail: message.includes('\n') ? message.split('\n').slice(1).join('\n') : undefined,
    hint: thrown instanceof Error && 'hint' in thrown && typeof thrown.hint === 'string' ? thrown.hint : undefined,
    cause: thrown,
  });
}

/** The first line of the stack that lies in the model's own file. */
function placeOf(node: ModelNode, thrown: unknown) {
  const stack = thrown instanceof Error ? (thrown.stack ?? '') : '';
  const escaped = node.absolutePath.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const match = new RegExp(`${escaped}:(\\d+):(\\d+)`).exec(stack);
  if (match === null) return node.source.place(0);
  // the loader keeps lines, not columns
  const line = Number(match[1]);
  const text = node.source.line(line);
  const start = node.source.offset(line, 1) + (text.length - text.trimStart().length);
  return node.source.place(start, Math.max(start + 1, start + text.trim().length));
}

/** Larger input files are named without being read again for the frame. */
const FRAMED_BYTES = 64 * 2 ** 20;

/** An error of a model about one of its input files. */
interface InputError extends Error {
  /** relative to the project */
  readonly file: string;
  /** from 1 */
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  readonly problem?: string | undefined;
  readonly hint?: string | undefined;
  /** what may be shown of the file's text, of the same length: not everything in it is for a terminal */
  readonly conceal?: ((text: string) => string) | undefined;
}

function isInputError(thrown: unknown): thrown is InputError {
  if (!(thrown instanceof Error) || !('file' in thrown) || typeof thrown.file !== 'string') return false;
  const { line, column, problem, hint, conceal } = thrown as {
    conceal?: unknown;
    line?: unknown;
    column?: unknown;
    problem?: unknown;
    hint?: unknown;
  };
  const isOptional = (value: unknown, type: string) => value === undefined || typeof value === type;
  return (
    isOptional(line, 'number') &&
    isOptional(column, 'number') &&
    isOptional(problem, 'string') &&
    isOptional(hint, 'string') &&
    isOptional(conceal, 'function')
  );
}

/** The place that an input error names; undefined where it names no line, and for files that are large or no text. */
function inputPlace({ file, line, column, conceal }: InputError, projectDir: string): SourcePlace | undefined {
  if (line === undefined) return undefined;
  try {
    const path = resolve(projectDir, file);
    if (statSync(path).size > FRAMED_BYTES) return undefined;
    const text = readFileSync(path, 'utf8');
    if (text.includes('\0')) return undefined;
    const source = new SourceText(file, conceal?.(text) ?? text);
    return source.place(source.offset(line, column ?? 1));
  } catch {
    return undefined;
  }
}
