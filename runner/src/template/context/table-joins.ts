import { toArray } from '../containers.js';
import { hashKey } from '../equality.js';
import { valueFailure } from '../failure.js';
import { PyTuple, type TemplateValue, text } from '../values.js';
import { distinctNames, namesOf, type TableData } from './table-data.js';

export interface JoinOptions {
  readonly inner: boolean;
  readonly fullOuter: boolean;
  readonly requireMatch: boolean;
  /** columns of the right table that are kept; all but its key where undefined */
  readonly columns: readonly string[] | undefined;
  /** columns of the right table that it is joined by */
  readonly keyColumns: readonly number[];
}

/**
 * Agate's `join`: rows of the left table beside those of the right one with the same key.
 * @param leftKeys the key of each row
 */
export function joinTables(
  left: TableData,
  right: TableData,
  leftKeys: readonly TemplateValue[],
  rightKeys: readonly TemplateValue[],
  options: JoinOptions,
): TableData {
  const { inner, fullOuter, requireMatch, columns, keyColumns } = options;
  if (inner && fullOuter) throw valueFailure('a join is either inner or full_outer');
  const kept = right.columns
    .map((_, i) => i)
    .filter(
      (i) => fullOuter || (columns === undefined ? !keyColumns.includes(i) : columns.includes(right.columns[i]!.name)),
    );
  const taken = namesOf(left);
  const added = kept.map((i) => {
    const { name, type } = right.columns[i]!;
    return { name: taken.includes(name) ? `${name}2` : name, type };
  });
  const byKey = new Map<unknown, number[]>();
  for (const [i, key] of rightKeys.entries()) {
    const at = byKey.get(hashKey(key));
    if (at === undefined) byKey.set(hashKey(key), [i]);
    else at.push(i);
  }
  const rows: TemplateValue[][] = [];
  const from: number[] = [];
  for (const [i, key] of leftKeys.entries()) {
    const found = byKey.get(hashKey(key));
    if (found === undefined && requireMatch) throw valueFailure(`the key ${text(key)} has no row in the other table`);
    for (const j of found ?? []) rows.push([...left.rows[i]!, ...kept.map((k) => right.rows[j]![k]!)]);
    if (found === undefined && !inner) rows.push([...left.rows[i]!, ...kept.map(() => null)]);
    while (from.length < rows.length) from.push(i);
  }
  if (fullOuter) {
    const known = new Set(leftKeys.map(hashKey));
    for (const [j, key] of rightKeys.entries())
      if (!known.has(hashKey(key)))
        rows.push([...left.columns.map(() => null), ...kept.map((k) => right.rows[j]![k]!)]);
  }
  const rowNames = left.rowNames !== undefined && !fullOuter ? from.map((i) => left.rowNames![i]!) : undefined;
  return { columns: distinctNames([...left.columns, ...added]), rows, rowNames };
}

/** Agate's `merge` of tables: rows below each other, columns by name. */
export function mergeTables(tables: readonly TableData[], only: readonly string[] | undefined): TableData {
  const columns = new Map<string, string>();
  for (const table of tables)
    for (const { name, type } of table.columns)
      if (!columns.has(name) && (only === undefined || only.includes(name))) columns.set(name, type);
  const names = [...columns.keys()];
  const rows = tables.flatMap((table) => {
    const own = namesOf(table);
    const at = names.map((name) => own.indexOf(name));
    return table.rows.map((row) => at.map((i) => (i === -1 ? null : row[i]!)));
  });
  return { columns: [...columns].map(([name, type]) => ({ name, type })), rows };
}

/** Items of a value that may stand alone. */
export function listed(value: TemplateValue): TemplateValue[] {
  return Array.isArray(value) || value instanceof PyTuple ? toArray(value) : [value];
}
