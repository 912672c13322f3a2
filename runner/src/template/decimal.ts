import { formatDecimal } from './decimal-format.js';
import { PRECISION, type RoundingMode, roundedOff } from './decimal-rounding.js';
import { expDecimal, lnDecimal } from './decimal-series.js';
import { binaryParts } from './exact.js';
import { OperationFailure, templateCodes, typeFailure, valueFailure } from './failure.js';
import { PyFloat, type TemplateValue, text } from './values.js';

/** What a Decimal is made of: `± coefficient · 10^exponent`, or no number. */
export interface DecimalParts {
  readonly negative: boolean;
  /** not negative */
  readonly coefficient: bigint;
  readonly exponent: number;
  readonly special?: '' | 'NaN' | 'Infinity' | undefined;
}

const numberPattern = /^([-+]?)(?:(\d+)(?:\.(\d*))?|\.(\d+))(?:E([-+]?\d+))?$/i;

function partsOf(digits: string): DecimalParts {
  const found = numberPattern.exec(digits);
  if (found === null) {
    const [, sign, name] = /^([-+]?)(inf|infinity|s?nan)$/i.exec(digits) ?? [];
    if (name === undefined) throw valueFailure(`"${digits}" is no number`);
    const special = /nan/i.test(name) ? 'NaN' : 'Infinity';
    return { negative: sign === '-', coefficient: 0n, exponent: 0, special };
  }
  const [, sign, whole = '', after = '', only = '', exponent = '0'] = found;
  const fraction = after + only;
  const coefficient = BigInt(whole + fraction);
  return { negative: sign === '-', coefficient, exponent: Number(exponent) - fraction.length };
}

/** A number as Python's Decimal: it keeps and prints all its digits, those after the point that are zero too. */
export class DecimalValue extends PyFloat implements DecimalParts {
  readonly negative: boolean;
  readonly coefficient: bigint;
  readonly exponent: number;
  readonly special: '' | 'NaN' | 'Infinity';
  readonly digits: string;

  /** @param given e.g. `2.50`, `-7`, `1E+20`, `NaN` */
  constructor(given: string | DecimalParts) {
    const parts = typeof given === 'string' ? partsOf(given) : given;
    const digits = written(parts);
    super(Number(digits));
    this.negative = parts.negative;
    this.coefficient = parts.coefficient;
    this.exponent = parts.exponent;
    this.special = parts.special ?? '';
    this.digits = digits;
  }
  override truthy(): boolean {
    return this.coefficient !== 0n || this.special !== '';
  }
  override toText(): string {
    return this.digits;
  }
  override toRepr(): string {
    return `Decimal('${this.digits}')`;
  }
  /** The power of ten of the first digit. */
  get adjusted(): number {
    return this.exponent + lengthOf(this.coefficient) - 1;
  }
  get isZero(): boolean {
    return this.coefficient === 0n && this.special === '';
  }

  /** With `exponent` as the exponent, and no limit of digits. */
  rescaled(exponent: number, mode?: RoundingMode): DecimalValue {
    const drop = exponent - this.exponent;
    const coefficient =
      drop <= 0 ? this.coefficient * 10n ** BigInt(-drop) : roundedOff(this.coefficient, drop, this.negative, mode);
    return new DecimalValue({ negative: this.negative, coefficient, exponent });
  }

  /** Python's `round(value, digits)`: to the nearest, half to even; still a Decimal. */
  rounded(digits: number): DecimalValue {
    if (this.special === 'Infinity') throw invalid('round() of infinity');
    return this.special === '' ? this.rescaled(-digits) : this;
  }

  override operate(operator: string, given: TemplateValue, reflected: boolean): TemplateValue | undefined {
    if (operator === 'unary-' || operator === 'unary+') {
      if (this.special === 'NaN') return this;
      if (this.special !== '')
        return new DecimalValue({ ...partsIn(this), negative: this.negative === (operator === 'unary+') });
      const negative = this.isZero ? false : this.negative === (operator === 'unary+');
      return rounded({ negative, coefficient: this.coefficient, exponent: this.exponent });
    }
    if (operator === 'format') return formatDecimal(this, text(given));
    const other = decimalOf(given);
    if (other === undefined) {
      if (given instanceof PyFloat)
        throw typeFailure(
          `"${operator}" does not work on a Decimal and a float`,
          'turn one into the other: value | float, or text that is cast in SQL',
        );
      return undefined;
    }
    return reflected ? arithmeticOf(operator, other, this) : arithmeticOf(operator, this, other);
  }
}

function partsIn({ negative, coefficient, exponent, special }: DecimalValue): DecimalParts {
  return { negative, coefficient, exponent, special };
}

