import { mean, variance } from './moments.js';
import { studentQuantile, studentTwoSidedP } from './student-t.js';
import { present, type Reason, tooFew, type Values } from './values.js';

export interface WelchTest {
  readonly n1: number;
  readonly n2: number;
  /** values of both groups together */
  readonly n: number;
  readonly mean1: number | null;
  readonly mean2: number | null;
  /** mean1 − mean2 */
  readonly difference: number | null;
  readonly ciLow: number | null;
  readonly ciHigh: number | null;
  readonly t: number | null;
  /** Welch–Satterthwaite degrees of freedom */
  readonly df: number | null;
  /** two-sided */
  readonly pValue: number | null;
  readonly reason: Reason;
}

/**
 * Welch's t-test of two independent groups with unequal variances (Welch, Biometrika 34, 1947) and the confidence interval of the
 * difference of their means. Missing values are left out.
 * @param options.minimum fewest values in each group (never below 2); options.level confidence level, default 0.95
 */
export function welchTTest(
  group1: Values,
  group2: Values,
  options: { readonly minimum?: number; readonly level?: number } = {},
): WelchTest {
  const a = present(group1);
  const b = present(group2);
  const counts = { n1: a.length, n2: b.length, n: a.length + b.length };
  const minimum = Math.max(options.minimum ?? 2, 2);
  const smaller = Math.min(a.length, b.length);
  if (smaller < minimum) {
    return { ...counts, ...empty, mean1: null, mean2: null, difference: null, reason: tooFew(smaller, minimum) };
  }
  const mean1 = mean(a)!;
  const mean2 = mean(b)!;
  const difference = mean1 - mean2;
  const part1 = variance(a)! / a.length;
  const part2 = variance(b)! / b.length;
  const squaredError = part1 + part2;
  if (squaredError === 0) {
    return { ...counts, ...empty, mean1, mean2, difference, reason: 'neither group varies' };
  }
  const df = squaredError ** 2 / (part1 ** 2 / (a.length - 1) + part2 ** 2 / (b.length - 1));
  const error = Math.sqrt(squaredError);
  const half = studentQuantile(0.5 + (options.level ?? 0.95) / 2, df) * error;
  return {
    ...counts,
    mean1,
    mean2,
    difference,
    ciLow: difference - half,
    ciHigh: difference + half,
    t: difference / error,
    df,
    pValue: studentTwoSidedP(difference / error, df),
    reason: null,
  };
}

const empty = { ciLow: null, ciHigh: null, t: null, df: null, pValue: null };
