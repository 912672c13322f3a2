import { integer } from './arithmetic.js';
import {
  compareDecimal,
  type DecimalParts,
  DecimalValue,
  decimalOf,
  exactDecimal,
  invalid,
  lengthOf,
  rounded,
} from './decimal.js';
import { PRECISION, type RoundingMode, roundingMode } from './decimal-rounding.js';
import { expDecimal, lnDecimal, log10Of, ofUnits, unitsOfOne } from './decimal-series.js';
import { OperationFailure, templateCodes, typeFailure } from './failure.js';
import { methods } from './methods.js';
import type { Bound } from './signature.js';
import { PyFloat, PyTuple, type TemplateValue, typeName } from './values.js';

/** What `as_tuple()` gives. */
class DecimalTuple extends PyTuple {
  override attributeNames(): Iterable<string> {
    return ['sign', 'digits', 'exponent'];
  }
  override getAttribute(name: string): TemplateValue | undefined {
    return this.items[['sign', 'digits', 'exponent'].indexOf(name)];
  }
  override toText(): string {
    const [sign, digits, exponent] = this.items as [number, PyTuple, TemplateValue];
    return `DecimalTuple(sign=${sign}, digits=${digits.toText()}, exponent=${typeof exponent === 'string' ? `'${exponent}'` : exponent})`;
  }
}

function decimal(value: TemplateValue | undefined): DecimalValue {
  const found = decimalOf(value ?? null);
  if (found === undefined) throw typeFailure(`a Decimal or an int is needed, not ${typeName(value ?? null)}`);
  return found;
}

const infinity = (negative: boolean): DecimalValue =>
  new DecimalValue({ negative, coefficient: 0n, exponent: 0, special: 'Infinity' });

function quantize(self: DecimalValue, [by, mode]: Bound): DecimalValue {
  const like = decimal(by);
  if (self.special !== '' || like.special !== '') {
    if (self.special === 'NaN' || like.special === 'NaN') return self.special === 'NaN' ? self : like;
    if (self.special === like.special) return self;
    throw invalid('quantize() with infinity');
  }
  const found = self.rescaled(like.exponent, roundingMode(mode));
  if (found.coefficient !== 0n && lengthOf(found.coefficient) > PRECISION)
    throw invalid('quantize() to more digits than there is room for');
  return found;
}

function normalized(self: DecimalValue): DecimalValue {
  if (self.special !== '') return self;
  const { negative, ...parts } = rounded(self);
  let { coefficient, exponent } = parts;
  if (coefficient === 0n) return new DecimalValue({ negative, coefficient, exponent: 0 });
  while (coefficient % 10n === 0n) {
    coefficient /= 10n;
    exponent++;
  }
  return new DecimalValue({ negative, coefficient, exponent });
}

function whole(self: DecimalValue, mode: RoundingMode | undefined): DecimalValue {
  return self.special !== '' || self.exponent >= 0 ? self : self.rescaled(0, mode);
}

