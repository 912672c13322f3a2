import { parseNumber } from '../csv/values.js';

/** Audio features of one track, as Spotify defines them. */
export interface AudioFeatures {
  readonly danceability: number;
  readonly energy: number;
  readonly loudness: number;
  readonly speechiness: number;
  readonly acousticness: number;
  readonly instrumentalness: number;
  readonly liveness: number;
  readonly valence: number;
  readonly tempo: number;
  readonly key: number;
  readonly mode: number;
  readonly time_signature: number;
}

export interface NumberRange {
  readonly minimum: number;
  readonly maximum: number;
  readonly integer: boolean;
  /** a value outside the range that stands for "unknown" */
  readonly unknown?: number;
}

const SHARE: NumberRange = { minimum: 0, maximum: 1, integer: false };

/** What a feature may be; in the order in which the Kaggle file has them. */
export const FEATURE_RANGES: Readonly<Record<keyof AudioFeatures, NumberRange>> = {
  danceability: SHARE,
  energy: SHARE,
  key: { minimum: -1, maximum: 11, integer: true },
  loudness: { minimum: -60, maximum: 5, integer: false },
  mode: { minimum: 0, maximum: 1, integer: true },
  speechiness: SHARE,
  acousticness: SHARE,
  instrumentalness: SHARE,
  liveness: SHARE,
  valence: SHARE,
  tempo: { minimum: 20, maximum: 260, integer: false, unknown: 0 },
  time_signature: { minimum: 0, maximum: 7, integer: true },
};

/**
 * The number in a field when it lies in its range.
 *
 * @param reasons receives a sentence when it does not; the result is then NaN
 */
export function numberInRange(text: string, name: string, range: NumberRange, reasons: string[]): number {
  const value = parseNumber(text);
  if (value === undefined) {
    reasons.push(text === '' ? `${name} is missing` : `${name} is not a number: "${shorten(text)}"`);
    return Number.NaN;
  }
  if (range.integer && !Number.isInteger(value)) {
    reasons.push(`${name} is not a whole number: ${text}`);
    return Number.NaN;
  }
  if ((value < range.minimum || value > range.maximum) && value !== range.unknown) {
    const orUnknown = range.unknown === undefined ? '' : ` or ${range.unknown}`;
    reasons.push(`${name} is out of range: ${text} (${range.minimum} to ${range.maximum}${orUnknown})`);
    return Number.NaN;
  }
  return value;
}

function shorten(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 39)}…`;
}
