import { describe, iterate, PyDict, PyIterator, size, toArray } from '../containers.js';
import { compare, equal, hashKey } from '../equality.js';
import { typeFailure, valueFailure } from '../failure.js';
import { escapedText, keepMarkup } from '../markup.js';
import { concatRendered } from '../rendered.js';
import { sortValues } from '../sorting.js';
import {
  Markup,
  PyTuple,
  Rendered,
  TemplateObject,
  type TemplateValue,
  text,
  truthy,
  typeName,
  Undefined,
} from '../values.js';
import { attributeGetter, caseKey } from './attribute-getter.js';
import { filterTable } from './filter.js';

/** A group of `groupby`: the tuple (grouper, list) with names. */
class Group extends PyTuple {
  constructor(
    readonly grouper: TemplateValue,
    readonly list: TemplateValue[],
  ) {
    super([grouper, list]);
  }
  override getAttribute(name: string): TemplateValue | undefined {
    return name === 'grouper' ? this.grouper : name === 'list' ? this.list : undefined;
  }
  override attributeNames(): Iterable<string> {
    return ['grouper', 'list'];
  }
}

function extreme(
  value: TemplateValue,
  sensitive: boolean,
  attribute: TemplateValue | undefined,
  sign: 1 | -1,
): TemplateValue {
  const get = attributeGetter(attribute);
  const key = caseKey(sensitive);
  let best: TemplateValue | undefined;
  for (const item of iterate(value))
    if (best === undefined || sign * compare(key(get(item)), key(get(best))) < 0) best = item;
  return best ?? new Undefined('no aggregated item, the sequence was empty');
}

function groupBy(
  value: TemplateValue,
  attribute: TemplateValue,
  otherwise: TemplateValue | undefined,
  sensitive: boolean,
): Group[] {
  const get = attributeGetter(attribute, otherwise);
  const key = caseKey(sensitive);
  const sorted = sortValues(toArray(value), (item) => key(get(item)));
  const groups: Group[] = [];
  let last: TemplateValue | undefined;
  for (const item of sorted) {
    const k = key(get(item));
    if (last !== undefined && equal(last, k)) groups.at(-1)!.list.push(item);
    else groups.push(new Group(sensitive ? k : get(item), [item]));
    last = k;
  }
  return groups;
}

function dictSort(value: TemplateValue, sensitive: boolean, by: string, reverse: boolean): PyTuple[] {
  if (!(value instanceof PyDict)) throw typeFailure(`dictsort needs a dict, not ${typeName(value)}`);
  if (by !== 'key' && by !== 'value') throw valueFailure(`dictsort sorts by "key" or "value", not "${by}"`);
  const key = caseKey(sensitive);
  const position = by === 'key' ? 0 : 1;
  const items = [...value.items()].map((pair) => new PyTuple([...pair]));
  return sortValues(items, (pair) => key(pair.items[position]!), reverse);
}

function sortBy(
  value: TemplateValue,
  reverse: boolean,
  sensitive: boolean,
  attribute: TemplateValue | undefined,
): TemplateValue[] {
  const key = caseKey(sensitive);
  const getters =
    typeof attribute === 'string' ? attribute.split(',').map((a) => attributeGetter(a)) : [attributeGetter(attribute)];
  return sortValues(
    toArray(value),
    (item) => (getters.length === 1 ? key(getters[0]!(item)) : getters.map((get) => key(get(item)))),
    reverse,
  );
}

function reverse(value: TemplateValue): TemplateValue {
  if (value instanceof Rendered) return keepMarkup((given) => [...given].reverse().join(''))(value);
  if (typeof value === 'string') return [...value].reverse().join('');
  if (value instanceof Undefined || Array.isArray(value) || value instanceof TemplateObject)
    return new PyIterator(toArray(value).reverse(), Array.isArray(value) ? 'list_reverseiterator' : 'reversed');
  throw typeFailure(`${describe(value)} cannot be reversed`);
}

function batch(items: TemplateValue[], length: number, fill: TemplateValue | undefined): TemplateValue[] {
  if (length < 1) throw valueFailure('batch needs a size of at least 1');
  const out: TemplateValue[][] = [];
  for (let i = 0; i < items.length; i += length) out.push(items.slice(i, i + length));
  const last = out.at(-1);
  if (last !== undefined && fill !== undefined && fill !== null) while (last.length < length) last.push(fill);
  return out;
}

