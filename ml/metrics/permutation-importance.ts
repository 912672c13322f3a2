import type { FeatureMatrix } from '../features/feature-matrix.js';
import { deriveSeed, RandomGenerator } from '../random/generator.js';

/** How much worse a model becomes when a feature's values are shuffled on rows that it has not seen (Breiman, Machine Learning 45, 2001, section 10). */
export function permutationImportance(
  matrix: FeatureMatrix,
  loss: (matrix: FeatureMatrix) => number,
  options: { readonly seed: number; readonly repeats?: number },
): { readonly feature: string; readonly increase: number }[] {
  const { seed, repeats = 1 } = options;
  const before = loss(matrix);
  return matrix.names.map((feature, f) => {
    let total = 0;
    for (let r = 0; r < repeats; r++) {
      total += loss(permuteColumns(matrix, [f], deriveSeed(seed, f * repeats + r))) - before;
    }
    return { feature, increase: total / repeats };
  });
}

/** Shuffles the given columns together: their rows move as one, the other columns stay. */
export function permuteColumns(matrix: FeatureMatrix, columns: readonly number[], seed: number): FeatureMatrix {
  const order = new RandomGenerator(seed).shuffle(Int32Array.from({ length: matrix.rows }, (_, i) => i));
  return {
    ...matrix,
    columns: matrix.columns.map((column, f) =>
      columns.includes(f) ? Float64Array.from(order, (row) => column[row]!) : column,
    ),
  };
}

export interface PermutationTest {
  /** loss after shuffling, on average, less the loss before: above 0 the columns help */
  readonly gain: number;
  /** chance of a loss as low as that before if the columns were irrelevant */
  readonly pValue: number;
  readonly permutations: number;
}

/**
 * Do these columns help on rows that the model has not seen? One-sided permutation test with p = (1 + hits)/(1 + permutations)
 * (Phipson & Smyth, Stat. Appl. Genet. Mol. Biol. 9, 2010: never 0). The rows must be independent: one row per track.
 */
export function permutationTest(
  matrix: FeatureMatrix,
  columns: readonly string[],
  loss: (matrix: FeatureMatrix) => number,
  options: { readonly seed: number; readonly permutations?: number },
): PermutationTest {
  const { seed, permutations = 99 } = options;
  const positions = columns.map((name) => matrix.names.indexOf(name));
  const before = loss(matrix);
  let hits = 0;
  let total = 0;
  for (let b = 0; b < permutations; b++) {
    const after = loss(permuteColumns(matrix, positions, deriveSeed(seed, b)));
    total += after - before;
    if (after <= before) hits++;
  }
  return { gain: total / permutations, pValue: (1 + hits) / (1 + permutations), permutations };
}
