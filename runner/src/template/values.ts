import type { SourcePlace } from '../errors/source-text.js';
import { didYouMean } from '../errors/suggest.js';
import { OperationFailure, templateCodes, type Via } from './failure.js';
import type { SourceSegment } from './source-map.js';

export type MaybePromise<T> = T | Promise<T>;

/**
 * A value of a template. `null` is None; `number` and `bigint` are ints (bigint beyond 2^53), floats are {@link PyFloat};
 * arrays are lists; everything else is a {@link TemplateObject}.
 */
export type TemplateValue = null | boolean | number | bigint | string | TemplateValue[] | TemplateObject;

/** Where a call stands, and the macro calls through which it was reached, innermost first. */
export interface CallSite {
  readonly place: SourcePlace;
  readonly via: readonly Via[];
  /** it stands within `{% autoescape true %}` */
  readonly autoescape?: boolean | undefined;
}

/** The arguments of a call. */
export interface CallArguments {
  readonly positional: readonly TemplateValue[];
  readonly named: ReadonlyMap<string, TemplateValue>;
  readonly site: CallSite;
}

/**
 * What a template can do with an object. Nothing else of it can be reached: templates never see prototypes or
 * properties that a class does not hand out here.
 */
export abstract class TemplateObject {
  /** the type as messages name it, e.g. `dict`, `Relation` */
  abstract readonly typeName: string;

  /** The attribute `object.name`, or undefined when there is none. */
  getAttribute(_name: string): TemplateValue | undefined {
    return undefined;
  }
  /** Names for suggestions. */
  attributeNames(): Iterable<string> {
    return [];
  }
  /**
   * Whether asking for an attribute that is not there is a mistake: `always` where there can be no others, `alike` where there
   * can be, so that only a name that is nearly one of those it has is taken for one. Absent: never.
   */
  declare readonly unknownIsMistake?: 'always' | 'alike';
  /** The item `object[key]`, or undefined when there is none. */
  getItem(_key: TemplateValue): TemplateValue | undefined {
    return undefined;
  }
  /** Sets `object[key]` or an attribute; false when the object does not allow it. */
  setAttribute(_name: string, _value: TemplateValue): boolean {
    return false;
  }
  /** `object(…)`; absent when it cannot be called. */
  call?(args: CallArguments): MaybePromise<TemplateValue>;
  /** Its items, absent when it cannot be iterated. */
  iterate?(): Iterable<TemplateValue>;
  /** Number of items, absent when it has none. */
  size?(): number;
  /** `key in object`; absent means: look through `iterate`. */
  contains?(key: TemplateValue): boolean;
  /** `object[a:b]` is a tuple of its items */
  readonly slicesToTuple?: boolean;
  /** `is mapping` holds */
  declare readonly isMapping?: boolean;
  truthy(): boolean {
    return this.size === undefined ? true : this.size() > 0;
  }
  equals(other: TemplateValue): boolean {
    return this === other;
  }
  /** Negative, 0, positive; absent when it has no order. Undefined when not comparable with `other`. */
  compare?(other: TemplateValue): number | undefined;
  /** `object + other`, `other + object`, `object - other` …; undefined when the operation does not exist. */
  operate?(operator: string, other: TemplateValue, reflected: boolean): TemplateValue | undefined;
  /** What `{{ object }}` prints. */
  abstract toText(): string;
  /** What it prints inside a list. */
  toRepr(): string {
    return this.toText();
  }
  /** What a host function gets. */
  toHost(): unknown {
    return this;
  }
}

/** A float, kept apart from ints because it prints and divides differently. */
export class PyFloat extends TemplateObject {
  readonly typeName = 'float';
  constructor(readonly value: number) {
    super();
  }
  override truthy(): boolean {
    return this.value !== 0;
  }
  override toText(): string {
    return formatFloat(this.value);
  }
  override toHost(): unknown {
    return this.value;
  }
}

/** Python's shortest representation: `1.0`, `1e+16`, `1e-05`, `inf`, `nan`. */
export function formatFloat(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (Object.is(value, -0)) return '-0.0';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e16)) {
    return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
  }
  const text = String(value);
  return text.includes('.') ? text : `${text}.0`;
}

/** What a name, attribute or item that is not there gives: prints as nothing, is false, has no items. */
export class Undefined extends TemplateObject {
  readonly typeName = 'Undefined';
  constructor(
    /** what is undefined, e.g. `'x' is undefined` */
    readonly message: string,
    /** names that it could have been */
    readonly candidates: () => Iterable<string> = () => [],
    readonly name = '',
    /** attributes, items and calls of it are undefined too */
    readonly lenient = false,
  ) {
    super();
  }
  /** The error of using it. */
  failure(): OperationFailure {
    return new OperationFailure(
      templateCodes.undefinedValue,
      this.message,
      didYouMean(this.name, new Set(this.candidates())),
    );
  }
  override iterate(): Iterable<TemplateValue> {
    return [];
  }
  override size(): number {
    return 0;
  }
  override equals(other: TemplateValue): boolean {
    return other instanceof Undefined;
  }
  toText(): string {
    return '';
  }
  override toRepr(): string {
    return 'Undefined';
  }
  override toHost(): unknown {
    return undefined;
  }
}

