import { normalQuantile } from './normal.js';
import { ranks } from './ranks.js';
import { studentTwoSidedP } from './student-t.js';
import { presentPairs, type Reason, tooFew, type Values } from './values.js';

export interface Correlation {
  /** pairs of which both values are there */
  readonly n: number;
  readonly coefficient: number | null;
  readonly pValue: number | null;
  readonly ciLow: number | null;
  readonly ciHigh: number | null;
  readonly reason: Reason;
}

export interface CorrelationOptions {
  /** fewest pairs for which a coefficient is given; never below 4, which the interval needs */
  readonly minimum?: number;
  /** confidence level, default 0.95 */
  readonly level?: number;
}

/**
 * Pearson's product-moment correlation. The p-value (two-sided, no correlation) is Student's t with n − 2 degrees of freedom;
 * the interval is Fisher's z with variance 1/(n − 3) (Fisher, Metron 1, 1921).
 */
export function pearson(x: Values, y: Values, options: CorrelationOptions = {}): Correlation {
  const pairs = presentPairs(x, y);
  return correlate(pairs.x, pairs.y, options, () => 1);
}

/**
 * Spearman's rank correlation, ties at their mean rank. p-value as for Pearson (as scipy); the variance of z is (1 + r²/2)/(n − 3)
 * (Bonett & Wright, Psychometrika 65, 2000).
 */
export function spearman(x: Values, y: Values, options: CorrelationOptions = {}): Correlation {
  const pairs = presentPairs(x, y);
  return correlate(ranks(pairs.x), ranks(pairs.y), options, (r) => 1 + (r * r) / 2);
}

function correlate(
  x: Float64Array,
  y: Float64Array,
  options: CorrelationOptions,
  varianceFactor: (r: number) => number,
): Correlation {
  const n = x.length;
  const minimum = Math.max(options.minimum ?? 4, 4);
  if (n < minimum) return nothing(n, tooFew(n, minimum));
  const r = productMoment(x, y);
  if (r === null) return nothing(n, 'one of the two does not vary');
  const [ciLow, ciHigh] = fisherInterval(r, n, options.level ?? 0.95, varianceFactor(r));
  const t = r * Math.sqrt((n - 2) / Math.max(1 - r * r, 0));
  return { n, coefficient: r, pValue: studentTwoSidedP(t, n - 2), ciLow, ciHigh, reason: null };
}

/**
 * Confidence interval of a correlation by Fisher's z.
 * @param n pairs, at least 4
 * @param varianceFactor 1 for Pearson
 */
export function fisherInterval(r: number, n: number, level = 0.95, varianceFactor = 1): [number, number] {
  if (Math.abs(r) >= 1) return [r, r];
  const half = normalQuantile(0.5 + level / 2) * Math.sqrt(varianceFactor / (n - 3));
  return [Math.tanh(Math.atanh(r) - half), Math.tanh(Math.atanh(r) + half)];
}

function productMoment(x: Float64Array, y: Float64Array): number | null {
  const n = x.length;
  let meanX = 0;
  let meanY = 0;
  for (let i = 0; i < n; i++) {
    meanX += x[i]!;
    meanY += y[i]!;
  }
  meanX /= n;
  meanY /= n;
  let xx = 0;
  let yy = 0;
  let xy = 0;
  for (let i = 0; i < n; i++) {
    const a = x[i]! - meanX;
    const b = y[i]! - meanY;
    xx += a * a;
    yy += b * b;
    xy += a * b;
  }
  // Rounding leaves a trace of spread in a constant column; a true spread is far larger.
  const noise = 1e-24 * n;
  if (xx <= noise * Math.max(1, meanX * meanX) || yy <= noise * Math.max(1, meanY * meanY)) return null;
  return Math.max(-1, Math.min(1, xy / Math.sqrt(xx * yy)));
}

function nothing(n: number, reason: string): Correlation {
  return { n, coefficient: null, pValue: null, ciLow: null, ciHigh: null, reason };
}
