import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { chain } from '../chain.js';
import { PyDict } from '../containers.js';
import { valueFailure } from '../failure.js';
import { toJson } from '../json.js';
import type { Bound } from '../signature.js';
import { type CallSite, type MaybePromise, type TemplateValue, text, truthy } from '../values.js';
import { namesOf } from './table-data.js';
import { isGiven, keysOf } from './table-keys.js';
import { agateType, csvText, type printedTable } from './table-text.js';
import { jsonValue } from './table-types.js';
import type { TableValue } from './table-value.js';

/** A table as JSON: a list of objects, objects by key, or one a line. */
function jsonText({ data }: TableValue, key: readonly string[] | undefined, named: PyDict): string {
  const option = (name: string) => named.get(name) ?? null;
  const indent = option('indent');
  const lines = truthy(option('newline'));
  if (lines && (key !== undefined || indent !== null))
    throw valueFailure('newline=true goes with neither key nor indent');
  const kinds = data.columns.map((column) => agateType(column.type));
  const objects = data.rows.map((row) =>
    PyDict.of(row.map((v, i) => [data.columns[i]!.name, jsonValue(kinds[i]!, v)] as const)),
  );
  const write = (value: TemplateValue) =>
    toJson(value, {
      indent: typeof indent === 'number' ? indent : undefined,
      sortKeys: truthy(option('sort_keys')),
      unicode: !truthy(option('ensure_ascii')),
    });
  if (lines) return objects.map((object) => `${write(object)}\n`).join('');
  if (key === undefined) return write(objects);
  if (new Set(key).size < key.length) throw valueFailure('the key of to_json() has a value twice');
  return write(PyDict.of(key.map((k, i) => [k, objects[i]!] as const)));
}

export function withJson(
  table: TableValue,
  named: PyDict,
  site: CallSite,
  use: (written: string) => null,
): MaybePromise<TemplateValue> {
  const key = named.get('key');
  if (!isGiven(key)) return use(jsonText(table, undefined, named));
  return chain(keysOf(table, key, site), (keys) => use(jsonText(table, keys.map(text), named)));
}

export function csvOf(table: TableValue, named: PyDict): string {
  const option = (name: string, otherwise: string) => text(named.get(name) ?? otherwise);
  return csvText(namesOf(table.data), table.rows(), {
    delimiter: option('delimiter', ','),
    quote: option('quotechar', '"'),
    lineEnd: option('lineterminator', '\n'),
    numbered: truthy(named.get('line_numbers') ?? false),
    quoting: Number(named.get('quoting') ?? 0),
  });
}

export function writeTo(table: TableValue, path: TemplateValue, written: string): null {
  const file = resolve(table.host.folder(), text(path));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, written);
  return null;
}

export function say(table: TableValue, printed: string): null {
  table.host.say(printed.replace(/\n$/, ''));
  return null;
}

export function shownBy(print: typeof printedTable) {
  return (table: TableValue, bound: Bound): null =>
    say(table, print(table.shown(), table.data.rows.length, bound[0], bound[1], bound[3], bound[5]));
}
