import { RandomGenerator } from '../random/generator.js';
import { quantileOfSorted } from './moments.js';
import { present, type Reason, tooFew, type Values } from './values.js';

export interface BootstrapInterval {
  /** what was drawn: values, or groups */
  readonly n: number;
  readonly value: number | null;
  readonly ciLow: number | null;
  readonly ciHigh: number | null;
  readonly reason: Reason;
}

export interface BootstrapOptions {
  readonly seed: number;
  /** default 1000 */
  readonly resamples?: number;
  /** default 0.95 */
  readonly level?: number;
  /** fewest values (never below 2) */
  readonly minimum?: number;
}

/**
 * Percentile bootstrap (Efron, Annals of Statistics 7, 1979): draws as many values with replacement as there are, computes the
 * statistic, and takes the quantiles of the results.
 */
export function bootstrapInterval(
  values: Values,
  statistic: (sample: Float64Array) => number | null,
  options: BootstrapOptions,
): BootstrapInterval {
  const kept = present(values);
  const sample = new Float64Array(kept.length);
  return bootstrapUnits(
    kept.length,
    (drawn) => {
      for (let i = 0; i < sample.length; i++) sample[i] = kept[drawn[i]!]!;
      return statistic(sample);
    },
    options,
  );
}

/**
 * The same for units that are drawn whole (artists, listeners): `statistic` gets the numbers of the drawn units, each 0 … n − 1.
 * Values within a unit are alike, so an interval over single values would be too narrow.
 */
export function bootstrapUnits(
  n: number,
  statistic: (drawn: Uint32Array) => number | null,
  options: BootstrapOptions,
): BootstrapInterval {
  const drawn = Uint32Array.from({ length: n }, (_, i) => i);
  const minimum = Math.max(options.minimum ?? 2, 2);
  if (n < minimum) return { n, value: null, ciLow: null, ciHigh: null, reason: tooFew(n, minimum) };
  const value = statistic(drawn);
  const random = new RandomGenerator(options.seed);
  const results: number[] = [];
  for (let b = 0; b < (options.resamples ?? 1000); b++) {
    for (let i = 0; i < n; i++) drawn[i] = random.integer(n);
    const result = statistic(drawn);
    if (result !== null && Number.isFinite(result)) results.push(result);
  }
  if (value === null || !Number.isFinite(value) || results.length === 0) {
    return { n, value: null, ciLow: null, ciHigh: null, reason: 'the statistic has no value on this sample' };
  }
  const sorted = Float64Array.from(results).sort();
  const tail = (1 - (options.level ?? 0.95)) / 2;
  return {
    n,
    value,
    ciLow: quantileOfSorted(sorted, tail),
    ciHigh: quantileOfSorted(sorted, 1 - tail),
    reason: null,
  };
}
