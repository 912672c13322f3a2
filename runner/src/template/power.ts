import { binaryParts } from './exact.js';
import { logarithm } from './logarithm.js';

/** Bits after the point in what is computed on the way: many more than the 53 of a result. */
const BITS = 256n;
const ONE = 1n << BITS;

const multiply = (a: bigint, b: bigint): bigint => (a * b) >> BITS;

const LN2 = logarithm(2n * ONE, ONE);

/** e^r for small r, by its series. */
function exponential(r: bigint): bigint {
  let term = ONE;
  let sum = 0n;
  for (let n = 1n; term !== 0n; n++) {
    sum += term;
    term = multiply(term, r) / n;
    if (term === -1n) break;
  }
  return sum;
}

/** The float nearest to `value · 2^exponent`, the even one of two that are as near. */
function nearest(value: bigint, exponent: number): number {
  const excess = value.toString(2).length - 53;
  if (excess <= 0) return Number(value) * 2 ** exponent;
  const shift = BigInt(excess);
  let kept = value >> shift;
  const rest = value - (kept << shift);
  const half = 1n << (shift - 1n);
  if (rest > half || (rest === half && (kept & 1n) === 1n)) kept += 1n;
  const scale = exponent + excess;
  return Number(kept) * 2 ** Math.ceil(scale / 2) * 2 ** Math.floor(scale / 2);
}

/**
 * `x ** y` rounded correctly, as the C library that Python asks does all but always; JavaScript's own result is off by one in the
 * last digit for every tenth pair or so.
 */
export function power(x: number, y: number): number {
  const rough = x ** y;
  const size = Math.abs(rough);
  // zero, infinity, NaN, and numbers with fewer digits
  if (!(size >= 2 ** -1000 && size <= 2 ** 1000) || x === 1 || y === 0 || y === 1 || Math.abs(y) > 2 ** 60)
    return rough;
  const sign = rough < 0 ? -1 : 1;
  const base = binaryParts(Math.abs(x));
  if (Number.isInteger(y) && y > 0 && y <= 64) return sign * nearest(base.mantissa ** BigInt(y), base.exponent * y);
  const length = base.mantissa.toString(2).length;
  const ln = logarithm(base.mantissa << (BITS - BigInt(length - 1)), ONE) + BigInt(base.exponent + length - 1) * LN2;
  const by = binaryParts(y);
  const product = ln * by.mantissa;
  const t = by.exponent < 0 ? product >> BigInt(-by.exponent) : product << BigInt(by.exponent);
  const n = t / LN2;
  return sign * nearest(exponential(t - n * LN2), Number(n) - Number(BITS));
}
