import type { FeatureMatrix } from '../features/feature-matrix.js';
import { fitBoosting, fitForest } from '../forest/fit.js';
import type { TrainingPool } from '../forest/training-pool.js';
import { predictNumbers, predictProbabilities } from '../forest/tree-model.js';
import { fitLinearRegression, predictLinear } from '../linear/linear-regression.js';
import type { TrainedModel } from '../persistence/saved-model.js';
import { moods, type Variant } from './variants.js';

/** Settings of a variant's algorithm, as the registry records them. */
export function hyperparameters(variant: Variant): Readonly<Record<string, number>> {
  const isClassifier = variant.target === 'mood';
  const count = variant.features.length + (variant.usesGenre ? 1 : 0);
  if (variant.algorithm === 'linear_regression') return {};
  if (variant.algorithm === 'random_forest') {
    // Shallower on few features: they leave less to tell apart, and deep trees would learn the noise.
    return {
      trees: variant.basis === 'events' ? 40 : 60,
      maximumDepth: count > 6 ? 14 : 9,
      featuresPerSplit: Math.max(1, Math.round(count / 3)),
      minimumLeaf: 5,
    };
  }
  const shared = { maximumDepth: 6, featuresPerSplit: Math.max(1, Math.round(count / 3)), l2: 1, rowShare: 0.7 };
  return isClassifier
    ? { rounds: 60, learningRate: 0.12, minimumLeaf: 5, ...shared, maximumDepth: 5 }
    : { rounds: 150, learningRate: 0.08, minimumLeaf: 20, ...shared };
}

/** Trains a variant. `target` holds values, or numbers of moods. */
export async function trainVariant(
  variant: Variant,
  matrix: FeatureMatrix,
  target: Float64Array,
  seed: number,
  pool: TrainingPool,
): Promise<TrainedModel> {
  const settings = { seed, ...hyperparameters(variant) } as never;
  const classes = variant.target === 'mood' ? moods : [];
  if (variant.algorithm === 'linear_regression') return fitLinearRegression(matrix, target);
  if (variant.algorithm === 'random_forest') return fitForest(matrix, { values: target, classes }, settings, pool);
  return fitBoosting(matrix, { values: target, classes }, settings, pool);
}

/** One array of numbers within 0 … 1 (valence and energy know no others), or one of probabilities for each mood. */
export function predictVariant(model: TrainedModel, matrix: FeatureMatrix): Float64Array[] {
  if (model.kind === 'linear') return [clamped(predictLinear(model, matrix))];
  return model.classes.length > 0 ? predictProbabilities(model, matrix) : [clamped(predictNumbers(model, matrix))];
}

/** Holds numbers within 0 … 1, in place. */
export function clamped(values: Float64Array): Float64Array {
  for (let i = 0; i < values.length; i++) values[i] = Math.min(1, Math.max(0, values[i]!));
  return values;
}

/** What a prediction without features would be: the training mean, or the training shares of the moods. */
export function baselineOutputs(variant: Variant, target: Float64Array, rows: number): Float64Array[] {
  if (variant.target !== 'mood') {
    const mean = target.reduce((sum, value) => sum + value, 0) / target.length;
    return [new Float64Array(rows).fill(mean)];
  }
  const counts = moods.map(() => 0);
  for (const label of target) counts[label]!++;
  return counts.map((count) => new Float64Array(rows).fill(count / target.length));
}

/** Loss for permutations: root mean squared error, or log-loss. */
export function lossOf(variant: Variant, target: Float64Array, outputs: readonly Float64Array[]): number {
  let sum = 0;
  for (let i = 0; i < target.length; i++) {
    sum +=
      variant.target === 'mood'
        ? -Math.log(Math.max(outputs[target[i]!]![i]!, 1e-15))
        : (target[i]! - outputs[0]![i]!) ** 2;
  }
  return variant.target === 'mood' ? sum / target.length : Math.sqrt(sum / target.length);
}
