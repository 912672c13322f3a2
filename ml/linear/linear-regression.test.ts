import { describe, expect, it } from 'vitest';
import { fitLinearRegression, predictLinear } from './linear-regression.js';

const rows = Array.from({ length: 20 }, (_, i) => [((i * 7) % 11) / 10, ((i * i) % 13) / 5 - 1, 100 + 3 * i] as const);
const matrix = {
  names: ['a', 'b', 'c'],
  rows: 20,
  columns: [0, 1, 2].map((f) => Float64Array.from(rows, (row) => row[f]!)),
};
const target = Float64Array.from(rows, ([a, b, c], i) => 0.3 * a - 0.2 * b + 0.01 * c + ((i * 5) % 7) / 50);

describe('linear regression', () => {
  it('agrees with scikit-learn', () => {
    const model = fitLinearRegression(matrix, target);
    [0.26625997, -0.19706036, 0.0102984].forEach((coefficient, f) => {
      expect(model.coefficients[f]).toBeCloseTo(coefficient, 7);
    });
    expect(model.rSquared).toBeCloseTo(0.9775767945131579, 12);
    const atZero = predictLinear(model, { ...matrix, rows: 1, columns: matrix.columns.map(() => new Float64Array(1)) });
    expect(atZero[0]).toBeCloseTo(0.0386890522682839, 12);
  });

  it('takes missing values as the mean, and leaves a constant feature out', () => {
    const columns = [Float64Array.of(1, 2, 3, Number.NaN), Float64Array.of(5, 5, 5, 5)];
    const model = fitLinearRegression({ names: ['x', 'k'], rows: 4, columns }, Float64Array.of(1, 2, 3, 2));
    expect(model.coefficients[0]).toBeCloseTo(1, 12);
    expect(model.coefficients[1]).toBe(0);
    expect(
      predictLinear(model, {
        names: ['x', 'k'],
        rows: 1,
        columns: [[Number.NaN], [9]].map((c) => Float64Array.from(c)),
      })[0],
    ).toBeCloseTo(2, 12);
  });

  it('handles features that repeat each other', () => {
    const x = Float64Array.from({ length: 30 }, (_, i) => i);
    const model = fitLinearRegression(
      { names: ['x', 'twice'], rows: 30, columns: [x, x.map((v) => 2 * v)] },
      x.map((v) => 3 * v),
    );
    expect(model.rSquared).toBeCloseTo(1, 10);
    expect(model.coefficients.every(Number.isFinite)).toBe(true);
  });

  it('refuses missing targets and no rows', () => {
    expect(() =>
      fitLinearRegression(
        matrix,
        target.map((v, i) => (i === 3 ? Number.NaN : v)),
      ),
    ).toThrow('a target is missing');
    expect(() =>
      fitLinearRegression({ names: ['a'], rows: 0, columns: [new Float64Array()] }, new Float64Array()),
    ).toThrow(RangeError);
  });
});
