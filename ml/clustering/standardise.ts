import type { FeatureMatrix } from '../features/feature-matrix.js';
import { mean, standardDeviation } from '../statistics/moments.js';

/** Mean and standard deviation of each feature; a deviation of 0 means that it does not vary. */
export interface Scaler {
  readonly features: readonly string[];
  readonly means: readonly number[];
  readonly deviations: readonly number[];
}

/** Learns the scaler from the values that are there. */
export function fitScaler(matrix: FeatureMatrix): Scaler {
  const present = matrix.columns.map((column) => column.filter((value) => !Number.isNaN(value)));
  return {
    features: matrix.names,
    means: present.map((column) => mean(column) ?? 0),
    deviations: present.map((column) => {
      const deviation = standardDeviation(column) ?? 0;
      return deviation > 1e-12 ? deviation : 0;
    }),
  };
}

/** Rows in standard deviations from the mean; missing values and features that do not vary become 0. */
export function standardise(matrix: FeatureMatrix, scaler: Scaler): number[][] {
  return Array.from({ length: matrix.rows }, (_, row) =>
    matrix.columns.map((column, f) => {
      const value = column[row]!;
      const deviation = scaler.deviations[f]!;
      return Number.isNaN(value) || deviation === 0 ? 0 : (value - scaler.means[f]!) / deviation;
    }),
  );
}

/** A standardised point in the features' own units. */
export function destandardise(point: readonly number[], scaler: Scaler): number[] {
  return point.map((value, f) => scaler.means[f]! + value * scaler.deviations[f]!);
}
