import { arithmetic } from '../arithmetic.js';
import { chain, mapInOrder } from '../chain.js';
import { iterate, type PyDict, PyIterator, toArray } from '../containers.js';
import { typeFailure, valueFailure } from '../failure.js';
import { type Bound, defineFunction } from '../signature.js';
import { PyTuple, repr, TemplateFunction, TemplateObject, type TemplateValue, truthy, typeName } from '../values.js';
import { StaticObject } from './static-object.js';

/** `product` and its like may not give more items than this. */
const maximumItems = 1_000_000;

function* productOf(pools: readonly TemplateValue[][]): Generator<TemplateValue[]> {
  const [first, ...others] = pools;
  if (first === undefined) yield [];
  else for (const item of first) for (const rest of productOf(others)) yield [item, ...rest];
}

function* combinationsOf(
  items: readonly TemplateValue[],
  count: number,
  repeat: boolean,
  from = 0,
): Generator<TemplateValue[]> {
  if (count === 0) yield [];
  else
    for (let i = from; i < items.length; i++)
      for (const rest of combinationsOf(items, count - 1, repeat, repeat ? i : i + 1)) yield [items[i]!, ...rest];
}

function* permutationsOf(items: readonly TemplateValue[], count: number): Generator<TemplateValue[]> {
  if (count === 0) yield [];
  else
    for (const [i, item] of items.entries())
      for (const rest of permutationsOf([...items.slice(0, i), ...items.slice(i + 1)], count - 1))
        yield [item, ...rest];
}

function* limited(items: Iterable<TemplateValue[]>): Generator<TemplateValue> {
  let count = 0;
  for (const item of items) {
    if (++count > maximumItems) throw valueFailure(`more than ${maximumItems} items`);
    yield new PyTuple(item);
  }
}

function* chained(iterables: readonly TemplateValue[]): Generator<TemplateValue> {
  for (const items of iterables) yield* iterate(items);
}

function* sliced(items: Iterable<TemplateValue>, from: number, to: number, every: number): Generator<TemplateValue> {
  let at = 0;
  if (to <= from) return;
  for (const item of items) {
    if (at >= from && (at - from) % every === 0) yield item;
    if (++at >= to) return;
  }
}

/** Without end in Python; here an error says so before the memory is full. */
function* endless(next: () => TemplateValue): Generator<TemplateValue> {
  for (let i = 0; i < maximumItems; i++) yield next();
  throw valueFailure(`more than ${maximumItems} items`, 'islice() takes some of what has no end');
}

function callable(value: TemplateValue | undefined): NonNullable<TemplateObject['call']> {
  if (value instanceof TemplateObject && value.call !== undefined) return value.call.bind(value);
  throw typeFailure(`a function or macro is needed, not ${typeName(value ?? null)}`);
}

function int(value: TemplateValue | undefined, otherwise: number): number {
  if (value === undefined || value === null) return otherwise;
  if (typeof value === 'number') return value;
  throw typeFailure(`an int is needed, not ${typeName(value)}`);
}

function tuples(name: string, spec: string, make: (bound: Bound) => Iterable<TemplateValue[]>): TemplateFunction {
  return defineFunction(`${name}(${spec})`, (bound) => new PyIterator(limited(make(bound)), `itertools.${name}`));
}