/** The whole root of a number. */
function rootOf(value: bigint): bigint {
  if (value < 2n) return value;
  let root = 1n << BigInt((value.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (root + value / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

function squareRoot(self: DecimalValue): DecimalValue {
  if (self.special === 'NaN') return self;
  if (self.isZero) return new DecimalValue({ ...self, coefficient: 0n, exponent: Math.floor(self.exponent / 2) });
  if (self.negative) throw invalid('a root of a negative number');
  if (self.special !== '') return self;
  const ideal = Math.floor(self.exponent / 2);
  const even = self.exponent % 2 === 0 ? self.coefficient : self.coefficient * 10n;
  const shift = Math.max(0, PRECISION + 1 - Math.ceil(lengthOf(even) / 2));
  const scaled = even * 100n ** BigInt(shift);
  let root = rootOf(scaled);
  let exponent = ideal - shift;
  // what is cut off may decide between two digits
  if (root * root !== scaled) {
    if (root % 5n === 0n) root += 1n;
  } else
    while (exponent < ideal && root % 10n === 0n) {
      root /= 10n;
      exponent++;
    }
  return rounded({ negative: false, coefficient: root, exponent });
}

function logarithm(self: DecimalValue, ofTen: boolean): DecimalValue {
  if (self.special === 'NaN') return self;
  if (self.isZero) return infinity(true);
  if (self.negative) throw invalid('a logarithm of a negative number');
  if (self.special !== '') return self;
  const power = normalized(self);
  if (power.coefficient === 1n) {
    if (power.exponent === 0) return new DecimalValue('0');
    if (ofTen) return new DecimalValue(String(power.exponent));
  }
  const ln = lnDecimal(self.coefficient, self.exponent);
  return rounded(ofUnits(ofTen ? log10Of(ln) : ln));
}

function asTuple(self: DecimalValue): DecimalTuple {
  const digits = self.special === 'NaN' ? [] : [...String(self.coefficient)].map(Number);
  const exponent = self.special === '' ? self.exponent : self.special === 'NaN' ? 'n' : 'F';
  return new DecimalTuple([self.negative ? 1 : 0, new PyTuple(digits), exponent]);
}

function ratio(self: DecimalValue): PyTuple {
  if (self.special !== '') throw invalid(`the ratio of ${self.digits}`);
  let numerator = self.negative ? -self.coefficient : self.coefficient;
  let denominator = 1n;
  if (self.exponent >= 0) numerator *= 10n ** BigInt(self.exponent);
  else denominator = 10n ** BigInt(-self.exponent);
  for (const factor of [2n, 5n])
    while (denominator % factor === 0n && numerator % factor === 0n) {
      numerator /= factor;
      denominator /= factor;
    }
  return new PyTuple([integer(numerator), integer(denominator)]);
}

/** With an exponent that is a multiple of three. */
function engineering(self: DecimalValue): string {
  const { special, coefficient, exponent, digits } = self;
  if (special !== '' || (exponent <= 0 && self.adjusted >= -6)) return digits;
  const text = String(coefficient);
  const left = exponent + text.length;
  const point = coefficient === 0n ? ((((left + 1) % 3) + 3) % 3) - 1 : ((((left - 1) % 3) + 3) % 3) + 1;
  const before = point <= 0 ? '0' : text.slice(0, point).padEnd(point, '0');
  const after = point <= 0 ? `${'0'.repeat(-point)}${text}` : text.slice(point);
  const power = left - point;
  const written = power === 0 ? '' : `E${power < 0 ? '' : '+'}${power}`;
  return `${self.negative ? '-' : ''}${before}${after === '' ? '' : `.${after}`}${written}`;
}

function nearestRest(self: DecimalValue, other: DecimalValue): TemplateValue {
  for (const side of [self, other]) if (side.special === 'NaN') return side;
  if (self.special !== '') throw invalid('the rest of infinity');
  if (other.special !== '') return self;
  if (other.isZero) throw invalid('the rest of a division by zero');
  const low = Math.min(self.exponent, other.exponent);
  const [x, y] = [self, other].map((v) => v.coefficient * 10n ** BigInt(v.exponent - low)) as [bigint, bigint];
  let rest = x % y;
  const quotient = x / y;
  if (rest * 2n > y || (rest * 2n === y && quotient % 2n === 1n)) rest -= y;
  const negative = rest < 0n ? !self.negative : self.negative;
  return rounded({ negative, coefficient: rest < 0n ? -rest : rest, exponent: low });
}

function extreme(self: DecimalValue, given: TemplateValue | undefined, sign: number, magnitude = false): DecimalValue {
  const other = decimal(given);
  if (self.special === 'NaN' || other.special === 'NaN') return rounded(self.special === 'NaN' ? other : self);
  const of = (value: DecimalValue): DecimalValue =>
    magnitude ? new DecimalValue({ ...value, negative: false }) : value;
  const order =
    compareDecimal(of(self), of(other)) ||
    compareDecimal(self, other) ||
    (self.negative === other.negative ? 0 : self.negative ? -1 : 1);
  return order * sign >= 0 ? self : other;
}

function numberClass(self: DecimalValue): string {
  if (self.special === 'NaN') return 'NaN';
  const sign = self.negative ? '-' : '+';
  if (self.special !== '') return `${sign}Infinity`;
  return self.isZero ? `${sign}Zero` : `${sign}Normal`;
}

function compared(a: DecimalValue, b: DecimalValue): DecimalValue {
  if (a.special === 'NaN' || b.special === 'NaN') return new DecimalValue('NaN');
  return new DecimalValue(String(compareDecimal(a, b)));
}

const parts = ({ negative, coefficient, exponent, special }: DecimalValue): DecimalParts => ({
  negative,
  coefficient,
  exponent,
  special,
});

/** The methods of `Decimal`. */
export const decimalMethods = methods<DecimalValue>({
  'quantize(exp, rounding?)': quantize,
  'normalize()': normalized,
  'to_integral_value(rounding?)': (self, [mode]) => whole(self, roundingMode(mode)),
  'to_integral_exact(rounding?)': (self, [mode]) => whole(self, roundingMode(mode)),
  'to_integral(rounding?)': (self, [mode]) => whole(self, roundingMode(mode)),
  'as_tuple()': asTuple,
  'as_integer_ratio()': ratio,
  'sqrt()': squareRoot,
  'ln()': (self) => logarithm(self, false),
  'log10()': (self) => logarithm(self, true),
  'exp()': (self) => {
    if (self.special !== '') return self.special === 'Infinity' && self.negative ? new DecimalValue('0') : self;
    return self.isZero ? new DecimalValue('1') : rounded(expDecimal(unitsOfOne, self));
  },
  'adjusted()': (self) => (self.special === '' ? self.adjusted : 0),
  'is_zero()': (self) => self.isZero,
  'is_signed()': (self) => self.negative,
  'is_nan()': (self) => self.special === 'NaN',
  'is_qnan()': (self) => self.special === 'NaN',
  'is_snan()': () => false,
  'is_finite()': (self) => self.special === '',
  'is_infinite()': (self) => self.special === 'Infinity',
  'is_normal()': (self) => self.special === '' && !self.isZero,
  'is_subnormal()': () => false,
  'is_canonical()': () => true,
  'canonical()': (self) => self,
  'conjugate()': (self) => self,
  'copy_abs()': (self) => new DecimalValue({ ...parts(self), negative: false }),
  'copy_negate()': (self) => new DecimalValue({ ...parts(self), negative: !self.negative }),
  'copy_sign(other)': (self, [other]) => new DecimalValue({ ...parts(self), negative: decimal(other).negative }),
  'compare(other)': (self, [other]) => compared(self, decimal(other)),
  'max(other)': (self, [other]) => extreme(self, other, 1),
  'min(other)': (self, [other]) => extreme(self, other, -1),
  'max_mag(other)': (self, [other]) => extreme(self, other, 1, true),
  'min_mag(other)': (self, [other]) => extreme(self, other, -1, true),
  'remainder_near(other)': (self, [other]) => nearestRest(self, decimal(other)),
  'fma(other, third)': (self, [other, third]) => {
    const by = decimal(other);
    if (self.special !== '' || by.special !== '')
      return (self.operate('*', by, false) as DecimalValue).operate('+', decimal(third), false)!;
    const product = new DecimalValue({
      negative: self.negative !== by.negative,
      coefficient: self.coefficient * by.coefficient,
      exponent: self.exponent + by.exponent,
    });
    return product.operate('+', decimal(third), false)!;
  },
  'scaleb(other)': (self, [other]) =>
    self.special !== '' ? self : rounded({ ...parts(self), exponent: self.exponent + Number(decimal(other).value) }),
  'same_quantum(other)': (self, [other]) =>
    self.special === decimal(other).special && (self.special !== '' || self.exponent === decimal(other).exponent),
  'to_eng_string()': engineering,
  'number_class()': numberClass,
  'logb()': (self) => {
    if (self.special !== '') return self.special === 'NaN' ? self : infinity(false);
    if (self.isZero) throw new OperationFailure(templateCodes.divisionByZero, 'the power of ten of zero');
    return new DecimalValue(String(self.adjusted));
  },
  'radix()': () => new DecimalValue('10'),
  'from_float(f)': (_self, [value]) =>
    value instanceof PyFloat && Number.isFinite(value.value) ? exactDecimal(value.value) : decimal(value),
});

/** `real` and `imag` of a Decimal. */
export function decimalAttribute(value: DecimalValue, name: string): DecimalValue | undefined {
  if (name === 'real') return value;
  return name === 'imag' ? new DecimalValue('0') : undefined;
}
