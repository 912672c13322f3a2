import type { Column, ColumnBatch } from '../engines/engine.js';
import { didYouMean } from '../errors/suggest.js';
import { QualityError } from '../errors/tsdbt-error.js';
import type { Columns, ModelResult, Row } from '../project/define-model.js';

const ROWS_PER_BATCH = 2048;

/**
 * Turns what a TypeScript model returned (rows, an async iterable of rows or batches, column arrays) into batches.
 * Memory: one batch at a time.
 * @throws {QualityError} TSD4020 for a column that the contract does not declare, TSD4021 for column arrays of unequal length,
 *   TSD4022 for a result of another kind
 */
export async function* modelBatches(
  result: Exclude<ModelResult, { readonly text: string }>,
  columns: readonly Column[],
): AsyncIterable<ColumnBatch> {
  const names = columns.map((column) => column.name);
  const known = new Set(names);
  if (Array.isArray(result)) {
    for (let start = 0; start < result.length; start += ROWS_PER_BATCH) {
      yield rowsToBatch((result as readonly Row[]).slice(start, start + ROWS_PER_BATCH), names, known);
    }
    return;
  }
  if (typeof result === 'object' && result !== null && Symbol.asyncIterator in result) {
    let pending: Row[] = [];
    for await (const part of result as AsyncIterable<Row | readonly Row[] | Columns>) {
      if (Array.isArray(part)) for (const row of part as readonly Row[]) pending.push(row);
      else if (isColumns(part as Row | Columns)) {
        if (pending.length > 0) yield rowsToBatch(pending, names, known);
        pending = [];
        yield columnsToBatch(part as Columns, known);
      } else pending.push(part as Row);
      if (pending.length >= ROWS_PER_BATCH) {
        yield rowsToBatch(pending, names, known);
        pending = [];
      }
    }
    if (pending.length > 0) yield rowsToBatch(pending, names, known);
    return;
  }
  if (typeof result === 'object' && result !== null && isColumns(result as Columns)) {
    yield columnsToBatch(result as Columns, known);
    return;
  }
  throw new QualityError('TSD4022', `run() returned ${nameOf(result)}`, {
    hint: 'return rows, an async iterable of rows or batches, column arrays, or sql(`select …`)',
  });
}

function nameOf(value: unknown): string {
  if (value === undefined || value === null) return value === null ? 'null' : 'nothing';
  return typeof value === 'object' ? 'an object that is none of these' : `a ${typeof value}`;
}

/** Every value an array: column arrays. A row of list columns alone cannot be told from them and is read as columns. */
function isColumns(value: Row | Columns): value is Columns {
  const values = Object.values(value);
  return (
    values.length > 0 &&
    values.every((item) => Array.isArray(item) || (ArrayBuffer.isView(item) && !(item instanceof DataView)))
  );
}

function rowsToBatch(rows: readonly Row[], names: readonly string[], known: ReadonlySet<string>): ColumnBatch {
  for (const row of rows) {
    if (typeof row !== 'object' || row === null) {
      throw new QualityError('TSD4022', `run() returned ${nameOf(row)} in the place of a row`, {
        hint: 'a row is an object: { column: value, … }',
      });
    }
    for (const name in row) if (!known.has(name)) throw undeclared(name, known);
  }
  return { names, columns: names.map((name) => rows.map((row) => row[name] ?? null)), length: rows.length };
}

function columnsToBatch(columns: Columns, known: ReadonlySet<string>): ColumnBatch {
  const names = Object.keys(columns);
  const length = columns[names[0]!]!.length;
  for (const name of names) {
    if (!known.has(name)) throw undeclared(name, known);
    if (columns[name]!.length !== length) {
      throw new QualityError(
        'TSD4021',
        `column arrays differ in length: "${names[0]}" has ${length}, "${name}" ${columns[name]!.length}`,
      );
    }
  }
  return { names, columns: names.map((name) => columns[name] as readonly unknown[]), length };
}

function undeclared(name: string, known: ReadonlySet<string>): QualityError {
  return new QualityError('TSD4020', `run() returned column "${name}", which columns: { … } does not declare`, {
    hint: didYouMean(name, known) ?? 'declare it with its type, or leave it out of the rows',
  });
}