/** `modules.itertools` */
export const itertoolsModule = new StaticObject('module itertools', [
  new TemplateFunction('product', ({ positional, named }) => {
    const pools = positional.map(toArray);
    const repeat = int(named.get('repeat'), 1);
    const all = Array.from({ length: repeat }, () => pools).flat();
    return new PyIterator(limited(productOf(all)), 'itertools.product');
  }),
  tuples('combinations', 'iterable, r', ([items, r]) => combinationsOf(toArray(items!), int(r, 0), false)),
  tuples('combinations_with_replacement', 'iterable, r', ([items, r]) =>
    combinationsOf(toArray(items!), int(r, 0), true),
  ),
  tuples('permutations', 'iterable, r?', ([items, r]) =>
    permutationsOf(toArray(items!), int(r, toArray(items!).length)),
  ),
  defineFunction('zip_longest(*iterables, **kwargs)', ([iterables, named]) => {
    const all = toArray(iterables!).map(toArray);
    const fill = (named as PyDict).get('fillvalue') ?? null;
    const longest = Math.max(0, ...all.map((a) => a.length));
    const rows = Array.from({ length: longest }, (_, i) => all.map((a) => (i < a.length ? a[i]! : fill)));
    return new PyIterator(limited(rows), 'itertools.zip_longest');
  }),
  defineFunction('chain(*iterables)', ([iterables]) => new PyIterator(chained(toArray(iterables!)), 'itertools.chain')),
  defineFunction('islice(iterable, start, stop?, step?)', ([items, start, stop, step]) => {
    const [from, to] =
      stop === undefined
        ? [0, int(start, Number.POSITIVE_INFINITY)]
        : [int(start, 0), int(stop, Number.POSITIVE_INFINITY)];
    const every = int(step, 1);
    if (from < 0 || to < 0 || every < 1) throw valueFailure('islice() takes no negative positions');
    return new PyIterator(sliced(iterate(items!), from, to, every), 'itertools.islice');
  }),
  defineFunction('repeat(object, times?)', ([item, times]) =>
    times === undefined
      ? new PyIterator(
          endless(() => item!),
          `repeat(${repr(item!)})`,
          true,
        )
      : new PyIterator(
          Array.from({ length: Math.max(0, int(times, 0)) }, () => item!),
          `repeat(${repr(item!)}, ${int(times, 0)})`,
          true,
        ),
  ),
  defineFunction('count(start?, step?)', ([start, step]) => {
    const [first, by] = [start ?? 0, step ?? 1];
    let next: TemplateValue | undefined;
    const label = by === 1 ? repr(first) : `${repr(first)}, ${repr(by)}`;
    const advance = (): TemplateValue => {
      next = next === undefined ? first : arithmetic('+', next, by);
      return next;
    };
    return new PyIterator(endless(advance), `count(${label})`, true);
  }),
  defineFunction('cycle(iterable)', ([items]) => {
    const all = toArray(items!);
    let at = 0;
    return new PyIterator(all.length === 0 ? [] : endless(() => all[at++ % all.length]!), 'itertools.cycle');
  }),
  defineFunction('compress(data, selectors)', ([data, selectors]) => {
    const kept = toArray(selectors!);
    return new PyIterator(
      toArray(data!).filter((_, i) => i < kept.length && truthy(kept[i]!)),
      'itertools.compress',
    );
  }),
  defineFunction('starmap(function, iterable)', ([run, items], { site }) => {
    const call = callable(run);
    return chain(
      mapInOrder(toArray(items!), (item) => call({ positional: toArray(item), named: new Map(), site })),
      (made) => new PyIterator(made, 'itertools.starmap'),
    );
  }),
  defineFunction('tee(iterable, n?)', ([items, n]) => {
    const all = toArray(items!);
    return new PyTuple(Array.from({ length: int(n, 2) }, () => new PyIterator(all, 'itertools._tee')));
  }),
  defineFunction('accumulate(iterable, func?, initial?)', ([items, func, initial], { site }) => {
    const given = toArray(items!);
    const all = initial === undefined || initial === null ? given : [initial, ...given];
    const call = func === undefined || func === null ? undefined : callable(func);
    const out: TemplateValue[] = [];
    const made = mapInOrder(all, (item) =>
      chain(
        out.length === 0
          ? item
          : call === undefined
            ? arithmetic('+', out.at(-1)!, item)
            : call({ positional: [out.at(-1)!, item], named: new Map(), site }),
        (value) => {
          out.push(value);
          return value;
        },
      ),
    );
    return chain(made, (values) => new PyIterator(values, 'itertools.accumulate'));
  }),
]).asDict();
