import { PyBytes } from './bytes.js';
import { complexPower } from './complex.js';
import { describe, PyRange, size, toArray } from './containers.js';
import { DecimalValue } from './decimal.js';
import { numeric } from './equality.js';
import { OperationFailure, templateCodes, typeFailure, valueFailure } from './failure.js';
import { addMarkup, escapedText } from './markup.js';
import type { BinaryOperator } from './nodes.js';
import { formatPercent } from './percent-format.js';
import { power } from './power.js';
import { concatRendered } from './rendered.js';
import {
  Markup,
  PyFloat,
  PyTuple,
  plain,
  Rendered,
  stored,
  TemplateObject,
  type TemplateValue,
  typeName,
  Undefined,
} from './values.js';

/** The longest string or list that an operation may make: a typo should not take the machine's memory. */
const maximumLength = 1 << 28;

/** A whole number as small as it can be. */
export function integer(value: bigint): number | bigint {
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

/**
 * `left operator right`, as Python has it.
 * @throws OperationFailure TSD2009 for types without the operation, TSD2010 for a division by zero
 */
export function arithmetic(operator: BinaryOperator, left: TemplateValue, right: TemplateValue): TemplateValue {
  if (operator === '+' && (left instanceof Rendered || right instanceof Rendered)) {
    if (left instanceof Markup || right instanceof Markup) return addMarkup(left, right);
    const [a, b] = [plain(left), plain(right)];
    if (typeof a === 'string' && typeof b === 'string') return concatRendered([left, right]);
  }
  const a = plain(left);
  const b = plain(right);
  if (a instanceof Undefined) throw a.failure();
  if (operator === '%' && typeof a === 'string')
    return left instanceof Markup
      ? new Markup(formatPercent(a, stored(right), escapedText))
      : formatPercent(a, stored(right));
  if (operator === '*' && (left instanceof Markup || right instanceof Markup)) {
    const times = arithmetic('*', a, b);
    return typeof times === 'string' ? new Markup(times) : times;
  }
  if (b instanceof Undefined) throw b.failure();
  const decimals = a instanceof DecimalValue ? a.operate(operator, b, false) : undefined;
  if (decimals !== undefined) return decimals;
  if (b instanceof DecimalValue) {
    const own = b.operate(operator, a, true);
    if (own !== undefined) return own;
  }
  const x = numeric(a);
  const y = numeric(b);
  if (x !== undefined && y !== undefined) {
    if (a instanceof PyFloat || b instanceof PyFloat) return floats(operator, Number(x), Number(y));
    return integers(operator, x, y);
  }
  if (operator === '+') {
    if (typeof a === 'string' && typeof b === 'string') return a + b;
    if (Array.isArray(a) && Array.isArray(b)) return [...a, ...b];
    if (a instanceof PyTuple && b instanceof PyTuple) return new PyTuple([...a.items, ...b.items]);
  }
  if (operator === '*') {
    if (typeof b === 'number' || typeof b === 'boolean') {
      const repeated = repeat(a, Number(b));
      if (repeated !== undefined) return repeated;
    }
    if (typeof a === 'number' || typeof a === 'boolean') {
      const repeated = repeat(b, Number(a));
      if (repeated !== undefined) return repeated;
    }
  }
  const own =
    (a instanceof TemplateObject ? a.operate?.(operator, b, false) : undefined) ??
    (b instanceof TemplateObject ? b.operate?.(operator, a, true) : undefined);
  if (own !== undefined) return own;
  const mixed = operator === '+' && (typeof a === 'string' || typeof b === 'string');
  throw typeFailure(
    `"${operator}" does not work on ${typeName(left)} and ${typeName(right)}`,
    mixed ? 'to put text together, use ~' : undefined,
  );
}

function repeat(value: TemplateValue, count: number): TemplateValue | undefined {
  const times = Math.max(0, count);
  const items = value instanceof PyTuple ? value.items : value;
  if (typeof items !== 'string' && !Array.isArray(items)) return undefined;
  if (items.length * times > maximumLength) throw valueFailure(`${describe(value)} times ${count} is too large`);
  if (typeof items === 'string') return items.repeat(times);
  const all = Array.from({ length: times }, () => items as readonly TemplateValue[]).flat();
  return value instanceof PyTuple ? new PyTuple(all) : all;
}

function divisionByZero(): OperationFailure {
  return new OperationFailure(templateCodes.divisionByZero, 'division by zero');
}

function integers(operator: BinaryOperator, x: number | bigint, y: number | bigint): TemplateValue {
  if (operator === '/') {
    if (Number(y) === 0) throw divisionByZero();
    return new PyFloat(Number(x) / Number(y));
  }
  if (operator === '**' && y < 0) {
    if (Number(x) === 0) throw divisionByZero();
    return new PyFloat(power(Number(x), Number(y)));
  }
  if ((operator === '//' || operator === '%') && Number(y) === 0) throw divisionByZero();
  if (typeof x === 'number' && typeof y === 'number') {
    const result = smallIntegers(operator, x, y);
    if (Number.isSafeInteger(result)) return Object.is(result, -0) ? 0 : result;
  }
  return integer(bigIntegers(operator, BigInt(x), BigInt(y)));
}

function smallIntegers(operator: BinaryOperator, x: number, y: number): number {
  switch (operator) {
    case '+':
      return x + y;
    case '-':
      return x - y;
    case '*':
      return x * y;
    case '//':
      return (x - (((x % y) + y) % y)) / y;
    case '%':
      return ((x % y) + y) % y;
    default:
      return x ** y;
  }
}

function bigIntegers(operator: BinaryOperator, x: bigint, y: bigint): bigint {
  switch (operator) {
    case '+':
      return x + y;
    case '-':
      return x - y;
    case '*':
      return x * y;
    case '//':
      return (x - (((x % y) + y) % y)) / y;
    case '%':
      return ((x % y) + y) % y;
    default:
      if (x.toString(2).length * Number(y) > 1 << 20) throw valueFailure('this power is too large');
      return x ** y;
  }
}

function floats(operator: BinaryOperator, x: number, y: number): TemplateValue {
  switch (operator) {
    case '+':
      return new PyFloat(x + y);
    case '-':
      return new PyFloat(x - y);
    case '*':
      return new PyFloat(x * y);
    case '**':
      if (x === 0 && y < 0) throw divisionByZero();
      if (x < 0 && Number.isFinite(y) && !Number.isInteger(y))
        return complexPower({ real: x, imag: 0 }, { real: y, imag: 0 });
      return new PyFloat(power(x, y));
    default:
  }
  if (y === 0) throw divisionByZero();
  if (operator === '/') return new PyFloat(x / y);
  // as Python's float_divmod: the sign of the divisor, also on a zero
  let rest = x % y;
  let whole = (x - rest) / y;
  if (rest === 0) rest = y < 0 ? -0 : 0;
  else if (rest < 0 !== y < 0) {
    rest += y;
    whole -= 1;
  }
  if (operator === '%') return new PyFloat(rest);
  if (whole === 0) return new PyFloat(x / y < 0 || Object.is(x / y, -0) ? -0 : 0);
  const floor = Math.floor(whole);
  return new PyFloat(whole - floor > 0.5 ? floor + 1 : floor);
}

/** `-value`, `+value`. */
export function negate(operator: '-' | '+', value: TemplateValue): TemplateValue {
  if (value instanceof Undefined) throw value.failure();
  if (value instanceof DecimalValue) return value.operate(`unary${operator}`, null, false)!;
  if (value instanceof PyFloat) return operator === '-' ? new PyFloat(-value.value) : value;
  const number = numeric(value);
  if (number === undefined) {
    const own = value instanceof TemplateObject ? value.operate?.(`unary${operator}`, null, false) : undefined;
    if (own !== undefined) return own;
    throw typeFailure(`unary "${operator}" does not work on ${typeName(value)}`);
  }
  if (operator === '+') return number;
  return typeof number === 'bigint' ? integer(-number) : number === 0 ? 0 : -number;
}

/** `value[from:to:step]`. */
export function slice(
  value: TemplateValue,
  from: TemplateValue,
  to: TemplateValue,
  stepGiven: TemplateValue,
): TemplateValue {
  const given = plain(value);
  const characters = typeof given === 'string';
  if (given instanceof Undefined) throw given.failure();
  const asTuple = given instanceof TemplateObject && given.slicesToTuple === true;
  if (
    !characters &&
    !asTuple &&
    !Array.isArray(given) &&
    !(given instanceof PyTuple) &&
    !(given instanceof PyRange) &&
    !(given instanceof PyBytes)
  )
    throw typeFailure(`${describe(value)} cannot be sliced`);
  const items = toArray(given);
  const length = characters ? items.length : size(given);
  const step = bound(stepGiven) ?? 1;
  if (step === 0) throw valueFailure('the step of a slice cannot be 0');
  const clamp = (index: number | undefined, otherwise: number): number => {
    if (index === undefined) return otherwise;
    const absolute = index < 0 ? index + length : index;
    return step > 0 ? Math.min(Math.max(absolute, 0), length) : Math.min(Math.max(absolute, -1), length - 1);
  };
  const first = clamp(bound(from), step > 0 ? 0 : length - 1);
  const last = clamp(bound(to), step > 0 ? length : -1);
  if (given instanceof PyRange) {
    const at = (i: number): number => given.start + i * given.step;
    return new PyRange(at(first), at(last), given.step * step);
  }
  const out: TemplateValue[] = [];
  for (let i = first; step > 0 ? i < last : i > last; i += step) out.push(items[i]!);
  if (asTuple) return new PyTuple(out);
  if (given instanceof PyBytes) return new PyBytes(Uint8Array.from(out as number[]));
  if (characters && value instanceof Markup) return new Markup(out.join(''));
  return characters ? out.join('') : given instanceof PyTuple ? new PyTuple(out) : out;
}

function bound(value: TemplateValue): number | undefined {
  if (value === null) return undefined;
  if (value instanceof Undefined) throw value.failure();
  if (typeof value === 'number' || typeof value === 'boolean') return Number(value);
  throw typeFailure(`the bounds of a slice are ints, not ${typeName(value)}`);
}
