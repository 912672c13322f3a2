import { describe, expect, it } from 'vitest';
import { benjaminiHochberg, withAdjustedP } from './benjamini-hochberg.js';
import { bootstrapInterval, bootstrapUnits } from './bootstrap.js';
import { pearson, spearman } from './correlation.js';
import { cohensD, directionOf, hedgesG } from './effect-size.js';
import { mean, quantile, summarise } from './moments.js';
import { oneWayAnova } from './one-way-anova.js';
import { ranks, ranksBySize } from './ranks.js';
import { welchTTest } from './welch-t-test.js';

const x = [2.1, 3.4, 3.4, 4.8, 5.0, 6.2, 7.7, 7.7, 8.1, 9.9];
const y = [1.0, 2.5, 2.0, 2.5, 4.1, 3.9, 6.0, 5.2, 5.2, 8.8];
const a = [0.41, 0.52, 0.38, 0.6, 0.71, 0.45, 0.5];
const b = [0.62, 0.7, 0.55, 0.81, 0.9, 0.77];
const c = [0.3, 0.35, 0.41, 0.2];

describe('moments', () => {
  it('gives numpy’s mean, variance and quantiles', () => {
    const summary = summarise(x);
    expect(summary.mean).toBeCloseTo(5.83, 12);
    expect(summary.variance).toBeCloseTo(6.257888888888889, 12);
    expect([0.1, 0.25, 0.5, 0.9].map((p) => quantile(x, p)!.toFixed(10))).toEqual([
      '3.2700000000',
      '3.7500000000',
      '5.6000000000',
      '8.2800000000',
    ]);
  });

  it('leaves missing values out and says how many it used', () => {
    expect(summarise([1, null, 3, Number.NaN, undefined])).toMatchObject({ n: 2, mean: 2, median: 2, reason: null });
    expect(summarise([null])).toMatchObject({ n: 0, mean: null, reason: 'too few values: 0 of at least 1' });
    expect(summarise([1, 2], 30)).toMatchObject({ n: 2, mean: null, reason: 'too few values: 2 of at least 30' });
  });

  it('gives a constant column no variance', () => {
    expect(summarise([0.1, 0.1, 0.1]).variance).toBe(0);
    expect(summarise([5]).variance).toBeNull();
  });
});

describe('correlation', () => {
  it('Pearson: coefficient, p-value and Fisher interval as scipy', () => {
    const result = pearson(x, y);
    expect(result.n).toBe(10);
    expect(result.coefficient).toBeCloseTo(0.9564515137024544, 12);
    expect(result.pValue).toBeCloseTo(1.4927667709967164e-5, 14);
    expect(result.ciLow).toBeCloseTo(0.8215962482472994, 12);
    expect(result.ciHigh).toBeCloseTo(0.989933127429914, 12);
  });

  it('Spearman: ties share their rank', () => {
    expect([...ranks(y)]).toEqual([1, 3.5, 2, 3.5, 6, 5, 9, 7.5, 7.5, 10]);
    const result = spearman(x, y);
    expect(result.coefficient).toBeCloseTo(0.9509202453987731, 12);
    expect(result.pValue).toBeCloseTo(2.3920866049610933e-5, 14);
    expect(result.ciLow!).toBeLessThan(pearson(x, y).ciLow! + 0.05);
  });

  it('drops pairs with a missing side', () => {
    expect(pearson([1, 2, null, 4, 5, 6], [2, 4, 6, null, 10, 12])).toMatchObject({ n: 4, coefficient: 1, pValue: 0 });
  });

  it('says why there is no coefficient', () => {
    expect(pearson([1, 2, 3], [1, 2, 3])).toMatchObject({
      n: 3,
      coefficient: null,
      reason: 'too few values: 3 of at least 4',
    });
    expect(pearson([0.1, 0.1, 0.1, 0.1, 0.1], [1, 2, 3, 4, 5])).toMatchObject({
      n: 5,
      coefficient: null,
      pValue: null,
      reason: 'one of the two does not vary',
    });
  });
});

