import { createHash } from 'node:crypto';
import type { FeatureMatrix } from '../features/feature-matrix.js';
import type { FeatureRange } from '../features/feature-ranges.js';
import { checkRanges } from '../features/out-of-range-error.js';
import { predictNumbers, predictProbabilities, type TreeModel } from '../forest/tree-model.js';
import { type LinearModel, predictLinear } from '../linear/linear-regression.js';
import { decodeTrees, encodeTrees } from './tree-encoding.js';

/** Version of the training code: it changes whenever the same data would give another model. */
export const trainingCodeVersion = '1';

const formatVersion = 1;

export type TrainedModel = TreeModel | LinearModel;

/** A trained model with what is needed to use it rightly, and to make it again. */
export interface SavedModel {
  readonly id: string;
  readonly target: string;
  readonly model: TrainedModel;
  /** values that a feature may have at all, in the order of the model's features */
  readonly ranges: readonly FeatureRange[];
  /** values that occurred in training, in the same order; null where all were missing */
  readonly observed: readonly (FeatureRange | null)[];
  readonly provenance: Provenance;
}

export interface Provenance {
  readonly seed: number;
  readonly codeVersion: string;
  readonly trainingRows: number;
  /** SHA-256 over the training rows' keys, features and target */
  readonly trainingChecksum: string;
  /** version of the training table, where its store tells */
  readonly trainingTableVersion: number | null;
}

/** The model as JSON. The same model gives the same text, byte for byte. */
export function serialiseModel(saved: SavedModel): string {
  const { model } = saved;
  return JSON.stringify({
    format: formatVersion,
    id: saved.id,
    target: saved.target,
    provenance: {
      seed: saved.provenance.seed,
      codeVersion: saved.provenance.codeVersion,
      trainingRows: saved.provenance.trainingRows,
      trainingChecksum: saved.provenance.trainingChecksum,
      trainingTableVersion: saved.provenance.trainingTableVersion,
    },
    features: model.features.map((name, f) => ({
      name,
      range: rangePair(saved.ranges[f]!),
      observed: saved.observed[f] ? rangePair(saved.observed[f]!) : null,
    })),
    model: model.kind === 'linear' ? linearPart(model) : treePart(model),
  });
}

/** SHA-256 of a text's UTF-8 bytes, hexadecimal. */
export function checksum(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/** The model that {@link serialiseModel} wrote. Throws RangeError on another format, SyntaxError on text that is not JSON. */
export function parseModel(text: string): SavedModel {
  const document = JSON.parse(text) as Document;
  if (document.format !== formatVersion) {
    throw new RangeError(`saved model of format ${document.format}; this code reads format ${formatVersion}`);
  }
  const features = document.features.map(({ name }) => name);
  const { model } = document;
  return {
    id: document.id,
    target: document.target,
    provenance: document.provenance,
    ranges: document.features.map(({ range }) => ({ minimum: range[0], maximum: range[1] })),
    observed: document.features.map(({ observed }) => observed && { minimum: observed[0], maximum: observed[1] }),
    model:
      model.kind === 'linear'
        ? { ...model, features }
        : {
            kind: model.kind,
            features,
            classes: model.classes,
            edges: model.edges.map((edges) => Float64Array.from(edges)),
            base: model.base,
            learningRate: model.learningRate,
            trees: decodeTrees(model.trees),
          },
  };
}

/**
 * Predictions of a saved model: one array of numbers, or one of probabilities for each class.
 * @throws {OutOfRangeError} when a value lies outside the feature's range
 */
export function predictSaved(saved: SavedModel, matrix: FeatureMatrix): Float64Array[] {
  checkRanges(matrix, saved.ranges);
  const { model } = saved;
  if (model.kind === 'linear') return [predictLinear(model, matrix)];
  return model.classes.length > 0 ? predictProbabilities(model, matrix) : [predictNumbers(model, matrix)];
}

/** Lowest and highest value of each column; null where there is none. */
export function observedRanges(matrix: FeatureMatrix): (FeatureRange | null)[] {
  return matrix.columns.map((column) => {
    let minimum = Number.POSITIVE_INFINITY;
    let maximum = Number.NEGATIVE_INFINITY;
    for (const value of column) {
      if (value < minimum) minimum = value;
      if (value > maximum) maximum = value;
    }
    return minimum <= maximum ? { minimum, maximum } : null;
  });
}

type Pair = readonly [number, number];

interface Document {
  readonly format: number;
  readonly id: string;
  readonly target: string;
  readonly provenance: Provenance;
  readonly features: readonly { readonly name: string; readonly range: Pair; readonly observed: Pair | null }[];
  readonly model: Omit<LinearModel, 'features'> | TreePart;
}

type TreePart = ReturnType<typeof treePart>;

function linearPart(model: LinearModel): Omit<LinearModel, 'features'> {
  return {
    kind: model.kind,
    means: model.means,
    deviations: model.deviations,
    intercept: model.intercept,
    standardisedCoefficients: model.standardisedCoefficients,
    coefficients: model.coefficients,
    rSquared: model.rSquared,
  };
}

function treePart(model: TreeModel) {
  return {
    kind: model.kind,
    classes: model.classes,
    base: model.base,
    learningRate: model.learningRate,
    edges: model.edges.map((edges) => Array.from(edges)),
    trees: encodeTrees(model.trees),
  };
}

function rangePair(range: FeatureRange): Pair {
  return [range.minimum, range.maximum];
}
