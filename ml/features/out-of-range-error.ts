import type { FeatureMatrix } from './feature-matrix.js';
import type { FeatureRange } from './feature-ranges.js';

/** A value that the model was not made for: another unit, or shifted columns. */
export class OutOfRangeError extends RangeError {
  override readonly name = 'OutOfRangeError';

  constructor(
    readonly feature: string,
    readonly value: number,
    readonly range: FeatureRange,
    /** number of the row, from 0 */
    readonly row: number,
  ) {
    super(`${feature} is ${value} in row ${row}, outside ${range.minimum} … ${range.maximum}`);
  }
}

/**
 * Refuses values outside the ranges; missing values pass.
 * @param ranges one for each feature of the matrix, in its order
 * @throws {OutOfRangeError} at the first such value
 */
export function checkRanges(matrix: FeatureMatrix, ranges: readonly FeatureRange[]): void {
  matrix.columns.forEach((column, f) => {
    const range = ranges[f]!;
    for (let row = 0; row < column.length; row++) {
      const value = column[row]!;
      if (value < range.minimum || value > range.maximum) {
        throw new OutOfRangeError(matrix.names[f]!, value, range, row);
      }
    }
  });
}