function slices(items: TemplateValue[], count: number, fill: TemplateValue | undefined): TemplateValue[] {
  if (count < 1) throw valueFailure('slice needs a number of at least 1');
  const short = Math.floor(items.length / count);
  const longer = items.length % count;
  const out: TemplateValue[][] = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    const length = short + (i < longer ? 1 : 0);
    const part = items.slice(at, at + length);
    at += length;
    if (fill !== undefined && fill !== null && i >= longer) part.push(fill);
    out.push(part);
  }
  return out;
}

function integerOf(value: TemplateValue | undefined): number {
  if (typeof value === 'number') return value;
  throw typeFailure(`an int is needed, not ${typeName(value ?? null)}`);
}

export const sequenceFilters = filterTable(
  {
    'length()': size,
    'count()': size,
    'first()': (value) => {
      for (const item of iterate(value)) return item;
      return new Undefined('no first item, the sequence was empty');
    },
    'last()': (value) => {
      if (value instanceof PyIterator)
        throw typeFailure('a generator has no last item', 'make a list of it first: … | list | last');
      const items = toArray(value);
      if (value instanceof Markup && items.length > 0) return new Markup(text(items.at(-1)!));
      return items.length > 0 ? items.at(-1)! : new Undefined('no last item, the sequence was empty');
    },
    'random()': (value) => {
      const items = toArray(value);
      if (items.length === 0) return new Undefined('no random item, the sequence was empty');
      return items[Math.floor(Math.random() * items.length)]!;
    },
    'list()': toArray,
    'join(d?!, attribute?)': (value, [separator, attribute], _apply, autoescape) => {
      const items = toArray(value).map(attributeGetter(attribute));
      const by = separator ?? (separator === undefined ? '' : null);
      const safe = autoescape && (by instanceof Markup || items.some((item) => item instanceof Markup));
      if (!safe) return concatRendered(items, text(by));
      return new Markup(items.map(escapedText).join(escapedText(by)));
    },
    'reverse()': reverse,
    'sort(reverse?, case_sensitive?, attribute?)': (value, [backwards, sensitive, attribute]) =>
      sortBy(value, truthy(backwards ?? false), truthy(sensitive ?? false), attribute),
    'unique(case_sensitive?, attribute?)': (value, [sensitive, attribute]) => {
      const get = attributeGetter(attribute);
      const key = caseKey(truthy(sensitive ?? false));
      const seen = new Set<unknown>();
      return new PyIterator(
        toArray(value).filter((item) => {
          const hash = hashKey(key(get(item)));
          return seen.has(hash) ? false : seen.add(hash);
        }),
      );
    },
    'min(case_sensitive?, attribute?)': (value, [sensitive, attribute]) =>
      extreme(value, truthy(sensitive ?? false), attribute, 1),
    'max(case_sensitive?, attribute?)': (value, [sensitive, attribute]) =>
      extreme(value, truthy(sensitive ?? false), attribute, -1),
    'groupby(attribute, default?, case_sensitive?)': (value, [attribute, otherwise, sensitive]) =>
      groupBy(value, attribute!, otherwise === null ? undefined : otherwise, truthy(sensitive ?? false)),
    'dictsort(case_sensitive?, by?, reverse?)': (value, [sensitive, by, backwards]) =>
      dictSort(value, truthy(sensitive ?? false), by === undefined ? 'key' : text(by), truthy(backwards ?? false)),
    'items()': (value) => {
      if (value instanceof Undefined) return new PyIterator([]);
      if (!(value instanceof PyDict)) throw typeFailure(`items needs a dict, not ${typeName(value)}`);
      return new PyIterator([...value.items()].map((pair) => new PyTuple([...pair])));
    },
    'batch(linecount, fill_with?)': (value, [count, fill]) =>
      new PyIterator(batch(toArray(value), integerOf(count), fill)),
    'slice(slices, fill_with?)': (value, [count, fill]) =>
      new PyIterator(slices(toArray(value), integerOf(count), fill)),
  },
  ['reverse', 'last'],
);
