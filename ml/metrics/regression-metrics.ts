import { GroupSums, groupIntervals } from './group-bootstrap.js';
import type { IntervalOptions, Metric } from './metric.js';

/** Predictions beside the truth, and what a baseline would have said. */
export interface ScoredNumbers {
  readonly actual: Float64Array;
  readonly predicted: Float64Array;
  /** prediction of the baseline for each row */
  readonly baseline: Float64Array;
  readonly baselineName: string;
  /** group of each row, 0 … groups − 1 without gaps */
  readonly groups: Int32Array;
}

/** RMSE, MAE and R² with intervals over groups. R² is against the mean of these very rows: below 0 is worse than knowing it. */
export function regressionMetrics(scored: ScoredNumbers, options: IntervalOptions): Metric[] {
  const { actual, predicted, baseline, groups } = scored;
  const sums = new GroupSums(numberOfGroups(groups), 7);
  for (let i = 0; i < actual.length; i++) {
    const group = groups[i]!;
    const error = actual[i]! - predicted[i]!;
    const baselineError = actual[i]! - baseline[i]!;
    sums.add(group, 0, 1);
    sums.add(group, 1, error * error);
    sums.add(group, 2, Math.abs(error));
    sums.add(group, 3, actual[i]!);
    sums.add(group, 4, actual[i]! * actual[i]!);
    sums.add(group, 5, baselineError * baselineError);
    sums.add(group, 6, Math.abs(baselineError));
  }
  const totals = sums.total();
  const values = figures(totals, 1, 2);
  const baselines = figures(totals, 5, 6);
  const intervals = groupIntervals(sums, (t) => figures(t, 1, 2), options);
  return ['rmse', 'mae', 'r2'].map((name, i) => ({
    name,
    value: values[i]!,
    ciLow: intervals[i]?.[0] ?? null,
    ciHigh: intervals[i]?.[1] ?? null,
    baselineName: scored.baselineName,
    baselineValue: baselines[i]!,
    reason: values[i] === null ? 'the target does not vary' : null,
  }));
}

/** How many groups the numbers name: one more than the highest. */
export function numberOfGroups(groups: Int32Array): number {
  let highest = -1;
  for (const group of groups) if (group > highest) highest = group;
  return highest + 1;
}

function figures(
  totals: Float64Array,
  squared: number,
  absolute: number,
): [number | null, number | null, number | null] {
  const n = totals[0]!;
  if (n === 0) return [null, null, null];
  const spread = totals[4]! - (totals[3]! * totals[3]!) / n;
  const noise = 1e-12 * Math.max(1, totals[4]!);
  return [
    Math.sqrt(totals[squared]! / n),
    totals[absolute]! / n,
    spread > noise ? 1 - totals[squared]! / spread : null,
  ];
}