/** What a name gives that nothing has: no variable, no macro, nothing of the context. */
export class UnknownName extends Undefined {}

/** Text that a macro or a block printed, with where each part came from. To templates it is a string. */
export class Rendered extends TemplateObject {
  readonly typeName = 'str';
  constructor(
    readonly text: string,
    readonly segments: readonly SourceSegment[],
  ) {
    super();
  }
  override truthy(): boolean {
    return this.text !== '';
  }
  toText(): string {
    return this.text;
  }
  override toRepr(): string {
    return reprString(this.text);
  }
  override toHost(): unknown {
    return this.text;
  }
}

/** Text that may stand in HTML as it is (Python's `Markup`): it is not escaped again, and escapes what is added to it. */
export class Markup extends Rendered {
  constructor(text: string, segments: readonly SourceSegment[] = []) {
    super(text, segments);
  }
  override toRepr(): string {
    return `Markup(${reprString(this.text)})`;
  }
}

/** The string of a {@link Rendered}; any other value as it is. */
export function plain(value: TemplateValue): TemplateValue {
  return value instanceof Rendered ? value.text : value;
}

/** A value as lists, dicts and attributes keep it: without the places of printed text. */
export function stored(value: TemplateValue): TemplateValue {
  return value instanceof Rendered && !(value instanceof Markup) ? value.text : value;
}

/** A function that templates can call. */
export class TemplateFunction extends TemplateObject {
  readonly typeName = 'function';
  constructor(
    readonly name: string,
    readonly invoke: (args: CallArguments) => MaybePromise<TemplateValue>,
  ) {
    super();
  }
  override call(args: CallArguments): MaybePromise<TemplateValue> {
    return this.invoke(args);
  }
  toText(): string {
    return `<function ${this.name}>`;
  }
}

/** A tuple. */
export class PyTuple extends TemplateObject {
  readonly typeName = 'tuple';
  constructor(readonly items: readonly TemplateValue[]) {
    super();
  }
  override iterate(): Iterable<TemplateValue> {
    return this.items;
  }
  override size(): number {
    return this.items.length;
  }
  toText(): string {
    return this.items.length === 1 ? `(${repr(this.items[0]!)},)` : `(${this.items.map(repr).join(', ')})`;
  }
  override toHost(): unknown {
    return this.items.map(hostValue);
  }
}

const printing = new Set<object>();

/** What a container prints; within itself only that it is there again. */
export function withoutEnd(container: object, again: string, print: () => string): string {
  if (printing.has(container)) return again;
  printing.add(container);
  try {
    return print();
  } finally {
    printing.delete(container);
  }
}

/** Python's `str(value)`: what printing a value gives. */
export function text(value: TemplateValue): string {
  if (typeof value === 'string') return value;
  if (value === null) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (Array.isArray(value)) return withoutEnd(value, '[...]', () => `[${value.map(repr).join(', ')}]`);
  if (typeof value === 'object') return value.toText();
  return String(value);
}

/** Python's `repr(value)`: what it prints inside a list. */
export function repr(value: TemplateValue): string {
  if (typeof value === 'string') return reprString(value);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value.toRepr();
  return text(value);
}

export function reprString(value: string): string {
  const quote = value.includes("'") && !value.includes('"') ? '"' : "'";
  let out = quote;
  for (const character of value) {
    const code = character.codePointAt(0)!;
    if (character === quote || character === '\\') out += `\\${character}`;
    else if (character === '\n') out += '\\n';
    else if (character === '\r') out += '\\r';
    else if (character === '\t') out += '\\t';
    else if (code > 126 || code < 32) out += isPrintable(character) ? character : escapedCode(code);
    else out += character;
  }
  return out + quote;
}

/** Whether Python prints a character as it is: no control, format, private or unassigned one, and no space but the plain one. */
export function isPrintable(character: string): boolean {
  return character === ' ' || !/[\p{C}\p{Z}]/u.test(character);
}

/** Python's `ascii(value)`: as `repr`, without characters beyond ASCII. */
export function asciiRepr(value: TemplateValue): string {
  return repr(value).replace(/[^\x20-\x7e]/gu, (c) => escapedCode(c.codePointAt(0)!));
}

function escapedCode(code: number): string {
  const hex = code.toString(16);
  if (code < 256) return `\\x${hex.padStart(2, '0')}`;
  return code < 65_536 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}

/** A value as a host function gets it: plain JavaScript; floats and ints are numbers, dicts plain objects, tuples arrays. */
export function hostValue(value: TemplateValue): unknown {
  if (Array.isArray(value)) return value.map(hostValue);
  if (typeof value === 'object' && value !== null) return value.toHost();
  return value;
}

/** The type's name as Python has it. */
export function typeName(value: TemplateValue): string {
  if (value === null) return 'NoneType';
  if (typeof value === 'string') return 'str';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number' || typeof value === 'bigint') return 'int';
  if (Array.isArray(value)) return 'list';
  return value.typeName;
}

export function truthy(value: TemplateValue): boolean {
  if (value === null || value === false || value === 0 || value === '') return false;
  if (typeof value === 'object') {
    if (Array.isArray(value)) return value.length > 0;
    if (value instanceof Rendered) return value.text !== '';
    return value.truthy();
  }
  return value !== 0n;
}
