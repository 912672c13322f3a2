import { fUpperTail } from './f-distribution.js';
import { mean } from './moments.js';
import { present, type Reason, tooFew, type Values } from './values.js';

export interface OneWayAnova {
  readonly n: number;
  /** groups with at least one value */
  readonly groups: number;
  readonly f: number | null;
  readonly dfBetween: number | null;
  readonly dfWithin: number | null;
  readonly pValue: number | null;
  /** share of the variance that lies between the groups, 0 … 1 */
  readonly etaSquared: number | null;
  /** η² without its upward bias (Hays 1963): may be slightly below 0 */
  readonly omegaSquared: number | null;
  readonly reason: Reason;
}

/**
 * One-way analysis of variance (Fisher, Statistical Methods for Research Workers, 1925): do the groups' means differ?
 * @param options.minimum fewest values over all groups
 */
export function oneWayAnova(groups: readonly Values[], options: { readonly minimum?: number } = {}): OneWayAnova {
  const kept = groups.map(present).filter((group) => group.length > 0);
  const n = kept.reduce((sum, group) => sum + group.length, 0);
  const k = kept.length;
  const nothing = (reason: string): OneWayAnova => ({
    n,
    groups: k,
    f: null,
    dfBetween: null,
    dfWithin: null,
    pValue: null,
    etaSquared: null,
    omegaSquared: null,
    reason,
  });
  if (k < 2) return nothing('fewer than two groups');
  const minimum = Math.max(options.minimum ?? 0, k + 1);
  if (n < minimum) return nothing(tooFew(n, minimum));
  const total = kept.reduce((sum, group) => sum + mean(group)! * group.length, 0) / n;
  let between = 0;
  let within = 0;
  for (const group of kept) {
    const centre = mean(group)!;
    between += group.length * (centre - total) ** 2;
    for (const value of group) within += (value - centre) ** 2;
  }
  const dfBetween = k - 1;
  const dfWithin = n - k;
  const noise = 1e-24 * n * Math.max(1, total * total);
  if (between + within <= noise) return nothing('the values do not vary');
  if (within <= noise) return nothing('the values do not vary within the groups');
  const meanWithin = within / dfWithin;
  const f = between / dfBetween / meanWithin;
  return {
    n,
    groups: k,
    f,
    dfBetween,
    dfWithin,
    pValue: fUpperTail(f, dfBetween, dfWithin),
    etaSquared: between / (between + within),
    omegaSquared: (between - dfBetween * meanWithin) / (between + within + meanWithin),
    reason: null,
  };
}
