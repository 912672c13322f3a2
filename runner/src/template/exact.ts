/** A float as a whole number times a power of two. */
export function binaryParts(value: number): { readonly mantissa: bigint; readonly exponent: number } {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const exponent = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & ((1n << 52n) - 1n);
  const mantissa = exponent === 0 ? fraction : fraction | (1n << 52n);
  return { mantissa: bits >> 63n === 1n ? -mantissa : mantissa, exponent: Math.max(exponent, 1) - 1075 };
}

/** A quotient of whole numbers, rounded to the nearest one, ties to the even one. Both are positive. */
export function divideHalfEven(numerator: bigint, denominator: bigint): bigint {
  const whole = numerator / denominator;
  const twice = (numerator % denominator) * 2n;
  return twice > denominator || (twice === denominator && (whole & 1n) === 1n) ? whole + 1n : whole;
}

/** `value · 10^places` of a float that is not negative, rounded to a whole number by its exact value. */
function scaled(value: number, places: number): bigint {
  const { mantissa, exponent } = binaryParts(value);
  let numerator = mantissa;
  let denominator = 1n;
  if (exponent > 0) numerator <<= BigInt(exponent);
  else denominator <<= BigInt(-exponent);
  if (places > 0) numerator *= 10n ** BigInt(places);
  else denominator *= 10n ** BigInt(-places);
  return divideHalfEven(numerator, denominator);
}

/** Python's `%.nf` of a number that is not negative. */
export function fixedText(value: number, places: number): string {
  if (places === 0) return String(scaled(value, 0));
  const digits = String(scaled(value, places)).padStart(places + 1, '0');
  return `${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

/** The first digits of a number that is not negative, and the power of ten of the first of them. */
export function significantDigits(value: number, count: number): { readonly digits: string; readonly power: number } {
  if (value === 0) return { digits: '0'.repeat(count), power: 0 };
  const power = Number(value.toExponential().split('e')[1]);
  const digits = String(scaled(value, count - 1 - power));
  // rounded up to the next power of ten
  return digits.length > count ? { digits: digits.slice(0, count), power: power + 1 } : { digits, power };
}