describe('two groups', () => {
  it('Welch’s t-test as scipy', () => {
    const result = welchTTest(a, b);
    expect(result.t).toBeCloseTo(-3.16500947389037, 11);
    expect(result.df).toBeCloseTo(10.206134143122691, 10);
    expect(result.pValue).toBeCloseTo(0.009829348492246818, 12);
    expect(result.ciLow).toBeCloseTo(-0.36594476112700913, 11);
    expect(result.ciHigh).toBeCloseTo(-0.06405523887299078, 11);
    expect(result).toMatchObject({ n1: 7, n2: 6, n: 13, reason: null });
  });

  it('Cohen’s d and Hedges’ g', () => {
    expect(cohensD(a, b).value).toBeCloseTo(-1.7774169277558385, 11);
    expect(cohensD(a, b).ciLow).toBeCloseTo(-3.0641925027289476, 10);
    expect(hedgesG(a, b).value).toBeCloseTo(-1.6529263083835517, 11);
  });

  it('says why there is no result', () => {
    expect(welchTTest([1], [2, 3])).toMatchObject({ n1: 1, t: null, reason: 'too few values: 1 of at least 2' });
    expect(welchTTest([1, 1], [2, 2])).toMatchObject({ difference: -1, pValue: null, reason: 'neither group varies' });
    expect(cohensD([1, 1], [2, 2])).toMatchObject({ value: null, reason: 'neither group varies' });
    expect(hedgesG(a, b, { minimum: 30 })).toMatchObject({
      n: 13,
      value: null,
      reason: 'too few values: 6 of at least 30',
    });
  });
});

describe('several groups', () => {
  it('one-way analysis of variance as scipy', () => {
    const result = oneWayAnova([a, b, c, []]);
    expect(result).toMatchObject({ n: 17, groups: 3, dfBetween: 2, dfWithin: 14, reason: null });
    expect(result.f).toBeCloseTo(15.700243704305446, 10);
    expect(result.pValue).toBeCloseTo(0.00026513840674280263, 13);
    expect(result.etaSquared).toBeCloseTo(0.6916332665330661, 12);
    expect(result.omegaSquared!).toBeLessThan(result.etaSquared!);
  });

  it('says why there is no result', () => {
    expect(oneWayAnova([a])).toMatchObject({ f: null, reason: 'fewer than two groups' });
    expect(oneWayAnova([[1], [2]])).toMatchObject({ f: null, reason: 'too few values: 2 of at least 3' });
    expect(
      oneWayAnova([
        [1, 1],
        [2, 2],
      ]),
    ).toMatchObject({ f: null, reason: 'the values do not vary within the groups' });
  });
});

describe('Benjamini–Hochberg', () => {
  it('adjusts as scipy and passes missing values through', () => {
    const adjusted = benjaminiHochberg([0.01, null, 0.04, 0.03, 0.005, 0.5, 0.5]);
    expect(adjusted.map((p) => (p === null ? null : Number(p.toFixed(12))))).toEqual([
      0.03,
      null,
      0.06,
      0.06,
      0.03,
      0.5,
      0.5,
    ]);
  });
});

describe('rows of a table of comparisons', () => {
  it('get their adjusted p-values, one family of tests', () => {
    expect(
      withAdjustedP([
        { feature: 'energy', p_value: 0.02 },
        { feature: 'tempo', p_value: null },
        { feature: 'valence', p_value: 0.5 },
      ]),
    ).toEqual([
      { feature: 'energy', p_value: 0.02, p_value_adjusted: 0.04 },
      { feature: 'tempo', p_value: null, p_value_adjusted: null },
      { feature: 'valence', p_value: 0.5, p_value_adjusted: 0.5 },
    ]);
  });

  it('are ranked by the size of the effect, whatever its sign; equals keep their order', () => {
    expect(ranksBySize([0.1, null, -0.4, 0.4, 0])).toEqual([3, null, 1, 2, 4]);
  });

  it('say which way an effect points', () => {
    expect([0.2, -0.2, 0, null].map(directionOf)).toEqual(['higher', 'lower', null, null]);
  });
});

describe('bootstrap', () => {
  it('gives the same interval for the same seed and covers the value', () => {
    const first = bootstrapInterval(x, mean, { seed: 7 });
    expect(bootstrapInterval(x, mean, { seed: 7 })).toEqual(first);
    expect(bootstrapInterval(x, mean, { seed: 8 })).not.toEqual(first);
    expect(first.value).toBeCloseTo(5.83, 12);
    // Standard error 0.79: the percentile interval of ten values lies near ±1.9 of it.
    expect(first.ciLow).toBeGreaterThan(4.1);
    expect(first.ciLow).toBeLessThan(4.7);
    expect(first.ciHigh).toBeGreaterThan(7.0);
    expect(first.ciHigh).toBeLessThan(7.6);
  });

  it('draws groups whole', () => {
    const groups = [
      [0, 0, 0, 0],
      [10, 10],
    ];
    const result = bootstrapUnits(2, (drawn) => mean(Array.from(drawn).flatMap((g) => groups[g]!)), { seed: 1 });
    expect(result).toMatchObject({ n: 2, ciLow: 0, ciHigh: 10, reason: null });
  });

  it('needs two values', () => {
    expect(bootstrapInterval([1], mean, { seed: 1 })).toMatchObject({
      n: 1,
      value: null,
      reason: 'too few values: 1 of at least 2',
    });
  });
});