export function lengthOf(coefficient: bigint): number {
  return coefficient.toString().length;
}

/** Rounded to the digits of Python's context, half to even. */
export function rounded(parts: DecimalParts): DecimalValue {
  if (parts.exponent > 999_999 && parts.coefficient !== 0n) throw invalid('a number beyond 1E+999999');
  const excess = lengthOf(parts.coefficient) - PRECISION;
  if (excess <= 0 || parts.coefficient === 0n) return new DecimalValue(parts);
  const coefficient = roundedOff(parts.coefficient, excess, parts.negative);
  const exponent = parts.exponent + excess;
  // 99…9 has become 100…0, with a digit too many
  return lengthOf(coefficient) > PRECISION
    ? new DecimalValue({ ...parts, coefficient: coefficient / 10n, exponent: exponent + 1 })
    : new DecimalValue({ ...parts, coefficient, exponent });
}

const signed = ({ negative, coefficient }: DecimalParts): bigint => (negative ? -coefficient : coefficient);

function ofSigned(value: bigint, exponent: number, zeroIsNegative = false): DecimalValue {
  const negative = value < 0n || (value === 0n && zeroIsNegative);
  return rounded({ negative, coefficient: value < 0n ? -value : value, exponent });
}

/** @throws OperationFailure TSD2017: what Python's Decimal calls an invalid operation */
export function invalid(what: string): OperationFailure {
  return valueFailure(`${what} has no result`);
}

function arithmeticOf(operator: string, a: DecimalValue, b: DecimalValue): TemplateValue | undefined {
  if (a.special !== '' || b.special !== '') return withSpecial(operator, a, b);
  const low = Math.min(a.exponent, b.exponent);
  const x = signed(a) * 10n ** BigInt(a.exponent - low);
  const y = signed(b) * 10n ** BigInt(b.exponent - low);
  const differ = a.negative !== b.negative;
  if (['/', '//', '%'].includes(operator) && y === 0n) {
    if (x === 0n && operator === '/') throw invalid('zero divided by zero');
    throw new OperationFailure(templateCodes.divisionByZero, 'division by zero');
  }
  switch (operator) {
    case '+':
      return ofSigned(x + y, low, a.negative && b.negative);
    case '-':
      return ofSigned(x - y, low, a.negative && !b.negative);
    case '*':
      return rounded({
        negative: differ,
        coefficient: a.coefficient * b.coefficient,
        exponent: a.exponent + b.exponent,
      });
    // towards zero, and the rest has the sign of what is divided: unlike Python's ints
    case '//':
    case '%': {
      if (lengthOf(x / y < 0n ? -(x / y) : x / y) > PRECISION)
        throw invalid('a quotient of more digits than there is room for');
      return operator === '//' ? ofSigned(x / y, 0, differ) : ofSigned(x % y, low, a.negative);
    }
    case '/':
      return divided(a, b);
    case '**':
      return raised(a, b);
    default:
      return undefined;
  }
}

function withSpecial(operator: string, a: DecimalValue, b: DecimalValue): TemplateValue | undefined {
  if (!['+', '-', '*', '/', '//', '%', '**'].includes(operator)) return undefined;
  for (const side of [a, b]) if (side.special === 'NaN') return side;
  const infinite = (negative: boolean) =>
    new DecimalValue({ negative, coefficient: 0n, exponent: 0, special: 'Infinity' });
  const differ = a.negative !== b.negative;
  const both = a.special !== '' && b.special !== '';
  switch (operator) {
    case '+':
    case '-': {
      const second = operator === '+' ? b.negative : !b.negative;
      if (both && a.negative !== second) throw invalid('infinity less infinity');
      return infinite(a.special !== '' ? a.negative : second);
    }
    case '*':
      if (a.isZero || b.isZero) throw invalid('zero times infinity');
      return infinite(differ);
    case '/':
    case '//':
      if (both) throw invalid('infinity divided by infinity');
      if (a.special !== '') return infinite(differ);
      return new DecimalValue({ negative: differ, coefficient: 0n, exponent: operator === '/' ? -1_000_026 : 0 });
    case '%':
      if (a.special !== '') throw invalid('the rest of infinity');
      return a;
    default:
      throw invalid('a power of infinity');
  }
}

