import { RandomGenerator } from '../random/generator.js';
import { quantileOfSorted } from '../statistics/moments.js';
import type { IntervalOptions } from './metric.js';

/** Sums that a metric is computed from (counts, squared errors, a confusion matrix), one row of `width` numbers per group. */
export class GroupSums {
  readonly values: Float64Array;

  constructor(
    readonly groups: number,
    readonly width: number,
  ) {
    this.values = new Float64Array(groups * width);
  }

  add(group: number, position: number, amount: number): void {
    this.values[group * this.width + position]! += amount;
  }

  /** Sums over all groups. */
  total(): Float64Array {
    const sums = new Float64Array(this.width);
    for (let g = 0; g < this.groups; g++)
      for (let j = 0; j < this.width; j++) sums[j]! += this.values[g * this.width + j]!;
    return sums;
  }
}

/**
 * Percentile intervals of several figures at once, groups drawn whole with replacement: tracks of one artist are alike, and an interval
 * over single tracks would be too narrow (Field & Welsh, J. Royal Statistical Society B 69, 2007).
 * @param figures the figures from summed numbers; null where one has no value
 * @returns per figure its interval; null below two groups
 */
export function groupIntervals(
  sums: GroupSums,
  figures: (totals: Float64Array) => readonly (number | null)[],
  options: IntervalOptions,
): (readonly [number, number] | null)[] {
  const count = figures(sums.total()).length;
  if (sums.groups < 2) return new Array(count).fill(null);
  const random = new RandomGenerator(options.seed);
  const { groups, width, values } = sums;
  const drawn: number[][] = Array.from({ length: count }, () => []);
  const totals = new Float64Array(width);
  for (let b = 0; b < (options.resamples ?? 300); b++) {
    totals.fill(0);
    for (let i = 0; i < groups; i++) {
      const offset = random.integer(groups) * width;
      for (let j = 0; j < width; j++) totals[j]! += values[offset + j]!;
    }
    figures(totals).forEach((figure, k) => {
      if (figure !== null && Number.isFinite(figure)) drawn[k]!.push(figure);
    });
  }
  const tail = (1 - (options.level ?? 0.95)) / 2;
  return drawn.map((results) => {
    if (results.length === 0) return null;
    const sorted = Float64Array.from(results).sort();
    return [quantileOfSorted(sorted, tail)!, quantileOfSorted(sorted, 1 - tail)!];
  });
}
