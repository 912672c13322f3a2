import { Matrix, QrDecomposition, solve } from 'ml-matrix';
import type { FeatureMatrix } from '../features/feature-matrix.js';

/** A least-squares line through standardised features. */
export interface LinearModel {
  readonly kind: 'linear';
  readonly features: readonly string[];
  /** mean and standard deviation of each feature in training; missing values count as the mean, a deviation of 0 leaves the feature out */
  readonly means: readonly number[];
  readonly deviations: readonly number[];
  readonly intercept: number;
  /** change of the target for one standard deviation of the feature */
  readonly standardisedCoefficients: readonly number[];
  /** change of the target for one unit of the feature */
  readonly coefficients: readonly number[];
  /** on the training rows */
  readonly rSquared: number | null;
}

/**
 * Ordinary least squares by QR decomposition of the standardised features (Golub & Van Loan, Matrix Computations, 5.3). Features that
 * depend on each other linearly are handled by the pseudo-inverse (smallest coefficients). Throws RangeError when there are no rows or a
 * target is missing.
 */
export function fitLinearRegression(matrix: FeatureMatrix, target: Float64Array): LinearModel {
  const { rows } = matrix;
  if (rows === 0) throw new RangeError('nothing to train on');
  if (target.length !== rows) throw new RangeError(`${rows} rows but ${target.length} targets`);
  if (target.some((value) => !Number.isFinite(value))) throw new RangeError('a target is missing');
  const scales = matrix.columns.map(meanAndDeviation);
  const used = scales.flatMap(({ deviation }, f) => (deviation > 0 ? [f] : []));
  const targetMean = target.reduce((sum, value) => sum + value, 0) / rows;
  const standardised = matrix.columns.map(() => 0);
  if (used.length > 0) {
    const design = Matrix.zeros(rows, used.length);
    used.forEach((f, j) => {
      const { mean, deviation } = scales[f]!;
      const column = matrix.columns[f]!;
      for (let i = 0; i < rows; i++) design.set(i, j, Number.isNaN(column[i]!) ? 0 : (column[i]! - mean) / deviation);
    });
    const centred = Matrix.columnVector(Array.from(target, (value) => value - targetMean));
    const qr = rows > used.length ? new QrDecomposition(design) : undefined;
    const solution = qr?.isFullRank() ? qr.solve(centred) : solve(design, centred, true);
    used.forEach((f, j) => {
      standardised[f] = solution.get(j, 0);
    });
  }
  const coefficients = standardised.map((b, f) => (b === 0 ? 0 : b / scales[f]!.deviation));
  const model = {
    kind: 'linear' as const,
    features: matrix.names,
    means: scales.map(({ mean }) => mean),
    deviations: scales.map(({ deviation }) => deviation),
    intercept: targetMean,
    standardisedCoefficients: standardised,
    coefficients,
  };
  return { ...model, rSquared: rSquared(predictLinear({ ...model, rSquared: null }, matrix), target, targetMean) };
}

/** Predicted numbers, one for each row. Throws RangeError on other features than those of training. */
export function predictLinear(model: LinearModel, matrix: FeatureMatrix): Float64Array {
  if (model.features.join() !== matrix.names.join()) {
    throw new RangeError(`trained on ${model.features.join(', ')}; got ${matrix.names.join(', ')}`);
  }
  const result = new Float64Array(matrix.rows).fill(model.intercept);
  matrix.columns.forEach((column, f) => {
    const slope = model.standardisedCoefficients[f]!;
    if (slope === 0) return;
    for (let i = 0; i < matrix.rows; i++) {
      const value = column[i]!;
      if (!Number.isNaN(value)) result[i]! += (slope * (value - model.means[f]!)) / model.deviations[f]!;
    }
  });
  return result;
}

function meanAndDeviation(column: Float64Array): { mean: number; deviation: number } {
  const values = column.filter((value) => !Number.isNaN(value));
  if (values.length === 0) return { mean: 0, deviation: 0 };
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  // Missing values sit at the mean, so the deviation is that of the column as it enters the design.
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation = Math.sqrt(squares / column.length);
  return { mean, deviation: deviation > 1e-12 * Math.max(1, Math.abs(mean)) ? deviation : 0 };
}

function rSquared(predicted: Float64Array, target: Float64Array, mean: number): number | null {
  let residual = 0;
  let total = 0;
  for (let i = 0; i < target.length; i++) {
    residual += (target[i]! - predicted[i]!) ** 2;
    total += (target[i]! - mean) ** 2;
  }
  return total > 0 ? 1 - residual / total : null;
}
