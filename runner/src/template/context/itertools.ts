import { arithmetic } from '../arithmetic.js';
import { iterate, PyIterator, toArray } from '../containers.js';
import { typeFailure, valueFailure } from '../failure.js';
import { type Bound, defineFunction } from '../signature.js';
import { PyTuple, TemplateFunction, type TemplateValue, typeName } from '../values.js';
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
  tuples('zip_longest', '*iterables', ([iterables]) => {
    const all = toArray(iterables!).map(toArray);
    const longest = Math.max(0, ...all.map((a) => a.length));
    return Array.from({ length: longest }, (_, i) => all.map((a) => a[i] ?? null));
  }),
  defineFunction(
    'chain(*iterables)',
    ([iterables]) => new PyIterator(toArray(iterables!).flatMap(toArray), 'itertools.chain'),
  ),
  defineFunction('islice(iterable, start, stop?, step?)', ([items, start, stop, step]) => {
    const [from, to] = stop === undefined ? [0, int(start, 0)] : [int(start, 0), int(stop, Number.MAX_SAFE_INTEGER)];
    const every = int(step, 1);
    return new PyIterator(
      toArray(items!)
        .slice(from, to)
        .filter((_, i) => i % every === 0),
      'itertools.islice',
    );
  }),
  defineFunction(
    'repeat(object, times)',
    ([item, times]) =>
      new PyIterator(
        Array.from({ length: int(times, 0) }, () => item!),
        'itertools.repeat',
      ),
  ),
  defineFunction('accumulate(iterable)', ([items]) => {
    const out: TemplateValue[] = [];
    for (const item of iterate(items!)) out.push(out.length === 0 ? item : arithmetic('+', out.at(-1)!, item));
    return new PyIterator(out, 'itertools.accumulate');
  }),
]);
