import { integer } from './arithmetic.js';
import { PyBytes } from './bytes.js';
import { bytesOf } from './bytes-methods.js';
import { PyComplex } from './complex.js';
import { DecimalValue } from './decimal.js';
import { decimalAttribute } from './decimal-methods.js';
import { binaryParts } from './exact.js';
import { typeFailure, valueFailure } from './failure.js';
import { type Method, methods } from './methods.js';
import { PyFloat, PyTuple, type TemplateValue, text, truthy } from './values.js';

const size = (value: bigint): bigint => (value < 0n ? -value : value);

function byteOrder(value: TemplateValue | undefined): 'big' | 'little' {
  const order = value === undefined ? 'big' : text(value);
  if (order === 'big' || order === 'little') return order;
  throw valueFailure('the order of bytes is "big" or "little"');
}

function toBytes(value: bigint, length: number, order: 'big' | 'little', signed: boolean): PyBytes {
  if (value < 0n && !signed) throw valueFailure('a negative number has no bytes without signed=true');
  const room = 8n * BigInt(length) - (signed ? 1n : 0n);
  const limit = 1n << (room < 0n ? 0n : room);
  if (value >= limit || (signed && value < -limit)) throw valueFailure(`${value} needs more than ${length} bytes`);
  let rest = BigInt.asUintN(8 * length, value);
  const bytes = new Uint8Array(length);
  for (let i = length - 1; i >= 0; i--) {
    bytes[i] = Number(rest & 255n);
    rest >>= 8n;
  }
  return new PyBytes(order === 'big' ? bytes : bytes.reverse());
}

/** The methods of `int` and `bool`. */
export const intMethods: ReadonlyMap<string, Method<number | bigint | boolean>> = methods<number | bigint | boolean>({
  'bit_length()': (self) => (BigInt(self) === 0n ? 0 : size(BigInt(self)).toString(2).length),
  'bit_count()': (self) => size(BigInt(self)).toString(2).replaceAll('0', '').length,
  'is_integer()': () => true,
  'conjugate()': (self) => Number(self),
  'as_integer_ratio()': (self) => new PyTuple([integer(BigInt(self)), 1]),
  'to_bytes(length?, byteorder?, signed?)': (self, [length, order, signed]) => {
    if (length !== undefined && typeof length !== 'number') throw typeFailure('the length of bytes is an int');
    return toBytes(BigInt(self), length ?? 1, byteOrder(order), truthy(signed ?? false));
  },
  'from_bytes(bytes, byteorder?, signed?)': (_self, [given, order, signed]) => {
    const { bytes } = bytesOf(given);
    const ordered = byteOrder(order) === 'big' ? bytes : [...bytes].reverse();
    let value = 0n;
    for (const byte of ordered) value = value * 256n + BigInt(byte);
    return integer(truthy(signed ?? false) ? BigInt.asIntN(8 * bytes.length, value) : value);
  },
});

/** Python's `float.hex`. */
function hexText(value: number): string {
  if (!Number.isFinite(value)) return text(new PyFloat(value));
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  if (value === 0) return `${sign}0x0.0p+0`;
  const { mantissa, exponent } = binaryParts(Math.abs(value));
  const normal = mantissa >= 1n << 52n;
  const fraction = (mantissa & ((1n << 52n) - 1n)).toString(16).padStart(13, '0');
  const power = exponent + 52;
  return `${sign}0x${normal ? 1 : 0}.${fraction}p${power < 0 ? '-' : '+'}${Math.abs(power)}`;
}

const hexFloat = /^([+-]?)(?:0x)?([0-9a-f]*)\.?([0-9a-f]*)(?:p([+-]?\d+))?$/i;

function fromHex(given: string): PyFloat {
  const found = hexFloat.exec(given.trim());
  const special = /^([+-]?)(inf|infinity|nan)$/i.exec(given.trim());
  if (special !== null)
    return new PyFloat(/nan/i.test(special[2]!) ? Number.NaN : special[1] === '-' ? -Infinity : Infinity);
  if (found === null || `${found[2]}${found[3]}` === '') throw valueFailure(`"${given}" is no hexadecimal float`);
  const [, sign, whole = '', fraction = '', power = '0'] = found;
  const mantissa = BigInt(`0x${whole}${fraction}`);
  const scale = Number(power) - 4 * fraction.length;
  // in two steps, so that neither leaves the range of floats
  const value = Number(mantissa) * 2 ** Math.ceil(scale / 2) * 2 ** Math.floor(scale / 2);
  return new PyFloat(sign === '-' ? -value : value);
}

function ratio(value: number): PyTuple {
  if (!Number.isFinite(value)) throw valueFailure(`${text(new PyFloat(value))} is no ratio of whole numbers`);
  let { mantissa, exponent } = binaryParts(value);
  while (mantissa !== 0n && exponent < 0 && (mantissa & 1n) === 0n) {
    mantissa >>= 1n;
    exponent++;
  }
  if (mantissa === 0n) return new PyTuple([0, 1]);
  return new PyTuple(
    exponent >= 0 ? [integer(mantissa << BigInt(exponent)), 1] : [integer(mantissa), integer(1n << BigInt(-exponent))],
  );
}

/** The methods of `float`. */
export const floatMethods = methods<PyFloat>({
  'is_integer()': (self) => Number.isInteger(self.value),
  'conjugate()': (self) => self,
  'hex()': (self) => hexText(self.value),
  'fromhex(string)': (_self, [given]) => fromHex(text(given!)),
  'as_integer_ratio()': (self) => ratio(self.value),
});

/** The methods of `complex`. */
export const complexMethods = methods<PyComplex>({
  'conjugate()': (self) => new PyComplex(self.real, -self.imag),
});

/** `real`, `imag` and their like of a number; undefined where it has no such attribute. */
export function numberAttribute(value: TemplateValue, name: string): TemplateValue | undefined {
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') {
    if (name === 'real' || name === 'numerator') return typeof value === 'boolean' ? Number(value) : value;
    if (name === 'imag') return 0;
    return name === 'denominator' ? 1 : undefined;
  }
  if (value instanceof DecimalValue) return decimalAttribute(value, name);
  if (!(value instanceof PyFloat)) return undefined;
  if (name === 'real') return value;
  return name === 'imag' ? new PyFloat(0) : undefined;
}
