import { deriveSeed, RandomGenerator } from '../random/generator.js';
import type { BinnedMatrix } from './bins.js';
import { GiniCriterion } from './gini-criterion.js';
import { NewtonCriterion } from './newton-criterion.js';
import { TreeGrower } from './tree-grower.js';
import type { Trees } from './trees.js';

/** Trees to grow in one go, by this thread or a worker. The arrays lie in shared memory: sending a job copies nothing. */
export interface GrowthJob {
  readonly matrix: BinnedMatrix;
  /** target per row; for classes their numbers 0 … classes − 1 */
  readonly target: Float64Array;
  /** classes of the target; 0 for regression */
  readonly classes: number;
  readonly method: ForestMethod | BoostingMethod;
  readonly seed: number;
}

export interface ForestSettings {
  readonly maximumDepth: number;
  /** features drawn for each split */
  readonly featuresPerSplit: number;
  /** fewest (drawn) rows in a leaf */
  readonly minimumLeaf: number;
}

export interface BoostingSettings {
  readonly rounds: number;
  readonly learningRate: number;
  readonly maximumDepth: number;
  readonly featuresPerSplit: number;
  /** regression: fewest rows in a leaf; classes: least sum of p(1 − p) */
  readonly minimumLeaf: number;
  readonly l2: number;
  /** share of rows drawn (without replacement) for each round, above 0 up to 1 */
  readonly rowShare: number;
}

/** A stretch of a random forest: trees `from … to − 1`. */
export interface ForestMethod extends ForestSettings {
  readonly kind: 'forest';
  readonly from: number;
  readonly to: number;
}

export interface BoostingMethod extends BoostingSettings {
  readonly kind: 'boosting';
  /** prediction before the first round, one for each output */
  readonly base: readonly number[];
}

/** Grows the job's trees. The same job gives the same trees on every thread and machine. */
export function runGrowthJob(job: GrowthJob): Trees {
  return job.method.kind === 'forest' ? growForest(job, job.method) : growBoosting(job, job.method);
}

function growForest(job: GrowthJob, method: ForestMethod): Trees {
  const { matrix, target, classes } = job;
  const weights = new Float64Array(matrix.rows);
  const weighted = new Float64Array(classes > 0 ? 0 : matrix.rows);
  const criterion =
    classes > 0
      ? new GiniCriterion(matrix, Uint8Array.from(target), weights, classes, method.minimumLeaf)
      : new NewtonCriterion(matrix, weighted, weights, method.minimumLeaf, 0);
  const grower = new TreeGrower(matrix, criterion, method);
  const rows = new Int32Array(matrix.rows);
  for (let tree = method.from; tree < method.to; tree++) {
    const random = new RandomGenerator(deriveSeed(job.seed, tree));
    weights.fill(0);
    for (let i = 0; i < matrix.rows; i++) weights[random.integer(matrix.rows)]!++;
    let drawn = 0;
    for (let row = 0; row < matrix.rows; row++) if (weights[row]! > 0) rows[drawn++] = row;
    for (let row = 0; row < weighted.length; row++) weighted[row] = weights[row]! * target[row]!;
    grower.grow(rows.subarray(0, drawn), random);
  }
  return grower.trees();
}

/** Gradient boosting (Friedman, Annals of Statistics 29, 2001) with Newton leaves; squared error, or softmax with one tree per class and round. */
function growBoosting(job: GrowthJob, method: BoostingMethod): Trees {
  const { matrix, target, classes } = job;
  const { rows } = matrix;
  const outputs = Math.max(1, classes);
  const gradients = new Float64Array(rows);
  const curvatures = new Float64Array(rows).fill(1);
  const criterion = new NewtonCriterion(matrix, gradients, curvatures, method.minimumLeaf, method.l2);
  const grower = new TreeGrower(matrix, criterion, method);
  const scores = Array.from({ length: outputs }, (_, c) => new Float64Array(rows).fill(method.base[c]!));
  const shares = Array.from({ length: classes }, () => new Float64Array(rows));
  const order = new Int32Array(rows);
  const drawn = Math.max(1, Math.round(rows * method.rowShare));
  for (let round = 0; round < method.rounds; round++) {
    const random = new RandomGenerator(deriveSeed(job.seed, round));
    if (classes > 0) softmax(scores, shares);
    const sample = drawRows(order, drawn, random);
    for (let c = 0; c < outputs; c++) {
      const score = scores[c]!;
      for (let row = 0; row < rows; row++) {
        if (classes > 0) {
          const share = shares[c]![row]!;
          gradients[row] = (target[row] === c ? 1 : 0) - share;
          curvatures[row] = Math.max(share * (1 - share), 1e-6);
        } else gradients[row] = target[row]! - score[row]!;
      }
      const tree = grower.grow(sample.slice(), random);
      grower.addTo(score, tree, method.learningRate);
    }
  }
  return grower.trees();
}

/** Turns scores (one array per class) into probabilities, row by row. */
export function softmax(scores: readonly Float64Array[], into: readonly Float64Array[]): void {
  const rows = scores[0]?.length ?? 0;
  for (let row = 0; row < rows; row++) {
    let highest = Number.NEGATIVE_INFINITY;
    for (const score of scores) highest = Math.max(highest, score[row]!);
    let sum = 0;
    for (let c = 0; c < scores.length; c++) {
      const share = Math.exp(scores[c]![row]! - highest);
      into[c]![row] = share;
      sum += share;
    }
    for (const share of into) share[row]! /= sum;
  }
}

/** Draws `count` rows without replacement, ascending (selection sampling: Knuth, TAOCP 2, algorithm 3.4.2 S). */
function drawRows(order: Int32Array, count: number, random: RandomGenerator): Int32Array {
  let drawn = 0;
  for (let row = 0; row < order.length && drawn < count; row++) {
    if (count === order.length || random.uniform() * (order.length - row) < count - drawn) order[drawn++] = row;
  }
  return order.subarray(0, drawn);
}
