/** One bin of a reliability table: what was predicted on average, and what happened. */
export interface CalibrationBin {
  /** 1 … bins */
  readonly bin: number;
  readonly lower: number;
  readonly upper: number;
  readonly n: number;
  readonly meanPredicted: number | null;
  /** share of rows of the class, or mean of the target */
  readonly meanActual: number | null;
}

/**
 * Reliability table over bins of equal width (DeGroot & Fienberg, The Statistician 32, 1983). Empty bins stay, with n = 0.
 * @param predicted probabilities, or predicted values; those outside the range count in the outermost bin
 * @param actual 1 where the class was true, else 0; or the true value
 */
export function calibrationTable(
  predicted: ArrayLike<number>,
  actual: ArrayLike<number>,
  options: { readonly bins?: number; readonly lower?: number; readonly upper?: number } = {},
): CalibrationBin[] {
  const { bins = 10, lower = 0, upper = 1 } = options;
  const counts = new Float64Array(bins);
  const sums = new Float64Array(bins);
  const truths = new Float64Array(bins);
  for (let i = 0; i < predicted.length; i++) {
    const at = Math.floor(((predicted[i]! - lower) / (upper - lower)) * bins);
    const bin = Math.min(bins - 1, Math.max(0, at));
    counts[bin]!++;
    sums[bin]! += predicted[i]!;
    truths[bin]! += actual[i]!;
  }
  return Array.from({ length: bins }, (_, b) => ({
    bin: b + 1,
    lower: lower + ((upper - lower) * b) / bins,
    upper: lower + ((upper - lower) * (b + 1)) / bins,
    n: counts[b]!,
    meanPredicted: counts[b]! > 0 ? sums[b]! / counts[b]! : null,
    meanActual: counts[b]! > 0 ? truths[b]! / counts[b]! : null,
  }));
}
