import { mean, variance } from './moments.js';
import { normalQuantile } from './normal.js';
import { logGamma } from './special-functions.js';
import { present, type Reason, tooFew, type Values } from './values.js';

export interface EffectSize {
  readonly n1: number;
  readonly n2: number;
  readonly n: number;
  readonly value: number | null;
  readonly ciLow: number | null;
  readonly ciHigh: number | null;
  readonly reason: Reason;
}

export interface EffectSizeOptions {
  /** fewest values in each group (never below 2) */
  readonly minimum?: number;
  /** confidence level, default 0.95 */
  readonly level?: number;
}

/**
 * Cohen's d: difference of the means (group1 − group2) in units of the pooled standard deviation. Interval from the large-sample
 * variance (n1 + n2)/(n1·n2) + d²/(2(n1 + n2)) (Hedges & Olkin, Statistical Methods for Meta-Analysis, 1985, p. 86).
 */
export function cohensD(group1: Values, group2: Values, options: EffectSizeOptions = {}): EffectSize {
  return standardisedDifference(group1, group2, options, () => 1);
}

/**
 * Hedges' g: Cohen's d times the exact small-sample correction J = Γ(m/2) / (√(m/2)·Γ((m − 1)/2)), m = n1 + n2 − 2
 * (Hedges, J. Educational Statistics 6, 1981), the interval likewise.
 */
export function hedgesG(group1: Values, group2: Values, options: EffectSizeOptions = {}): EffectSize {
  return standardisedDifference(group1, group2, options, (m) =>
    Math.exp(logGamma(m / 2) - 0.5 * Math.log(m / 2) - logGamma((m - 1) / 2)),
  );
}

/** Which way an effect points: the first group lies higher or lower; null without an effect. */
export function directionOf(effect: number | null): 'higher' | 'lower' | null {
  if (effect === null || effect === 0) return null;
  return effect > 0 ? 'higher' : 'lower';
}

function standardisedDifference(
  group1: Values,
  group2: Values,
  options: EffectSizeOptions,
  correction: (df: number) => number,
): EffectSize {
  const a = present(group1);
  const b = present(group2);
  const counts = { n1: a.length, n2: b.length, n: a.length + b.length };
  const minimum = Math.max(options.minimum ?? 2, 2);
  const smaller = Math.min(a.length, b.length);
  if (smaller < minimum) {
    return { ...counts, value: null, ciLow: null, ciHigh: null, reason: tooFew(smaller, minimum) };
  }
  const df = counts.n - 2;
  const pooled = ((a.length - 1) * variance(a)! + (b.length - 1) * variance(b)!) / df;
  if (pooled === 0) return { ...counts, value: null, ciLow: null, ciHigh: null, reason: 'neither group varies' };
  const d = (mean(a)! - mean(b)!) / Math.sqrt(pooled);
  const j = correction(df);
  const error = j * Math.sqrt(counts.n / (a.length * b.length) + (d * d) / (2 * counts.n));
  const half = normalQuantile(0.5 + (options.level ?? 0.95) / 2) * error;
  return { ...counts, value: j * d, ciLow: j * d - half, ciHigh: j * d + half, reason: null };
}
