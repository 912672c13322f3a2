import { valueFailure } from './failure.js';

/** Python's rounding: to the nearest, ties to the even digit, on the exact value of the float. */
export function roundHalfEven(value: number, digits: number): number {
  if (!Number.isFinite(value) || digits > 300) return value;
  if (digits < 0) {
    const power = 10 ** -digits;
    return roundHalfEven(value / power, 0) * power;
  }
  if (digits === 0) {
    const floor = Math.floor(value);
    const rest = value - floor;
    return rest < 0.5 || (rest === 0.5 && floor % 2 === 0) ? floor : floor + 1;
  }
  if (digits > 99) return value;
  // toFixed works on the exact value; only an exact tie (a dyadic fraction) needs care
  const exact = value * 2 ** digits;
  const tie = Number.isInteger(exact * 2) && Math.abs((value * 10 ** digits) % 1) === 0.5;
  if (tie) return roundHalfEven(value * 10 ** digits, 0) / 10 ** digits;
  return Number(value.toFixed(digits));
}

/** The character of a code, as Python's `chr`. */
export function characterOf(code: number): string {
  if (Number.isInteger(code) && code >= 0 && code <= 0x10ffff) return String.fromCodePoint(code);
  throw valueFailure(`${code} is the code of no character`);
}
