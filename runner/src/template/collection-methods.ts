import { chain, mapInOrder } from './chain.js';
import { DictView, describe, iterate, PyDict, PySet, toArray } from './containers.js';
import { equal } from './equality.js';
import { argumentFailure, typeFailure, valueFailure } from './failure.js';
import { methods } from './methods.js';
import { sortValues } from './sorting.js';
import {
  type CallSite,
  type MaybePromise,
  PyTuple,
  TemplateObject,
  type TemplateValue,
  truthy,
  typeName,
} from './values.js';

function index(value: TemplateValue | undefined, length: number, otherwise: number): number {
  if (value === undefined) return otherwise;
  if (typeof value !== 'number') throw typeFailure(`an index is an int, not ${typeName(value)}`);
  return value < 0 ? value + length : value;
}

function position(
  items: readonly TemplateValue[],
  value: TemplateValue,
  start?: TemplateValue,
  stop?: TemplateValue,
): number {
  const from = index(start, items.length, 0);
  const to = index(stop, items.length, items.length);
  const at = items.findIndex((item, i) => i >= from && i < to && equal(item, value));
  if (at === -1) throw valueFailure(`${describe(value)} is not in the list`);
  return at;
}

/** What a list is sorted by: its items, or what a function makes of each. */
function sortKeys(items: TemplateValue[], key: TemplateValue, site: () => CallSite): MaybePromise<TemplateValue[]> {
  if (key === null) return items;
  if (!(key instanceof TemplateObject) || key.call === undefined)
    throw typeFailure(`the key of sort() is a function or macro, not ${typeName(key)}`);
  const call = key.call.bind(key);
  return mapInOrder(items, (item) => call({ positional: [item], named: new Map(), site: site() }));
}

/** The methods of `list`. Those that change it return None, as Python's do. */
export const listMethods = methods<TemplateValue[]>({
  'append(object!)': (self, [item]) => {
    self.push(item!);
    return null;
  },
  'extend(iterable)': (self, [items]) => {
    self.push(...toArray(items!));
    return null;
  },
  'insert(index, object!)': (self, [at, item]) => {
    self.splice(Math.max(0, index(at, self.length, 0)), 0, item!);
    return null;
  },
  'pop(index?)': (self, [at]) => {
    const place = index(at, self.length, self.length - 1);
    if (place < 0 || place >= self.length) throw valueFailure('pop() from an index that the list does not have');
    return self.splice(place, 1)[0]!;
  },
  'remove(value)': (self, [item]) => {
    self.splice(position(self, item!), 1);
    return null;
  },
  'index(value, start?, stop?)': (self, [item, start, stop]) => position(self, item!, start, stop),
  'count(value)': (self, [item]) => self.filter((x) => equal(x, item!)).length,
  'reverse()': (self) => {
    self.reverse();
    return null;
  },
  'sort(*args, **kwargs)': (self, [args, kwargs], site) => {
    const named = kwargs as PyDict;
    const unknown = [...named.keys()].find((name) => name !== 'reverse' && name !== 'key');
    if ((args as TemplateValue[]).length > 0 || unknown !== undefined)
      throw argumentFailure(
        'sort() takes nothing but key= and reverse=',
        'items | sort(attribute=…) sorts by something',
      );
    const reverse = truthy(named.get('reverse') ?? false);
    return chain(sortKeys(self, named.get('key') ?? null, site), (keys) => {
      const keyed = self.map((item, i) => ({ item, key: keys[i]! }));
      const sorted = sortValues(keyed, ({ key }) => key, reverse);
      self.splice(0, self.length, ...sorted.map(({ item }) => item));
      return null;
    });
  },
  'clear()': (self) => {
    self.length = 0;
    return null;
  },
  'copy()': (self) => self.slice(),
});

export const tupleMethods = methods<PyTuple>({
  'index(value, start?, stop?)': (self, [item, start, stop]) => position(self.items, item!, start, stop),
  'count(value)': (self, [item]) => self.items.filter((x) => equal(x, item!)).length,
});

/** Pairs of `dict(…)` and `update(…)`: a dict, or items of two. */
export function pairs(value: TemplateValue): Iterable<readonly [TemplateValue, TemplateValue]> {
  if (value instanceof PyDict) return value.items();
  return toArray(value).map((item) => {
    const pair = toArray(item);
    if (pair.length !== 2) throw valueFailure(`${describe(item)} is no pair of key and value`);
    return [pair[0]!, pair[1]!] as const;
  });
}

