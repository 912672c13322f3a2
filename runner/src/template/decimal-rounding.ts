import { typeFailure } from './failure.js';
import { type TemplateValue, text } from './values.js';

/** Digits that results are rounded to, as in Python's context. */
export const PRECISION = 28;

const modes = [
  ...['ROUND_HALF_EVEN', 'ROUND_HALF_UP', 'ROUND_HALF_DOWN', 'ROUND_UP', 'ROUND_DOWN', 'ROUND_CEILING', 'ROUND_FLOOR'],
  'ROUND_05UP',
] as const;
export type RoundingMode = (typeof modes)[number];

/** @throws OperationFailure TSD2009 for what is no mode */
export function roundingMode(given: TemplateValue | undefined): RoundingMode | undefined {
  if (given === undefined || given === null) return undefined;
  const mode = modes.find((name) => name === text(given));
  if (mode === undefined) throw typeFailure(`the ways of rounding are ${modes.join(', ')}`);
  return mode;
}

/** A number that is not negative without its last digits, rounded. */
export function roundedOff(
  coefficient: bigint,
  drop: number,
  negative: boolean,
  mode: RoundingMode = 'ROUND_HALF_EVEN',
): bigint {
  const unit = 10n ** BigInt(drop);
  const kept = coefficient / unit;
  const rest = coefficient % unit;
  if (rest === 0n) return kept;
  const half = rest * 2n === unit ? 0 : rest * 2n > unit ? 1 : -1;
  const up = {
    ROUND_HALF_EVEN: half > 0 || (half === 0 && kept % 2n === 1n),
    ROUND_HALF_UP: half >= 0,
    ROUND_HALF_DOWN: half > 0,
    ROUND_UP: true,
    ROUND_DOWN: false,
    ROUND_CEILING: !negative,
    ROUND_FLOOR: negative,
    ROUND_05UP: kept % 5n === 0n,
  }[mode];
  return up ? kept + 1n : kept;
}
