import { compareDecimal, DecimalValue } from './decimal.js';
import { typeFailure } from './failure.js';
import { PyFloat, PyTuple, plain, Rendered, TemplateObject, type TemplateValue, typeName } from './values.js';

/** What a value is found by in a dict or set. */
export type HashKey = string | number | bigint | null | TemplateObject | symbol;

const tuplePrefix = '\u0000(';

/**
 * The key of a value in a dict or set.
 * @throws OperationFailure TSD2009 for lists, dicts and sets, which cannot be keys
 */
export function hashKey(value: TemplateValue): HashKey {
  if (typeof value === 'string' || typeof value === 'number' || value === null) return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'bigint') return value;
  if (Array.isArray(value))
    throw typeFailure('a list cannot be a key of a dict or a member of a set', 'use a tuple: (a, b)');
  if (value instanceof DecimalValue) return decimalKey(value);
  if (value instanceof PyFloat) return value.value;
  if (value instanceof PyTuple) return tuplePrefix + value.items.map(keyText).join('\u0000,');
  if (value instanceof Rendered) return value.text;
  if (value.typeName === 'dict' || value.typeName === 'set')
    throw typeFailure(`a ${value.typeName} cannot be a key of a dict or a member of a set`);
  return value.compare === undefined ? value : `\u0000${value.typeName} ${value.toRepr()}`;
}

/** A Decimal is the same key as the float or int that has its value; many have more digits than any float. */
function decimalKey(value: DecimalValue): HashKey {
  if (compareDecimal(value, new PyFloat(value.value)) === 0) return value.value;
  const { negative, coefficient, exponent } = value;
  const digits = coefficient.toString().replace(/0+$/, '');
  return `\u0000Decimal ${negative} ${digits} ${exponent + coefficient.toString().length}`;
}

const identities = new WeakMap<TemplateObject, number>();
let lastIdentity = 0;

function keyText(value: TemplateValue): string {
  const key = hashKey(value);
  if (typeof key === 'object' && key !== null) {
    let identity = identities.get(key);
    if (identity === undefined) {
      identity = ++lastIdentity;
      identities.set(key, identity);
    }
    return `o${identity}`;
  }
  return `${typeof key} ${String(key)}`;
}

/** The number of a bool, int or float; undefined for other types. */
export function numeric(value: TemplateValue): number | bigint | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  return value instanceof PyFloat ? value.value : undefined;
}

/** The exact order of two numbers of which one is a Decimal; undefined for all others. */
function decimalOrder(a: TemplateValue, b: TemplateValue): number | undefined {
  if (typeof a !== 'object' && typeof b !== 'object') return undefined;
  if (numeric(a) === undefined || numeric(b) === undefined) return undefined;
  if (a instanceof DecimalValue) return compareDecimal(a, b);
  return b instanceof DecimalValue ? -compareDecimal(b, a) : undefined;
}

function orderOf(x: number | bigint, y: number | bigint): number {
  return x < y ? -1 : x > y ? 1 : x === y || Number(x) === Number(y) ? 0 : Number.NaN;
}

/** As `decimalOrder`, where an order is asked for. */
function orderWithDecimal(a: TemplateValue, b: TemplateValue): number | undefined {
  const order = decimalOrder(a, b);
  if (order !== undefined && Number.isNaN(order)) throw typeFailure('a Decimal that is no number has no order');
  return order;
}

/** Python's `==`. */
export function equal(left: TemplateValue, right: TemplateValue): boolean {
  if (left === right) return !(left instanceof PyFloat && Number.isNaN(left.value));
  const a = plain(left);
  const b = plain(right);
  if (typeof a === 'string' || typeof b === 'string') return a === b;
  const x = numeric(a);
  const y = numeric(b);
  const exact = x === undefined || y === undefined ? undefined : decimalOrder(a, b);
  if (exact !== undefined) return exact === 0;
  // biome-ignore lint/suspicious/noDoubleEquals: a bigint and a number of the same value are equal
  if (x !== undefined && y !== undefined) return x == y;
  if (Array.isArray(a)) return Array.isArray(b) && equalItems(a, b);
  if (a instanceof PyTuple) return b instanceof PyTuple && equalItems(a.items, b.items);
  if (a instanceof TemplateObject) return a.equals(b);
  return b instanceof TemplateObject && b.equals(a);
}

function equalItems(a: readonly TemplateValue[], b: readonly TemplateValue[]): boolean {
  return a.length === b.length && a.every((item, i) => equal(item, b[i]!));
}

/**
 * Python's order: negative, 0 or positive.
 * @throws OperationFailure TSD2009 for types that have no order among each other
 */
export function compare(left: TemplateValue, right: TemplateValue, operator = '<'): number {
  const a = plain(left);
  const b = plain(right);
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  const x = numeric(a);
  const y = numeric(b);
  if (x !== undefined && y !== undefined) return orderWithDecimal(a, b) ?? orderOf(x, y);
  const items =
    Array.isArray(a) && Array.isArray(b)
      ? [a, b]
      : a instanceof PyTuple && b instanceof PyTuple
        ? [a.items, b.items]
        : undefined;
  if (items !== undefined) {
    const [first, second] = items as [TemplateValue[], TemplateValue[]];
    for (let i = 0; i < Math.min(first.length, second.length); i++)
      if (!equal(first[i]!, second[i]!)) return compare(first[i]!, second[i]!, operator);
    return first.length - second.length;
  }
  if (a instanceof TemplateObject) {
    const order = a.compare?.(b);
    if (order !== undefined) return order;
  }
  throw typeFailure(`"${operator}" does not compare ${typeName(left)} with ${typeName(right)}`);
}

/** By code point, as Python orders strings. */
function compareText(a: string, b: string): number {
  if (a === b) return 0;
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) {
      const surrogate = (x & 0xf800) === 0xd800 || (y & 0xf800) === 0xd800;
      return surrogate ? a.codePointAt(i)! - b.codePointAt(i)! : x - y;
    }
  }
  return a.length - b.length;
}
