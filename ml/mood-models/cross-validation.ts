import { type FeatureMatrix, selectFeatures, selectRows, takeRows, withFeature } from '../features/feature-matrix.js';
import type { TrainingPool } from '../forest/training-pool.js';
import { permutationImportance } from '../metrics/permutation-importance.js';
import { deriveSeed, RandomGenerator, seedFromText } from '../random/generator.js';
import { groupFolds, splitRows } from '../validation/group-folds.js';
import { applyTargetEncoding, encodeTrainingRows, fitTargetEncoding } from '../validation/target-encoding.js';
import { baselineOutputs, lossOf, predictVariant, trainVariant } from './estimator.js';
import type { ImportanceRow, Scored } from './scoring.js';
import type { LabelledRows } from './training-data.js';
import { moods, type Variant, variantId } from './variants.js';

/** Folds of the catalogue. The same for every variant, so that their figures compare. */
export const foldCount = 5;

/** Held-out rows per fold that permutation importances are measured on. */
const importanceRows = 500;

/** Five folds, no artist (and no recording) in two of them. Throws RangeError below five groups. */
export function catalogueFolds(rows: LabelledRows): Uint8Array {
  return groupFolds(rows.groups, foldCount, seedFromText('catalogue folds'));
}

/** Predictions for every row by a model that saw neither it nor anything else of its artist. */
export async function crossValidate(
  variant: Variant,
  data: LabelledRows & { readonly isSample: boolean },
  folds: Uint8Array,
  pool: TrainingPool,
): Promise<{ readonly scored: Scored; readonly importances: readonly ImportanceRow[] }> {
  const target = data.targets[variant.target];
  const matrix = selectFeatures(data.matrix, variant.features);
  const outputCount = variant.target === 'mood' ? moods.length : 1;
  const outputs = Array.from({ length: outputCount }, () => new Float64Array(data.rows));
  const baseline = Array.from({ length: outputCount }, () => new Float64Array(data.rows));
  const importances = await Promise.all(
    Array.from({ length: foldCount }, async (_, fold) => {
      const { train, test } = splitRows(folds, fold);
      const seed = deriveSeed(seedFromText(variantId(variant)), fold);
      const parts = encodeGenre(variant, data, { matrix, train, test, seed });
      const trainTarget = takeRows(target, train);
      const model = await trainVariant(variant, parts.train, trainTarget, seed, pool);
      scatter(outputs, predictVariant(model, parts.test), test);
      scatter(baseline, baselineOutputs(variant, trainTarget, test.length), test);
      if (!variant.isPublished) return [];
      const some = new RandomGenerator(seed).shuffle(test.map((_, i) => i)).slice(0, importanceRows);
      const someTarget = takeRows(takeRows(target, test), some);
      return permutationImportance(
        selectRows(parts.test, some),
        (shuffled) => lossOf(variant, someTarget, predictVariant(model, shuffled)),
        { seed },
      ).map((entry) => ({ ...entry, n: some.length }));
    }),
  );
  return {
    scored: {
      split: 'catalogue_cv',
      actual: target,
      outputs,
      baseline,
      groups: data.groups,
      nPlays: null,
      isEvidence: !data.isSample,
      note: data.isSample ? 'sample catalogue: not evidence' : null,
    },
    importances: averageImportances(variant, importances),
  };
}

/** Adds the genres' mean target where the variant wants it: training rows without their own fold, test rows by all training rows. */
function encodeGenre(
  variant: Variant,
  data: LabelledRows,
  split: { matrix: FeatureMatrix; train: Int32Array; test: Int32Array; seed: number },
): { train: FeatureMatrix; test: FeatureMatrix } {
  const train = selectRows(split.matrix, split.train);
  const test = selectRows(split.matrix, split.test);
  if (!variant.usesGenre) return { train, test };
  const target = takeRows(data.targets[variant.target], split.train);
  const genresOf = (rows: Int32Array) => Array.from(rows, (row) => data.genres[row]!);
  const random = new RandomGenerator(split.seed);
  const innerOf = new Map<number, number>();
  const inner = Uint8Array.from(split.train, (row) => {
    const group = data.groups[row]!;
    if (!innerOf.has(group)) innerOf.set(group, random.integer(foldCount));
    return innerOf.get(group)!;
  });
  const encoding = fitTargetEncoding(genresOf(split.train), target);
  return {
    train: withFeature(train, 'genre_mean', encodeTrainingRows(genresOf(split.train), target, inner)),
    test: withFeature(test, 'genre_mean', applyTargetEncoding(encoding, genresOf(split.test))),
  };
}

function scatter(into: readonly Float64Array[], outputs: readonly Float64Array[], rows: Int32Array): void {
  outputs.forEach((output, c) => {
    rows.forEach((row, i) => {
      into[c]![row] = output[i]!;
    });
  });
}

function averageImportances(
  variant: Variant,
  folds: readonly (readonly { feature: string; increase: number; n: number }[])[],
): ImportanceRow[] {
  const entries = folds.flat();
  return variant.features.flatMap((feature) => {
    const own = entries.filter((entry) => entry.feature === feature);
    if (own.length === 0) return [];
    const n = own.reduce((sum, entry) => sum + entry.n, 0);
    const value = own.reduce((sum, entry) => sum + entry.increase * entry.n, 0) / n;
    const unit = variant.target === 'mood' ? 'increase of log-loss' : 'increase of rmse';
    return [{ feature, method: 'permutation' as const, value, unit, n }];
  });
}