/** The methods of `dict`. */
export const dictMethods = methods<PyDict>({
  'get(key, default?!)': (self, [key, otherwise]) => self.get(key!) ?? otherwise ?? null,
  'keys()': (self) => new DictView(self, 'keys'),
  'values()': (self) => new DictView(self, 'values'),
  'items()': (self) => new DictView(self, 'items'),
  'update(other?, **kwargs)': (self, [other, named]) => {
    if (other !== undefined) for (const [key, value] of pairs(other)) self.set(key, value);
    for (const [key, value] of (named as PyDict).items()) self.set(key, value);
    return null;
  },
  'pop(key, default?!)': (self, [key, otherwise]) => {
    const value = self.get(key!) ?? otherwise;
    if (value === undefined) throw valueFailure(`the dict has no key ${describe(key!)}`);
    self.delete(key!);
    return value;
  },
  'popitem()': (self) => {
    const last = [...self.items()].at(-1);
    if (last === undefined) throw valueFailure('popitem() of an empty dict');
    self.delete(last[0]);
    return new PyTuple(last);
  },
  'setdefault(key!, default?!)': (self, [key, otherwise]) => {
    if (!self.has(key!)) self.set(key!, otherwise ?? null);
    return self.get(key!)!;
  },
  'copy()': (self) => PyDict.of(self.items()),
  'clear()': (self) => {
    self.entries.clear();
    return null;
  },
  'fromkeys(keys, value?!)': (_self, [keys, value]) =>
    PyDict.of(toArray(keys!).map((k) => [k, value ?? null] as const)),
});

function others(bound: readonly (TemplateValue | undefined)[]): PySet[] {
  return (bound[0] as TemplateValue[]).map((s) => new PySet(iterate(s)));
}

/** The methods of `set`. */
export const setMethods = methods<PySet>({
  'add(item!)': (self, [item]) => {
    self.add(item!);
    return null;
  },
  'update(*others)': (self, bound) => {
    for (const other of others(bound)) for (const item of other.iterate()) self.add(item);
    return null;
  },
  'discard(item)': (self, [item]) => {
    self.delete(item!);
    return null;
  },
  'remove(item)': (self, [item]) => {
    if (!self.delete(item!)) throw valueFailure(`${describe(item!)} is not in the set`);
    return null;
  },
  'difference_update(*others)': (self, bound) => {
    for (const other of others(bound)) for (const item of other.iterate()) self.delete(item);
    return null;
  },
  'intersection_update(*others)': (self, bound) => {
    const all = others(bound);
    for (const item of [...self.iterate()]) if (!all.every((other) => other.contains(item))) self.delete(item);
    return null;
  },
  'symmetric_difference_update(other)': (self, [other]) => {
    for (const item of new PySet(iterate(other!)).iterate()) if (!self.delete(item)) self.add(item);
    return null;
  },
  'pop()': (self) => {
    const [first] = self.iterate();
    if (first === undefined) throw valueFailure('pop() from an empty set');
    self.delete(first);
    return first;
  },
  'union(*others)': (self, bound) => new PySet([self, ...others(bound)].flatMap((s) => [...s.iterate()])),
  'intersection(*others)': (self, bound) =>
    new PySet([...self.iterate()].filter((item) => others(bound).every((s) => s.contains(item)))),
  'difference(*others)': (self, bound) =>
    new PySet([...self.iterate()].filter((item) => !others(bound).some((s) => s.contains(item)))),
  'symmetric_difference(other)': (self, [other]) => {
    const second = new PySet(iterate(other!));
    return new PySet([
      ...[...self.iterate()].filter((item) => !second.contains(item)),
      ...[...second.iterate()].filter((item) => !self.contains(item)),
    ]);
  },
  'issubset(other)': (self, [other]) => {
    const second = new PySet(iterate(other!));
    return [...self.iterate()].every((item) => second.contains(item));
  },
  'issuperset(other)': (self, [other]) => [...iterate(other!)].every((item) => self.contains(item)),
  'isdisjoint(other)': (self, [other]) => ![...iterate(other!)].some((item) => self.contains(item)),
  'copy()': (self) => new PySet(self.iterate()),
});
