/** Categories of each row (a track has several genres), and the mean target of each category, pulled towards the overall mean. */
export interface TargetEncoding {
  readonly overall: number;
  readonly means: ReadonlyMap<string, number>;
}

/**
 * Smoothed category means (Micci-Barreca, SIGKDD Explorations 3, 2001): a category of `smoothing` rows lies halfway to the overall mean.
 * Learn it from training rows only.
 */
export function fitTargetEncoding(
  categories: readonly (readonly string[])[],
  target: ArrayLike<number>,
  smoothing = 20,
): TargetEncoding {
  const sums = new Map<string, { sum: number; n: number }>();
  let total = 0;
  categories.forEach((names, row) => {
    total += target[row]!;
    for (const name of names) {
      const entry = sums.get(name) ?? { sum: 0, n: 0 };
      entry.sum += target[row]!;
      entry.n++;
      sums.set(name, entry);
    }
  });
  const overall = categories.length === 0 ? Number.NaN : total / categories.length;
  const means = new Map<string, number>();
  for (const [name, { sum, n }] of sums) means.set(name, (sum + smoothing * overall) / (n + smoothing));
  return { overall, means };
}

/** The mean of a row's categories; unknown categories, and none, give the overall mean. */
export function applyTargetEncoding(
  encoding: TargetEncoding,
  categories: readonly (readonly string[])[],
): Float64Array {
  return Float64Array.from(categories, (names) => {
    if (names.length === 0) return encoding.overall;
    return names.reduce((sum, name) => sum + (encoding.means.get(name) ?? encoding.overall), 0) / names.length;
  });
}

/**
 * Encodes training rows without their own target: each inner fold by the means of the others. Encoding them by their own means would
 * teach the model to trust the column more than it deserves on new rows.
 * @param folds inner fold of each row
 */
export function encodeTrainingRows(
  categories: readonly (readonly string[])[],
  target: ArrayLike<number>,
  folds: Uint8Array,
  smoothing = 20,
): Float64Array {
  const result = new Float64Array(categories.length);
  for (const fold of new Set(folds)) {
    const others: number[] = [];
    const own: number[] = [];
    folds.forEach((f, row) => {
      (f === fold ? own : others).push(row);
    });
    const encoding = fitTargetEncoding(
      others.map((row) => categories[row]!),
      others.map((row) => target[row]!),
      smoothing,
    );
    const encoded = applyTargetEncoding(
      encoding,
      own.map((row) => categories[row]!),
    );
    own.forEach((row, i) => {
      result[row] = encoded[i]!;
    });
  }
  return result;
}
