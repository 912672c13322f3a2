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

/** Features as a provider measured them: not every one tells key, mode and measure. */
export type MeasuredFeatures = Omit<AudioFeatures, 'key' | 'mode' | 'time_signature'> & {
  readonly key: number | null;
  readonly mode: number | null;
  readonly time_signature: number | null;
};

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
 * Features out of the JSON of a service.
 *
 * @returns the features, or what is wrong with them
 */
export function featuresFromJson(body: unknown): MeasuredFeatures | string {
  if (typeof body !== 'object' || body === null) return 'no object';
  const given = body as Readonly<Record<string, unknown>>;
  const features: Record<string, number | null> = {};
  for (const [name, range] of Object.entries(FEATURE_RANGES)) {
    const value = given[name];
    if ((value === undefined || value === null) && range.integer) features[name] = null;
    else if (typeof value !== 'number' || !Number.isFinite(value)) return `${name} is no number`;
    else if (range.integer && !Number.isInteger(value)) return `${name} is no whole number`;
    else if ((value < range.minimum || value > range.maximum) && value !== range.unknown)
      return `${name} is out of range`;
    else features[name] = value;
  }
  return features as unknown as MeasuredFeatures;
}

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
