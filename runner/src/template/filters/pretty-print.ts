import { PyDict, PySet } from '../containers.js';
import { compare } from '../equality.js';
import { PyTuple, repr, type TemplateValue, typeName } from '../values.js';

/** Width of the lines. */
const WIDTH = 80;

/** Python's `pprint`: keys in order; what is longer than a line has an item on each. Long texts stay in one piece. */
export function prettyPrinted(value: TemplateValue): string {
  return formatted(value, 0, 0);
}

function formatted(value: TemplateValue, indent: number, allowance: number): string {
  const short = oneLine(value);
  if (short.length <= WIDTH - indent - allowance) return short;
  if (value instanceof PyDict) {
    const entries = sortedEntries(value);
    const lines = entries.map(([key, item], i) => {
      const name = repr(key);
      return `${name}: ${formatted(item, indent + 1 + name.length + 2, i === entries.length - 1 ? allowance + 1 : 1)}`;
    });
    return `{${lines.join(`,\n${' '.repeat(indent + 1)}`)}}`;
  }
  if (Array.isArray(value)) return `[${items(value, indent, allowance + 1)}]`;
  if (value instanceof PyTuple) {
    const end = value.items.length === 1 ? ',)' : ')';
    return `(${items(value.items, indent, allowance + end.length)}${end}`;
  }
  if (value instanceof PySet && value.size() > 0)
    return `{${items(sorted([...value.iterate()]), indent, allowance + 1)}}`;
  return short;
}

function items(all: readonly TemplateValue[], indent: number, allowance: number): string {
  const lines = all.map((item, i) => formatted(item, indent + 1, i === all.length - 1 ? allowance : 1));
  return lines.join(`,\n${' '.repeat(indent + 1)}`);
}

/** The value as it prints within a list, with its keys in order. */
function oneLine(value: TemplateValue): string {
  if (value instanceof PyDict)
    return `{${sortedEntries(value)
      .map(([key, item]) => `${repr(key)}: ${oneLine(item)}`)
      .join(', ')}}`;
  if (Array.isArray(value)) return `[${value.map(oneLine).join(', ')}]`;
  if (value instanceof PyTuple)
    return value.items.length === 1 ? `(${oneLine(value.items[0]!)},)` : `(${value.items.map(oneLine).join(', ')})`;
  return repr(value);
}

function sortedEntries(dict: PyDict): (readonly [TemplateValue, TemplateValue])[] {
  const entries = new Map(dict.items());
  return sorted([...entries.keys()]).map((key) => [key, entries.get(key)!] as const);
}

/** In order; values of types that have none among each other by the names of the types. */
function sorted(values: TemplateValue[]): TemplateValue[] {
  return values.sort((a, b) => {
    try {
      return compare(a, b);
    } catch {
      const [x, y] = [typeName(a), typeName(b)];
      return x < y ? -1 : x > y ? 1 : 0;
    }
  });
}
