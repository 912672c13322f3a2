import { equal, type HashKey, hashKey } from './equality.js';
import { typeFailure, valueFailure } from './failure.js';
import { hostValue, PyTuple, plain, repr, stored, TemplateObject, type TemplateValue, withoutEnd } from './values.js';

/** A dict: ordered, keys compared as Python compares them (`1`, `1.0` and `True` are one key). */
export class PyDict extends TemplateObject {
  readonly typeName = 'dict';
  readonly entries = new Map<HashKey, { key: TemplateValue; value: TemplateValue }>();

  static of(pairs: Iterable<readonly [TemplateValue, TemplateValue]>): PyDict {
    const dict = new PyDict();
    for (const [key, value] of pairs) dict.set(key, value);
    return dict;
  }
  get(key: TemplateValue): TemplateValue | undefined {
    return this.entries.get(hashKey(key))?.value;
  }
  set(key: TemplateValue, value: TemplateValue): void {
    const hash = hashKey(key);
    const entry = this.entries.get(hash);
    if (entry === undefined) this.entries.set(hash, { key: stored(key), value });
    else entry.value = value;
  }
  has(key: TemplateValue): boolean {
    return this.entries.has(hashKey(key));
  }
  delete(key: TemplateValue): boolean {
    return this.entries.delete(hashKey(key));
  }
  *keys(): Iterable<TemplateValue> {
    for (const { key } of this.entries.values()) yield key;
  }
  *values(): Iterable<TemplateValue> {
    for (const { value } of this.entries.values()) yield value;
  }
  *items(): Iterable<readonly [TemplateValue, TemplateValue]> {
    for (const { key, value } of this.entries.values()) yield [key, value];
  }
  override getItem(key: TemplateValue): TemplateValue | undefined {
    return this.get(key);
  }
  override iterate(): Iterable<TemplateValue> {
    return this.keys();
  }
  override size(): number {
    return this.entries.size;
  }
  override contains(key: TemplateValue): boolean {
    return this.has(key);
  }
  override equals(other: TemplateValue): boolean {
    if (!(other instanceof PyDict) || other.entries.size !== this.entries.size) return false;
    for (const [hash, { value }] of this.entries) {
      const entry = other.entries.get(hash);
      if (entry === undefined || !equal(entry.value, value)) return false;
    }
    return true;
  }
  override operate(operator: string, other: TemplateValue, reflected: boolean): TemplateValue | undefined {
    if (operator !== '|' || reflected || !(other instanceof PyDict)) return undefined;
    return PyDict.of([...this.items(), ...other.items()]);
  }
  override toText(): string {
    return withoutEnd(this, '{...}', () => {
      const parts: string[] = [];
      for (const { key, value } of this.entries.values()) parts.push(`${repr(key)}: ${repr(value)}`);
      return `{${parts.join(', ')}}`;
    });
  }
  override toHost(): Record<string, unknown> {
    const out: Record<string, unknown> = {};
    for (const { key, value } of this.entries.values())
      Object.defineProperty(out, String(hostValue(key)), {
        value: hostValue(value),
        enumerable: true,
        writable: true,
        configurable: true,
      });
    return out;
  }
}

/** A dict of the context, e.g. `target`: it is known which names it may have. */
export class NamedDict extends PyDict {
  readonly #others: readonly string[];

  /**
   * @param label how messages call it
   * @param others names that it may have and does not have here: they are not there, and that is no mistake
   */
  constructor(
    readonly label: string,
    items: Iterable<readonly [TemplateValue, TemplateValue]>,
    others: Iterable<string>,
    override readonly unknownIsMistake: 'always' | 'alike',
  ) {
    super();
    for (const [key, value] of items) this.set(key, value);
    this.#others = [...others];
  }
  override attributeNames(): Iterable<string> {
    return [...this.keys()].filter((key) => typeof key === 'string').concat(this.#others);
  }
}

/** A set, in order of insertion. */
export class PySet extends TemplateObject {
  readonly typeName = 'set';
  readonly members = new Map<HashKey, TemplateValue>();