function divided(a: DecimalValue, b: DecimalValue): DecimalValue {
  const ideal = a.exponent - b.exponent;
  const negative = a.negative !== b.negative;
  if (a.coefficient === 0n) return new DecimalValue({ negative, coefficient: 0n, exponent: ideal });
  const shift = Math.max(0, lengthOf(b.coefficient) - lengthOf(a.coefficient) + PRECISION + 1);
  const scaled = a.coefficient * 10n ** BigInt(shift);
  let coefficient = scaled / b.coefficient;
  let exponent = ideal - shift;
  // what is cut off may decide between two digits
  if (coefficient * b.coefficient !== scaled) {
    if (coefficient % 5n === 0n) coefficient += 1n;
  } else
    while (exponent < ideal && coefficient % 10n === 0n) {
      coefficient /= 10n;
      exponent++;
    }
  return rounded({ negative, coefficient, exponent });
}

const one = { negative: false, coefficient: 1n, exponent: 0 };

function raised(a: DecimalValue, b: DecimalValue): DecimalValue {
  const times = b.value;
  if (times === 0 && a.coefficient === 0n) throw invalid('zero to the power of zero');
  const odd = Number.isInteger(times) && times % 2 !== 0;
  if (a.coefficient === 0n) {
    if (times < 0)
      return new DecimalValue({ negative: a.negative && odd, coefficient: 0n, exponent: 0, special: 'Infinity' });
    return new DecimalValue({
      negative: a.negative && odd,
      coefficient: 0n,
      exponent: 0,
    });
  }
  if (Number.isInteger(times) && Math.abs(times) <= 1000) {
    const size = Math.abs(times);
    const power = {
      negative: a.negative && odd,
      coefficient: a.coefficient ** BigInt(size),
      exponent: a.exponent * size,
    };
    return times < 0 ? divided(new DecimalValue(one), new DecimalValue(power)) : rounded(power);
  }
  if (a.negative && !Number.isInteger(times)) throw invalid('a root of a negative number');
  const size = expDecimal(lnDecimal(a.coefficient, a.exponent), b);
  return rounded({ ...size, negative: a.negative && odd });
}

/** A Decimal or whole number as a Decimal; undefined for all others. */
export function decimalOf(value: TemplateValue): DecimalValue | undefined {
  if (value instanceof DecimalValue) return value;
  if (typeof value === 'boolean') return new DecimalValue(value ? '1' : '0');
  if (typeof value === 'number' || typeof value === 'bigint') return new DecimalValue(BigInt(value).toString());
  return undefined;
}

/** A finite float with all its digits, as `Decimal.from_float` gives it. */
export function exactDecimal(value: number): DecimalValue {
  const { mantissa, exponent } = binaryParts(Math.abs(value));
  const negative = value < 0 || Object.is(value, -0);
  if (mantissa === 0n) return new DecimalValue({ negative, coefficient: 0n, exponent: 0 });
  if (exponent >= 0) return new DecimalValue({ negative, coefficient: mantissa << BigInt(exponent), exponent: 0 });
  let places = -exponent;
  let odd = mantissa;
  while (places > 0 && (odd & 1n) === 0n) {
    odd >>= 1n;
    places--;
  }
  return new DecimalValue({ negative, coefficient: odd * 5n ** BigInt(places), exponent: -places });
}

/** The order of a Decimal and another number by their exact values; NaN where there is none. */
export function compareDecimal(a: DecimalValue, given: TemplateValue): number {
  const b =
    given instanceof PyFloat && !(given instanceof DecimalValue)
      ? Number.isFinite(given.value)
        ? exactDecimal(given.value)
        : undefined
      : decimalOf(given);
  if (b === undefined || a.special !== '' || b.special !== '') {
    const [x, y] = [a.value, (given as PyFloat).value ?? Number(given)];
    return x < y ? -1 : x > y ? 1 : x === y ? 0 : Number.NaN;
  }
  const low = Math.min(a.exponent, b.exponent);
  const x = signed(a) * 10n ** BigInt(a.exponent - low);
  const y = signed(b) * 10n ** BigInt(b.exponent - low);
  return x < y ? -1 : x > y ? 1 : 0;
}

/** As Python writes it: with an exponent where the number is whole with zeros, or very small. */
function written({ negative, coefficient, exponent, special }: DecimalParts): string {
  const sign = negative ? '-' : '';
  if (special !== undefined && special !== '') return sign + special;
  const digits = coefficient.toString();
  const adjusted = exponent + digits.length - 1;
  if (exponent <= 0 && adjusted >= -6) {
    if (exponent === 0) return `${sign}${digits}`;
    const padded = digits.padStart(1 - exponent, '0');
    return `${sign}${padded.slice(0, exponent)}.${padded.slice(exponent)}`;
  }
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
  return `${sign}${digits[0]}${fraction}E${adjusted < 0 ? '' : '+'}${adjusted}`;
}
