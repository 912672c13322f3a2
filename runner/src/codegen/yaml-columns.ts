import { isMap, isScalar, isSeq, type Pair, parseDocument, type YAMLMap, type YAMLSeq } from 'yaml';
import type { Column } from '../engines/engine.js';

/** Which entry of a properties file is meant. */
export type EntryPath =
  | { readonly key: 'models' | 'seeds' | 'snapshots'; readonly name: string }
  | { readonly key: 'sources'; readonly source: string; readonly name: string };

/** What was added to an entry. */
export interface AddedColumns {
  readonly text: string;
  /** names of columns that were not listed */
  readonly added: readonly string[];
  /** names of columns that had no data_type */
  readonly typed: readonly string[];
}

/**
 * Adds what is missing of an entry's columns to the text of a properties file: columns with name, data_type and an empty description, and
 * data_type where a column has none. Everything else stays as it is, to the letter.
 *
 * @param inherits the node inherits descriptions, which an empty one would stop: none is written
 * @returns undefined where the entry is not there, or is written in one line (`{name: x, …}`), to which no lines can be added
 */
export function addColumns(
  text: string,
  path: EntryPath,
  columns: readonly Column[],
  inherits = false,
): AddedColumns | undefined {
  const document = parseDocument(text, { uniqueKeys: false });
  const entry = entryAt(document.contents, path);
  if (entry === undefined || entry.flow === true) return undefined;
  const edits: { readonly at: number; readonly text: string }[] = [];
  const list = pairOf(entry, 'columns');
  const known = isSeq(list?.value) ? list.value : undefined;
  if (known?.flow === true && known.items.length > 0) return undefined;
  const have = new Map<string, YAMLMap>();
  for (const item of known?.items ?? []) if (isMap(item)) have.set(String(item.get('name')).toLowerCase(), item);
  const typed: string[] = [];
  for (const { name, type } of columns) {
    const item = have.get(name.toLowerCase());
    const nameKey = item === undefined ? undefined : pairOf(item, 'name');
    if (item === undefined || item.flow === true || item.has('data_type') || nameKey === undefined) continue;
    const indent = columnAt(text, startOf(nameKey.key));
    edits.push({ at: lineEnd(text, endOf(nameKey.value)), text: `\n${' '.repeat(indent)}data_type: ${scalar(type)}` });
    typed.push(name);
  }
  const missing = columns.filter(({ name }) => !have.has(name.toLowerCase()));
  if (missing.length > 0)
    edits.push(insertion(text, entry, list, known, (indent) => listed(missing, indent, inherits)));
  const added = missing.map(({ name }) => name);
  const changed = edits
    .sort((a, b) => b.at - a.at)
    .reduce((whole, edit) => whole.slice(0, edit.at) + edit.text + whole.slice(edit.at), text);
  return { text: changed, added, typed };
}

/**
 * Adds an entry to the end of a file's list of models, seeds or snapshots; a list that is not there is begun.
 *
 * @param inherits as for {@link addColumns}
 * @returns undefined where the list is written in one line
 */
export function addEntry(
  text: string,
  { key, name }: Exclude<EntryPath, { key: 'sources' }>,
  columns: readonly Column[],
  inherits = false,
): AddedColumns | undefined {
  const { contents } = parseDocument(text, { uniqueKeys: false });
  const list = isMap(contents) ? pairOf(contents, key) : undefined;
  const items = isSeq(list?.value) ? list.value : undefined;
  if (items?.flow === true) return undefined;
  const last = items?.items.at(-1);
  const dash = last === undefined ? 2 : columnAt(text, text.lastIndexOf('-', startOf(last) - 1));
  const space = ' '.repeat(dash);
  const entry = `${space}- name: ${scalar(name)}\n${space}  description: ""\n${space}  columns:\n${listed(columns, dash + 4, inherits)}`;
  const added = columns.map((column) => column.name);
  if (list === undefined) {
    const begun = text.trimEnd() === '' ? text : `${text.trimEnd()}\n\n`;
    return { text: `${begun}${key}:\n${entry}\n`, added, typed: [] };
  }
  const at = last === undefined ? lineEnd(text, endOf(list.key)) : contentEnd(text, endOf(last));
  const rest = text.slice(at);
  return { text: `${text.slice(0, at)}\n${entry}${rest === '' ? '\n' : rest}`, added, typed: [] };
}

function insertion(
  text: string,
  entry: YAMLMap,
  list: Pair | undefined,
  known: YAMLSeq | undefined,
  missing: (indent: number) => string,
): { at: number; text: string } {
  const keys = columnAt(text, startOf(entry.items[0]!.key));
  const last = known?.items.at(-1);
  if (last !== undefined) {
    // the dash stands before the first key of an item
    const dash = columnAt(text, text.lastIndexOf('-', startOf(last) - 1));
    return { at: contentEnd(text, endOf(last)), text: `\n${missing(dash)}` };
  }
  const indent = keys + 2;
  if (list !== undefined) {
    // `columns:` or `columns: []`
    const at = lineEnd(text, endOf(list.key));
    return { at, text: `\n${missing(indent)}` };
  }
  return { at: contentEnd(text, endOf(entry)), text: `\n${' '.repeat(keys)}columns:\n${missing(indent)}` };
}

/** Columns as items of a list, without a line end after the last. */
function listed(columns: readonly Column[], indent: number, inherits: boolean): string {
  const space = ' '.repeat(indent);
  const description = inherits ? '' : `\n${space}  description: ""`;
  return columns
    .map(({ name, type }) => `${space}- name: ${scalar(name)}\n${space}  data_type: ${scalar(type)}${description}`)
    .join('\n');
}

function entryAt(contents: unknown, path: EntryPath): YAMLMap | undefined {
  if (!isMap(contents)) return undefined;
  if (path.key !== 'sources') return named(contents.get(path.key), path.name);
  for (const source of itemsOf(contents.get('sources')))
    if (source.get('name') === path.source) {
      const table = named(source.get('tables'), path.name);
      if (table !== undefined) return table;
    }
  return undefined;
}

function named(list: unknown, name: string): YAMLMap | undefined {
  return itemsOf(list).find((item) => item.get('name') === name);
}

function itemsOf(list: unknown): YAMLMap[] {
  return isSeq(list) ? list.items.filter((item): item is YAMLMap => isMap(item)) : [];
}

function pairOf(map: YAMLMap, key: string): Pair | undefined {
  return map.items.find((pair) => isScalar(pair.key) && pair.key.value === key);
}

function startOf(node: unknown): number {
  return (node as { range?: readonly [number, number, number] }).range?.[0] ?? 0;
}

function endOf(node: unknown): number {
  return (node as { range?: readonly [number, number, number] }).range?.[1] ?? 0;
}

/** Column of an offset, from 0. */
function columnAt(text: string, offset: number): number {
  return offset - (text.lastIndexOf('\n', offset - 1) + 1);
}

function lineEnd(text: string, offset: number): number {
  const end = text.indexOf('\n', offset);
  return end === -1 ? text.length : end;
}

/** The end of the last line with something in it, before an offset; a remark at its end belongs to it. */
function contentEnd(text: string, offset: number): number {
  return lineEnd(text, text.slice(0, offset).trimEnd().length);
}

/** A value as YAML writes it in one line. */
function scalar(value: string): string {
  if (/^[A-Za-z_][\w ]*$/.test(value) && !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(value)) return value;
  return JSON.stringify(value);
}
