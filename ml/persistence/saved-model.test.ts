import { describe, expect, it } from 'vitest';
import { featureRanges } from '../features/feature-ranges.js';
import { OutOfRangeError } from '../features/out-of-range-error.js';
import { fitBoosting, fitForest } from '../forest/fit.js';
import { inThread } from '../forest/training-pool.js';
import { fitLinearRegression } from '../linear/linear-regression.js';
import { RandomGenerator } from '../random/generator.js';
import {
  checksum,
  observedRanges,
  parseModel,
  predictSaved,
  type SavedModel,
  serialiseModel,
  type TrainedModel,
} from './saved-model.js';

const random = new RandomGenerator(5);
const matrix = {
  names: ['energy', 'tempo'],
  rows: 400,
  columns: [
    Float64Array.from({ length: 400 }, () => random.uniform()),
    Float64Array.from({ length: 400 }, () => 60 + 120 * random.uniform()),
  ],
};
const target = matrix.columns[0]!.map((energy, i) => 0.7 * energy + matrix.columns[1]![i]! / 1000);
const labels = target.map((value) => Number(value > 0.5));
const forest = { seed: 1, trees: 12, maximumDepth: 6, featuresPerSplit: 1, minimumLeaf: 4 };
const boosting = { ...forest, rounds: 10, learningRate: 0.1, l2: 1, rowShare: 0.5 };

function saved(model: TrainedModel): SavedModel {
  return {
    id: 'example',
    target: 'valence',
    model,
    ranges: matrix.names.map((name) => featureRanges[name]!),
    observed: observedRanges(matrix),
    provenance: { seed: 1, codeVersion: '1', trainingRows: 400, trainingChecksum: 'abc', trainingTableVersion: 7 },
  };
}

const kinds: [string, () => Promise<TrainedModel>][] = [
  ['forest', () => fitForest(matrix, { values: target, classes: [] }, forest, inThread)],
  ['classifier', () => fitForest(matrix, { values: labels, classes: ['no', 'yes'] }, forest, inThread)],
  ['boosting', () => fitBoosting(matrix, { values: labels, classes: ['no', 'yes'] }, boosting, inThread)],
  ['linear', async () => fitLinearRegression(matrix, target)],
];

describe('a saved model', () => {
  it.each(kinds)('has the same bytes for the same inputs: %s', async (_, train) => {
    const [first, second] = [serialiseModel(saved(await train())), serialiseModel(saved(await train()))];
    expect(checksum(second)).toBe(checksum(first));
  });

  it.each(kinds)('predicts the same after a round trip, and can be saved again: %s', async (_, train) => {
    const before = saved(await train());
    const text = serialiseModel(before);
    const after = parseModel(text);
    expect(predictSaved(after, matrix)).toEqual(predictSaved(before, matrix));
    expect(serialiseModel(after)).toBe(text);
  });

  it('refuses values outside the feature’s range, and names them', async () => {
    const model = saved(fitLinearRegression(matrix, target));
    const shifted = { names: matrix.names, rows: 2, columns: [Float64Array.of(0.5, 120), Float64Array.of(120, 0.5)] };
    try {
      predictSaved(model, shifted);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(OutOfRangeError);
      expect(error).toMatchObject({ feature: 'energy', value: 120, row: 1, range: { minimum: 0, maximum: 1 } });
      expect((error as Error).message).toBe('energy is 120 in row 1, outside 0 … 1');
    }
  });

  it('takes missing values', async () => {
    const gap = { names: matrix.names, rows: 1, columns: [Float64Array.of(0.5), Float64Array.of(Number.NaN)] };
    for (const [, train] of kinds) {
      expect(predictSaved(saved(await train()), gap)[0]![0]).toBeGreaterThanOrEqual(0);
    }
  });

  it('of another format is refused', () => {
    expect(() => parseModel('{"format":99}')).toThrow('saved model of format 99');
  });
});
