import type { DecimalParts } from './decimal.js';
import { logarithm } from './logarithm.js';

/** Digits after the point in what is computed on the way: twice those of a result, and some. */
const PLACES = 80;
const ONE = 10n ** BigInt(PLACES);

const multiply = (a: bigint, b: bigint): bigint => (a * b) / ONE;

const LN2 = 2n * logarithm((ONE * 4n) / 3n, ONE) + logarithm((ONE * 9n) / 8n, ONE);
const LN10 = 3n * LN2 + logarithm((ONE * 5n) / 4n, ONE);

/** ln(coefficient · 10^exponent), as a whole number of units of 10^-80. */
export function lnDecimal(coefficient: bigint, exponent: number): bigint {
  const digits = coefficient.toString().length;
  let m =
    digits <= PLACES
      ? coefficient * 10n ** BigInt(PLACES - digits + 1)
      : coefficient / 10n ** BigInt(digits - 1 - PLACES);
  let sum = BigInt(exponent + digits - 1) * LN10;
  while (m > (ONE * 3n) / 2n) {
    m /= 2n;
    sum += LN2;
  }
  return sum + logarithm(m, ONE);
}

/** log10 of a number of {@link lnDecimal}. */
export function log10Of(ln: bigint): bigint {
  return (ln * ONE) / LN10;
}

/** A number of {@link lnDecimal} as a Decimal. */
export function ofUnits(value: bigint): DecimalParts {
  return { negative: value < 0n, coefficient: value < 0n ? -value : value, exponent: -PLACES };
}

/** e to the power of `units · 10^-80 · factor`. */
export function expDecimal(units: bigint, { negative, coefficient, exponent }: DecimalParts): DecimalParts {
  const product = units * (negative ? -coefficient : coefficient);
  const x = exponent >= 0 ? product * 10n ** BigInt(exponent) : product / 10n ** BigInt(-exponent);
  let tens = x / LN10;
  let rest = x - tens * LN10;
  if (rest < 0n) {
    rest += LN10;
    tens -= 1n;
  }
  // by its series, from a sixteenth of it
  const part = rest / 16n;
  let term = ONE;
  let sum = 0n;
  for (let n = 1n; term !== 0n; n++) {
    sum += term;
    term = multiply(term, part) / n;
  }
  for (let i = 0; i < 4; i++) sum = multiply(sum, sum);
  return { negative: false, coefficient: sum, exponent: Number(tens) - PLACES };
}

/** Units of 10^-80 in one. */
export const unitsOfOne = ONE;