  constructor(items: Iterable<TemplateValue> = []) {
    super();
    for (const item of items) this.add(item);
  }
  add(item: TemplateValue): void {
    const hash = hashKey(item);
    if (!this.members.has(hash)) this.members.set(hash, stored(item));
  }
  /** @returns whether it was there */
  delete(item: TemplateValue): boolean {
    return this.members.delete(hashKey(item));
  }
  /** A set is less than one that holds all its items and more; of others neither is. */
  override compare(given: TemplateValue): number | undefined {
    const other = given instanceof DictView ? new PySet(given.iterate()) : given;
    if (!(other instanceof PySet)) return undefined;
    const isWithin = (a: PySet, b: PySet): boolean => [...a.members.keys()].every((hash) => b.members.has(hash));
    if (this.size() === other.size()) return isWithin(this, other) ? 0 : Number.NaN;
    return this.size() < other.size()
      ? isWithin(this, other)
        ? -1
        : Number.NaN
      : isWithin(other, this)
        ? 1
        : Number.NaN;
  }
  override iterate(): Iterable<TemplateValue> {
    return this.members.values();
  }
  override size(): number {
    return this.members.size;
  }
  override contains(item: TemplateValue): boolean {
    return this.members.has(hashKey(item));
  }
  override equals(other: TemplateValue): boolean {
    if (!(other instanceof PySet) || other.members.size !== this.members.size) return false;
    for (const hash of this.members.keys()) if (!other.members.has(hash)) return false;
    return true;
  }
  override operate(operator: string, other: TemplateValue, reflected: boolean): TemplateValue | undefined {
    if (operator !== '-' || reflected) return undefined;
    if (other instanceof DictView) return this.operate(operator, new PySet(other.iterate()), false);
    if (!(other instanceof PySet)) return undefined;
    return new PySet([...this.iterate()].filter((item) => !other.contains(item)));
  }
  override toText(): string {
    return this.members.size === 0 ? 'set()' : `{${[...this.members.values()].map(repr).join(', ')}}`;
  }
  override toHost(): unknown[] {
    return [...this.members.values()].map(hostValue);
  }
}

/** `range(…)`: items are made when they are asked for. */
export class PyRange extends TemplateObject {
  readonly typeName = 'range';
  constructor(
    readonly start: number,
    readonly stop: number,
    readonly step: number,
  ) {
    super();
    if (step === 0) throw valueFailure('range() with a step of 0');
  }
  override size(): number {
    return Math.max(0, Math.ceil((this.stop - this.start) / this.step));
  }
  override *iterate(): Iterable<TemplateValue> {
    const size = this.size();
    for (let i = 0; i < size; i++) yield this.start + i * this.step;
  }
  override getItem(key: TemplateValue): TemplateValue | undefined {
    if (typeof key !== 'number') return undefined;
    const index = key < 0 ? key + this.size() : key;
    return index >= 0 && index < this.size() ? this.start + index * this.step : undefined;
  }
  override equals(other: TemplateValue): boolean {
    return other instanceof PyRange && equal([...this.iterate()], [...other.iterate()]);
  }
  toText(): string {
    return this.step === 1 ? `range(${this.start}, ${this.stop})` : `range(${this.start}, ${this.stop}, ${this.step})`;
  }
  override toHost(): unknown[] {
    return [...this.iterate()];
  }
}

/** What `map`, `select`, `zip` … give: it can be read once, and has no length. */
export class PyIterator extends TemplateObject {
  readonly typeName = 'generator';
  readonly #iterator: Iterator<TemplateValue>;
  constructor(
    items: Iterable<TemplateValue>,
    readonly label = 'generator',
    /** it prints as its label says */
    readonly labelled = false,
  ) {
    super();
    this.#iterator = items[Symbol.iterator]();
  }
  override truthy(): boolean {
    return true;
  }
  override *iterate(): Iterable<TemplateValue> {
    for (let step = this.#iterator.next(); step.done !== true; step = this.#iterator.next()) yield step.value;
  }
  /** The next item, or undefined at the end. */
  take(): TemplateValue | undefined {
    const step = this.#iterator.next();
    return step.done === true ? undefined : step.value;
  }
  toText(): string {
    return this.labelled ? this.label : `<${this.label} object>`;
  }
  override toHost(): unknown[] {
    return [...this.iterate()].map(hostValue);
  }
}

/** `dict.keys()`, `.values()`, `.items()`: a look at the dict as it is. */
export class DictView extends TemplateObject {
  constructor(
    readonly dict: PyDict,
    readonly part: 'keys' | 'values' | 'items',
  ) {
    super();
  }
  get typeName(): string {
    return `dict_${this.part}`;
  }
  override *iterate(): Iterable<TemplateValue> {
    if (this.part === 'items') for (const [key, value] of this.dict.items()) yield new PyTuple([key, value]);
    else yield* this.part === 'keys' ? this.dict.keys() : this.dict.values();
  }
  override size(): number {
    return this.dict.size();
  }
  override operate(operator: string, other: TemplateValue, reflected: boolean): TemplateValue | undefined {
    return new PySet(this.iterate()).operate(
      operator,
      other instanceof DictView ? new PySet(other.iterate()) : other,
      reflected,
    );
  }
  override equals(other: TemplateValue): boolean {
    return other instanceof DictView && new PySet(this.iterate()).equals(new PySet(other.iterate()));
  }
  toText(): string {
    return `dict_${this.part}(${repr([...this.iterate()])})`;
  }
  override toHost(): unknown[] {
    return [...this.iterate()].map(hostValue);
  }
}

/** `namespace(…)`: the one object whose attributes `set` can change. */
export class Namespace extends TemplateObject {
  readonly typeName = 'Namespace';
  readonly values = new Map<string, TemplateValue>();
  override getAttribute(name: string): TemplateValue | undefined {
    return this.values.get(name);
  }
  override attributeNames(): Iterable<string> {
    return this.values.keys();
  }
  override getItem(key: TemplateValue): TemplateValue | undefined {
    const name = plain(key);
    return typeof name === 'string' ? this.values.get(name) : undefined;
  }
  override setAttribute(name: string, value: TemplateValue): boolean {
    this.values.set(name, value);
    return true;
  }
  toText(): string {
    return `<Namespace ${PyDict.of(this.values).toText()}>`;
  }
}

/**
 * The items of a value, as Python's `iter` gives them.
 * @throws OperationFailure TSD2009 where it has none
 */
export function iterate(value: TemplateValue): Iterable<TemplateValue> {
  if (Array.isArray(value)) return value;
  const given = plain(value);
  if (typeof given === 'string') return given;
  if (typeof given === 'object' && given !== null && !Array.isArray(given) && given.iterate !== undefined)
    return given.iterate();
  throw typeFailure(`${describe(value)} has no items to go through`);
}

/** Whether a value has items to go through. */
export function isIterable(value: TemplateValue): boolean {
  if (typeof value === 'string' || Array.isArray(value)) return true;
  return typeof value === 'object' && value !== null && value.iterate !== undefined;
}

/** The items of a value as an array of its own. */
export function toArray(value: TemplateValue): TemplateValue[] {
  return Array.isArray(value) ? value.slice() : [...iterate(value)];
}

/** `None`, `the int 5`, `the dict {…}`: a value in a message. */
export function describe(value: TemplateValue): string {
  if (value === null) return 'None';
  const shown = repr(value);
  const type = typeof value === 'object' && !Array.isArray(value) ? value.typeName : Array.isArray(value) ? 'list' : '';
  const name = type || (typeof value === 'string' ? 'string' : typeof value === 'boolean' ? 'bool' : 'int');
  return `the ${name === 'str' ? 'string' : name} ${shown.length > 60 ? `${shown.slice(0, 57)}…` : shown}`;
}

/**
 * Number of items.
 * @throws OperationFailure TSD2009 where the value has none
 */
export function size(value: TemplateValue): number {
  const given = plain(value);
  if (Array.isArray(given)) return given.length;
  if (typeof given === 'string') {
    let count = given.length;
    for (let i = 0; i < given.length; i++) if ((given.charCodeAt(i) & 0xfc00) === 0xd800) count--;
    return count;
  }
  if (typeof given === 'object' && given !== null && given.size !== undefined) return given.size();
  throw typeFailure(
    `${describe(value)} has no length`,
    given instanceof PyIterator ? 'make a list of it first: … | list | length' : undefined,
  );
}
