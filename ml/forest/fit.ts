import type { FeatureMatrix } from '../features/feature-matrix.js';
import { applyBins, fitBinEdges } from './bins.js';
import type { BoostingSettings, ForestSettings } from './growth-job.js';
import type { TrainingPool } from './training-pool.js';
import type { TreeModel } from './tree-model.js';
import { concatenateTrees } from './trees.js';

/** Trees per job. Fixed, so that neither the number of workers nor their speed shows in the result. */
const treesPerJob = 10;

/** A target of numbers, or of classes given by their number in `classes`. */
export interface Target {
  readonly values: Float64Array;
  /** class names; empty for regression */
  readonly classes: readonly string[];
}

export interface ForestOptions extends ForestSettings {
  readonly seed: number;
  readonly trees: number;
}

export interface BoostingOptions extends BoostingSettings {
  readonly seed: number;
}

/**
 * Trains a random forest (Breiman, Machine Learning 45, 2001) on histograms: bootstrap rows as weights, features drawn for each split.
 * Throws RangeError when there are no rows, a target is missing, or a class has no name.
 */
export async function fitForest(
  matrix: FeatureMatrix,
  target: Target,
  options: ForestOptions,
  pool: TrainingPool,
): Promise<TreeModel> {
  const { edges, job } = prepare(matrix, target);
  const featuresPerSplit = Math.max(1, Math.min(options.featuresPerSplit, matrix.names.length));
  const chunks: { from: number; to: number }[] = [];
  for (let from = 0; from < options.trees; from += treesPerJob) {
    chunks.push({ from, to: Math.min(from + treesPerJob, options.trees) });
  }
  const { maximumDepth, minimumLeaf, seed } = options;
  const grown = await Promise.all(
    chunks.map((chunk) =>
      pool.grow({ ...job, seed, method: { kind: 'forest', ...chunk, maximumDepth, featuresPerSplit, minimumLeaf } }),
    ),
  );
  const trees = concatenateTrees(grown);
  return { kind: 'forest', features: matrix.names, classes: target.classes, edges, trees, base: [], learningRate: 1 };
}

/** Trains boosted trees: squared error, or softmax over classes. Throws as {@link fitForest}. */
export async function fitBoosting(
  matrix: FeatureMatrix,
  target: Target,
  options: BoostingOptions,
  pool: TrainingPool,
): Promise<TreeModel> {
  const { edges, job } = prepare(matrix, target);
  const { seed, ...settings } = options;
  const featuresPerSplit = Math.max(1, Math.min(options.featuresPerSplit, matrix.names.length));
  const base = baseScores(target);
  const trees = await pool.grow({
    ...job,
    seed,
    method: { kind: 'boosting', ...settings, featuresPerSplit, base },
  });
  return {
    kind: 'boosting',
    features: matrix.names,
    classes: target.classes,
    edges,
    trees,
    base,
    learningRate: options.learningRate,
  };
}

function prepare(matrix: FeatureMatrix, target: Target) {
  if (matrix.rows === 0 || matrix.names.length === 0) throw new RangeError('nothing to train on');
  if (target.values.length !== matrix.rows) {
    throw new RangeError(`${matrix.rows} rows but ${target.values.length} targets`);
  }
  const row = target.values.findIndex((value) => !Number.isFinite(value));
  if (row >= 0) throw new RangeError(`the target of row ${row} is missing`);
  const { length } = target.classes;
  if (length > 0) {
    const stranger = target.values.findIndex((value) => !Number.isInteger(value) || value < 0 || value >= length);
    if (stranger >= 0) throw new RangeError(`row ${stranger} has class ${target.values[stranger]} of ${length}`);
  }
  const edges = fitBinEdges(matrix);
  const shared = new Float64Array(new SharedArrayBuffer(8 * matrix.rows));
  shared.set(target.values);
  return { edges, job: { matrix: applyBins(matrix, edges), target: shared, classes: target.classes.length } };
}

/** The mean, or the logarithm of each class's share (with one row more in every class, so that none is impossible). */
function baseScores(target: Target): number[] {
  if (target.classes.length === 0) {
    return [target.values.reduce((sum, value) => sum + value, 0) / target.values.length];
  }
  const counts = target.classes.map(() => 1);
  for (const label of target.values) counts[label]!++;
  return counts.map((count) => Math.log(count / (target.values.length + counts.length)));
}
