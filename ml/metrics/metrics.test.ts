import { describe, expect, it } from 'vitest';
import { calibrationTable } from './calibration.js';
import { classificationMetrics, confusionMatrix, likeliest } from './classification-metrics.js';
import { permutationImportance, permutationTest } from './permutation-importance.js';
import { regressionMetrics } from './regression-metrics.js';

const byName = (metrics: { name: string; value: number | null }[]) =>
  Object.fromEntries(metrics.map((m) => [m.name, m.value]));

describe('regression metrics', () => {
  const actual = Float64Array.of(0.2, 0.4, 0.1, 0.9, 0.5);
  const predicted = Float64Array.of(0.3, 0.35, 0.2, 0.7, 0.65);
  const scored = {
    actual,
    predicted,
    baseline: new Float64Array(5).fill(0.42),
    baselineName: 'mean',
    groups: Int32Array.of(0, 1, 1, 2, 3),
  };

  it('agree with scikit-learn', () => {
    const values = byName(regressionMetrics(scored, { seed: 1 }));
    expect(values.rmse).toBeCloseTo(0.13038404810405302, 12);
    expect(values.mae).toBeCloseTo(0.12, 12);
    expect(values.r2).toBeCloseTo(0.7809278350515463, 12);
  });

  it('carry the baseline’s figure and an interval around their own', () => {
    const [rmse, , r2] = regressionMetrics(scored, { seed: 1 });
    expect(rmse!.baselineValue).toBeCloseTo(Math.sqrt(0.388 / 5), 12);
    expect(r2!.baselineValue).toBeCloseTo(0, 12);
    expect(rmse!.ciLow!).toBeLessThan(rmse!.value!);
    expect(rmse!.ciHigh!).toBeGreaterThan(rmse!.value!);
  });

  it('have no R² for a target that does not vary, and no interval for one group', () => {
    const flat = { ...scored, actual: new Float64Array(5).fill(0.3), groups: new Int32Array(5) };
    const [rmse, , r2] = regressionMetrics(flat, { seed: 1 });
    expect(r2).toMatchObject({ value: null, reason: 'the target does not vary' });
    expect(rmse).toMatchObject({ ciLow: null, ciHigh: null });
  });
});

describe('classification metrics', () => {
  const actual = [0, 1, 2, 2, 1, 0, 2, 1];
  const rows = [
    [0.7, 0.2, 0.1],
    [0.1, 0.6, 0.3],
    [0.2, 0.2, 0.6],
    [0.5, 0.3, 0.2],
    [0.3, 0.3, 0.4],
    [0.8, 0.1, 0.1],
    [0.1, 0.1, 0.8],
    [0.2, 0.5, 0.3],
  ];
  const probabilities = [0, 1, 2].map((c) => Float64Array.from(rows, (row) => row[c]!));

  it('agree with scikit-learn', () => {
    const baseline = [0.25, 0.375, 0.375].map((share) => new Float64Array(8).fill(share));
    const metrics = classificationMetrics(
      {
        classes: ['a', 'b', 'c'],
        actual,
        probabilities,
        baseline,
        baselineName: 'shares',
        groups: Int32Array.from(actual, (_, i) => i),
      },
      { seed: 1 },
    );
    const values = byName(metrics);
    expect(values.accuracy).toBe(0.75);
    expect(values.f1_weighted).toBeCloseTo(0.75, 12);
    expect(values.f1_macro).toBeCloseTo(0.7555555555555555, 12);
    expect(values.log_loss).toBeCloseTo(0.6663963989273893, 12);
    expect(metrics[0]!.baselineValue).toBe(0.375);
    expect(confusionMatrix(actual, likeliest(probabilities), 3)).toEqual([
      [2, 0, 0],
      [0, 2, 1],
      [1, 0, 2],
    ]);
  });
});

describe('calibration', () => {
  it('sets mean predictions beside what happened, empty bins included', () => {
    const table = calibrationTable([0.05, 0.15, 0.12, 1], [0, 1, 0, 1]);
    expect(table).toHaveLength(10);
    expect(table[1]).toMatchObject({ bin: 2, n: 2, meanActual: 0.5 });
    expect(table[1]!.meanPredicted).toBeCloseTo(0.135, 12);
    expect(table[5]).toMatchObject({ n: 0, meanPredicted: null, meanActual: null });
    expect(table[9]).toMatchObject({ n: 1, meanActual: 1 });
  });
});

describe('permutation', () => {
  const x = Float64Array.from({ length: 200 }, (_, i) => ((i * 37) % 200) / 200);
  const z = Float64Array.from({ length: 200 }, (_, i) => ((i * 91) % 200) / 200);
  const matrix = { names: ['x', 'z'], rows: 200, columns: [x, z] };
  const loss = (m: typeof matrix) => m.columns[0]!.reduce((sum, value, i) => sum + (value - x[i]!) ** 2, 0);

  it('finds the feature that matters', () => {
    const [first, second] = permutationImportance(matrix, loss as never, { seed: 1 });
    expect(first!.increase).toBeGreaterThan(1);
    expect(second!.increase).toBe(0);
  });

  it('tests whether columns help: never a p-value of 0', () => {
    expect(permutationTest(matrix, ['x'], loss as never, { seed: 1 }).pValue).toBe(0.01);
    expect(permutationTest(matrix, ['z'], loss as never, { seed: 1 })).toMatchObject({ gain: 0, pValue: 1 });
  });
});
