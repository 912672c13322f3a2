import { pairs } from './collection-methods.js';
import { iterate, Namespace, PyDict, PyRange, toArray } from './containers.js';
import { argumentFailure, typeFailure, valueFailure } from './failure.js';
import { defineFunction } from './signature.js';
import { plain, TemplateFunction, TemplateObject, type TemplateValue, text, typeName } from './values.js';

/** `cycler('a', 'b')`. */
class Cycler extends TemplateObject {
  readonly typeName = 'Cycler';
  #at = 0;
  constructor(readonly items: readonly TemplateValue[]) {
    super();
  }
  override attributeNames(): Iterable<string> {
    return ['current', 'next', 'reset'];
  }
  override getAttribute(name: string): TemplateValue | undefined {
    if (name === 'current') return this.items[this.#at]!;
    if (name === 'next')
      return defineFunction('next()', () => {
        const item = this.items[this.#at]!;
        this.#at = (this.#at + 1) % this.items.length;
        return item;
      });
    if (name === 'reset')
      return defineFunction('reset()', () => {
        this.#at = 0;
        return null;
      });
    return undefined;
  }
  toText(): string {
    return '<Cycler>';
  }
}

const words =
  'a ac adipiscing aenean aliquam amet ante arcu at augue bibendum blandit commodo congue consectetuer cras dapibus diam dictum dolor donec dui eget elit enim erat et etiam eu euismod fames felis fringilla fusce gravida habitant hac iaculis id in integer ipsum justo lacus lectus leo libero lorem magna mattis mauris metus mi morbi nam nec neque nisi non nulla nunc odio orci ornare pede porta pretium purus quam quis risus rutrum sagittis sapien sed sem sit tellus tempor tincidunt tortor tristique turpis ultrices urna ut varius vel velit vitae vivamus viverra volutpat vulputate'.split(
    ' ',
  );

function lipsum(n: number, html: boolean, min: number, max: number): string {
  const paragraphs = Array.from({ length: n }, () => {
    const count = min + Math.floor(Math.random() * Math.max(1, max - min));
    const chosen = Array.from({ length: count }, () => words[Math.floor(Math.random() * words.length)]!);
    const sentence = chosen.join(' ');
    return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`;
  });
  return html ? paragraphs.map((p) => `<p>${p}</p>`).join('\n') : paragraphs.join('\n\n');
}

function int(value: TemplateValue | undefined, otherwise: number): number {
  if (value === undefined) return otherwise;
  if (typeof value === 'number' || typeof value === 'boolean') return Number(value);
  throw typeFailure(`an int is needed, not ${typeName(value)}`);
}

function makeRange([start, stop, step]: (TemplateValue | undefined)[]): PyRange {
  const range =
    stop === undefined ? new PyRange(0, int(start, 0), 1) : new PyRange(int(start, 0), int(stop, 0), int(step, 1));
  if (range.size() > 100_000) throw valueFailure('range() of more than 100000 items', 'let SQL generate the rows');
  return range;
}

/** `dict`, which is a type in Python and has a way of its own to be made. */
class DictFunction extends TemplateFunction {
  override attributeNames(): Iterable<string> {
    return ['fromkeys'];
  }
  override getAttribute(name: string): TemplateValue | undefined {
    return name === 'fromkeys' ? fromKeys : undefined;
  }
}

const makeDict = defineFunction('dict(mapping?, **kwargs)', ([mapping, named]) => {
  const dict = PyDict.of(mapping === undefined ? [] : pairs(mapping));
  for (const [key, value] of (named as PyDict).items()) dict.set(key, value);
  return dict;
});

const fromKeys = defineFunction('fromkeys(keys, value?)', ([keys, value]) =>
  PyDict.of(toArray(keys!).map((key) => [key, value ?? null])),
);

const functions = [
  defineFunction('range(start, stop?, step?)', makeRange),
  new DictFunction(makeDict.name, makeDict.invoke),
  defineFunction('namespace(mapping?, **kwargs)', ([mapping, named]) => {
    const namespace = new Namespace();
    for (const [key, value] of mapping === undefined ? [] : pairs(mapping)) namespace.setAttribute(text(key), value);
    for (const [key, value] of (named as PyDict).items()) namespace.setAttribute(text(key), value);
    return namespace;
  }),
  defineFunction('lipsum(n?, html?, min?, max?)', ([n, html, min, max]) =>
    lipsum(int(n, 5), html !== false, int(min, 20), int(max, 100)),
  ),
  defineFunction('cycler(*items)', ([items]) => {
    const given = toArray(items!);
    if (given.length === 0) throw argumentFailure('cycler() needs at least one item');
    return new Cycler(given);
  }),
  defineFunction('joiner(sep?)', ([separator]) => {
    let used = false;
    return defineFunction('joiner()', () => {
      const out = used ? (separator ?? ', ') : '';
      used = true;
      return out;
    });
  }),
];

/** What every template can call: Jinja2's own functions. */
export const jinjaGlobals: ReadonlyMap<string, TemplateValue> = new Map(
  functions.map((f: TemplateFunction) => [f.name, f]),
);

/** The items of a value without the places of printed text. */
export function plainItems(value: TemplateValue): TemplateValue[] {
  return [...iterate(value)].map(plain);
}
