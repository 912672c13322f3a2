import type { FeatureMatrix } from '../features/feature-matrix.js';
import { applyBins, type BinEdges } from './bins.js';
import { softmax } from './growth-job.js';
import { addPredictions, impurityImportances, type Trees, treeCount } from './trees.js';

/** A trained forest or a boosted sequence of trees, with what is needed to predict. */
export interface TreeModel {
  readonly kind: 'forest' | 'boosting';
  /** features in the order of training */
  readonly features: readonly string[];
  /** class names in the order of their numbers; empty for regression */
  readonly classes: readonly string[];
  readonly edges: BinEdges;
  readonly trees: Trees;
  /** boosting: score before the first round, one for each output; forest: empty */
  readonly base: readonly number[];
  /** boosting: factor of each tree; forest: 1 */
  readonly learningRate: number;
}

/** Predicted numbers, one for each row. Throws RangeError on a classifier or on other features than those of training. */
export function predictNumbers(model: TreeModel, matrix: FeatureMatrix): Float64Array {
  if (model.classes.length > 0) throw new RangeError('a classifier predicts probabilities, not numbers');
  const binned = applyBins(checked(model, matrix), model.edges);
  const result = new Float64Array(matrix.rows);
  result.fill(model.base[0] ?? 0);
  addPredictions(model.trees, binned, [result], scaleOf(model));
  return result;
}

/** Predicted probabilities: one array per class, each with one number per row; they sum to 1 in every row. */
export function predictProbabilities(model: TreeModel, matrix: FeatureMatrix): Float64Array[] {
  if (model.classes.length === 0) throw new RangeError('a regression predicts numbers, not probabilities');
  const binned = applyBins(checked(model, matrix), model.edges);
  const results = model.classes.map((_, c) => new Float64Array(matrix.rows).fill(model.base[c] ?? 0));
  addPredictions(model.trees, binned, results, scaleOf(model));
  if (model.kind === 'boosting') softmax(results, results);
  return results;
}

/** Impurity importances by feature name. They favour features with many values: read them beside permutation importances. */
export function importancesByFeature(model: TreeModel): Record<string, number> {
  const shares = impurityImportances(model.trees);
  return Object.fromEntries(model.features.map((name, i) => [name, shares[i]!]));
}

/** A forest averages its trees, boosting adds them up. */
function scaleOf(model: TreeModel): number {
  return model.kind === 'forest' ? 1 / treeCount(model.trees) : model.learningRate;
}

function checked(model: TreeModel, matrix: FeatureMatrix): FeatureMatrix {
  if (model.features.join() !== matrix.names.join()) {
    throw new RangeError(`trained on ${model.features.join(', ')}; got ${matrix.names.join(', ')}`);
  }
  return matrix;
}
