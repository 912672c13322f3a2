import { present, type Reason, tooFew, type Values } from './values.js';

/** Arithmetic mean of complete numbers; null of none. */
export function mean(values: ArrayLike<number>): number | null {
  if (values.length === 0) return null;
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

/** Unbiased variance (n − 1) of complete numbers, by two passes; null below two values. */
export function variance(values: ArrayLike<number>): number | null {
  const centre = mean(values);
  if (centre === null || values.length < 2) return null;
  let squares = 0;
  let rest = 0;
  for (let i = 0; i < values.length; i++) {
    const d = values[i]! - centre;
    squares += d * d;
    rest += d;
  }
  // Corrected two-pass algorithm: Chan, Golub & LeVeque, The American Statistician 37 (1983), eq. 1.7.
  return Math.max(0, (squares - (rest * rest) / values.length) / (values.length - 1));
}

/** Square root of {@link variance}. */
export function standardDeviation(values: ArrayLike<number>): number | null {
  const v = variance(values);
  return v === null ? null : Math.sqrt(v);
}

/**
 * Quantile by linear interpolation between order statistics (definition 7 of Hyndman & Fan, The American Statistician 50, 1996;
 * what numpy and DuckDB's quantile_cont do).
 * @param sorted numbers in ascending order
 * @param probability 0 … 1
 */
export function quantileOfSorted(sorted: ArrayLike<number>, probability: number): number | null {
  if (sorted.length === 0) return null;
  const position = (sorted.length - 1) * probability;
  const lower = Math.floor(position);
  const low = sorted[lower]!;
  const high = sorted[Math.min(lower + 1, sorted.length - 1)]!;
  return low + (high - low) * (position - lower);
}

export interface Summary {
  readonly n: number;
  readonly mean: number | null;
  readonly variance: number | null;
  readonly standardDeviation: number | null;
  readonly minimum: number | null;
  readonly median: number | null;
  readonly maximum: number | null;
  readonly reason: Reason;
}

/** Count, mean, spread and order statistics of the values that are there. Below `minimum` values all but n are null. */
export function summarise(values: Values, minimum = 1): Summary {
  const kept = present(values);
  const n = kept.length;
  if (n < Math.max(minimum, 1)) {
    return {
      n,
      mean: null,
      variance: null,
      standardDeviation: null,
      minimum: null,
      median: null,
      maximum: null,
      reason: tooFew(n, Math.max(minimum, 1)),
    };
  }
  const sorted = Float64Array.from(kept).sort();
  return {
    n,
    mean: mean(kept),
    variance: variance(kept),
    standardDeviation: standardDeviation(kept),
    minimum: sorted[0]!,
    median: quantileOfSorted(sorted, 0.5),
    maximum: sorted[n - 1]!,
    reason: null,
  };
}

/** Quantile of the values that are there; see {@link quantileOfSorted}. */
export function quantile(values: Values, probability: number): number | null {
  return quantileOfSorted(Float64Array.from(present(values)).sort(), probability);
}
