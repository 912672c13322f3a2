import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import type { FeatureMatrix } from '../features/feature-matrix.js';
import { RandomGenerator } from '../random/generator.js';
import { applyBins, fitBinEdges, missingBin } from './bins.js';
import { type ForestOptions, fitBoosting, fitForest } from './fit.js';
import { inThread, openTrainingPool } from './training-pool.js';
import { importancesByFeature, predictNumbers, predictProbabilities } from './tree-model.js';

const forest: ForestOptions = { seed: 3, trees: 30, maximumDepth: 10, featuresPerSplit: 2, minimumLeaf: 3 };
const boosting = {
  seed: 3,
  rounds: 60,
  learningRate: 0.1,
  maximumDepth: 4,
  featuresPerSplit: 4,
  minimumLeaf: 5,
  l2: 1,
  rowShare: 0.7,
};

/** Four features; the target depends on the first (a step), the second (a slope) and on whether the third is missing. */
function example(rows: number, seed: number): { matrix: FeatureMatrix; values: Float64Array; labels: Float64Array } {
  const random = new RandomGenerator(seed);
  const columns = [0, 1, 2, 3].map(() => Float64Array.from({ length: rows }, () => random.uniform()));
  for (let i = 0; i < rows; i++) if (random.uniform() < 0.2) columns[2]![i] = Number.NaN;
  const values = Float64Array.from({ length: rows }, (_, i) => {
    const signal = (columns[0]![i]! > 0.4 ? 1 : 0) + columns[1]![i]! + (Number.isNaN(columns[2]![i]!) ? 1 : 0);
    return signal + 0.2 * (random.uniform() - 0.5);
  });
  const labels = values.map((value) => Math.max(0, Math.min(2, Math.floor(value))));
  return { matrix: { names: ['step', 'slope', 'gaps', 'noise'], rows, columns }, values, labels };
}

const train = example(3000, 1);
const test = example(1000, 2);
const numbers = { values: train.values, classes: [] };
const classes = { values: train.labels, classes: ['low', 'middle', 'high'] };

function rSquared(predicted: Float64Array, actual: Float64Array): number {
  const mean = actual.reduce((sum, v) => sum + v, 0) / actual.length;
  const error = actual.reduce((sum, v, i) => sum + (v - predicted[i]!) ** 2, 0);
  return 1 - error / actual.reduce((sum, v) => sum + (v - mean) ** 2, 0);
}

describe('bins', () => {
  it('keep few distinct values apart and put missing ones into their own bin', () => {
    const matrix = { names: ['x'], rows: 5, columns: [Float64Array.of(3, 1, Number.NaN, 3, 2)] };
    const edges = fitBinEdges(matrix);
    expect([...edges[0]!]).toEqual([1.5, 2.5]);
    expect([...applyBins(matrix, edges).values]).toEqual([2, 0, missingBin, 2, 1]);
  });

  it('are at most 255 and nearly equally full for many values', () => {
    const { matrix } = example(5000, 9);
    const edges = fitBinEdges(matrix);
    expect(edges[0]!.length).toBe(254);
    const counts = new Uint32Array(256);
    const bins = applyBins(matrix, edges).values;
    for (let i = 0; i < 5000; i++) counts[bins[i]!]!++;
    expect(Math.max(...counts)).toBeLessThan(25);
  });

  it('survive a column that is missing throughout', () => {
    const matrix = { names: ['x'], rows: 2, columns: [Float64Array.of(Number.NaN, Number.NaN)] };
    expect([...applyBins(matrix, fitBinEdges(matrix)).values]).toEqual([missingBin, missingBin]);
  });
});

describe('random forest', () => {
  it('learns steps, slopes and missing values, on rows it has not seen', async () => {
    const model = await fitForest(train.matrix, numbers, forest, inThread);
    expect(rSquared(predictNumbers(model, test.matrix), test.values)).toBeGreaterThan(0.97);
    const shares = importancesByFeature(model);
    expect(shares.noise!).toBeLessThan(0.03);
    expect(Object.values(shares).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
  });

  it('gives class probabilities that sum to 1', async () => {
    const model = await fitForest(train.matrix, classes, forest, inThread);
    const shares = predictProbabilities(model, test.matrix);
    let right = 0;
    for (let i = 0; i < test.matrix.rows; i++) {
      expect(shares[0]![i]! + shares[1]![i]! + shares[2]![i]!).toBeCloseTo(1, 5);
      const call = [0, 1, 2].reduce((best, c) => (shares[c]![i]! > shares[best]![i]! ? c : best), 0);
      right += Number(call === test.labels[i]);
    }
    // The labels cut a noisy value: about a tenth of the rows lie within the noise of a cut.
    expect(right / test.matrix.rows).toBeGreaterThan(0.88);
  });

  it('gives the mean when nothing can be split', async () => {
    const one = { names: ['x'], rows: 4, columns: [new Float64Array(4)] };
    const model = await fitForest(one, { values: Float64Array.of(1, 1, 1, 1), classes: [] }, forest, inThread);
    expect([...predictNumbers(model, one)]).toEqual([1, 1, 1, 1].map((v) => expect.closeTo(v, 6)));
    expect(importancesByFeature(model)).toEqual({ x: 0 });
  });

  it('refuses no rows, missing targets, other features', async () => {
    const empty = { names: ['x'], rows: 0, columns: [new Float64Array()] };
    await expect(fitForest(empty, { values: new Float64Array(), classes: [] }, forest, inThread)).rejects.toThrow(
      'nothing to train on',
    );
    const gap = { values: train.values.map((v, i) => (i === 5 ? Number.NaN : v)), classes: [] };
    await expect(fitForest(train.matrix, gap, forest, inThread)).rejects.toThrow('the target of row 5 is missing');
    const stranger = { ...classes, values: train.labels.map((v, i) => (i === 7 ? 3 : v)) };
    await expect(fitForest(train.matrix, stranger, forest, inThread)).rejects.toThrow('row 7 has class 3 of 3');
    const model = await fitForest(train.matrix, numbers, { ...forest, trees: 1 }, inThread);
    expect(() => predictNumbers(model, { ...test.matrix, names: ['slope', 'step', 'gaps', 'noise'] })).toThrow(
      'trained on step, slope',
    );
  });
});

describe('gradient boosting', () => {
  it('learns numbers', async () => {
    const model = await fitBoosting(train.matrix, numbers, boosting, inThread);
    expect(rSquared(predictNumbers(model, test.matrix), test.values)).toBeGreaterThan(0.97);
  });

  it('learns classes', async () => {
    const model = await fitBoosting(train.matrix, classes, { ...boosting, minimumLeaf: 1 }, inThread);
    const shares = predictProbabilities(model, test.matrix);
    const loss = test.labels.reduce((sum, label, i) => sum - Math.log(shares[label]![i]!), 0) / test.matrix.rows;
    expect(loss).toBeLessThan(0.35);
    expect(shares[0]![0]! + shares[1]![0]! + shares[2]![0]!).toBeCloseTo(1, 12);
  });
});

describe('training pool', () => {
  const folder = mkdtempSync(join(tmpdir(), 'forest-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('gives the same trees in this thread, with one worker and with two', async () => {
    const results = [];
    for (const workers of [0, 1, 2]) {
      const pool = await openTrainingPool(workers);
      expect(pool.workers).toBe(workers);
      results.push([
        await fitForest(train.matrix, numbers, forest, pool),
        await fitForest(train.matrix, classes, forest, pool),
        await fitBoosting(train.matrix, classes, boosting, pool),
      ]);
      await pool.close();
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });

  it('starts its workers under plain Node with jiti, from any working directory', () => {
    const pool = pathToFileURL(join(import.meta.dirname, 'training-pool.ts')).href;
    const script = join(folder, 'pool.ts');
    writeFileSync(
      script,
      `import { openTrainingPool } from '${pool}';\nconst pool = await openTrainingPool(2);\nconsole.log(pool.workers);\nawait pool.close();\n`,
    );
    const loader = pathToFileURL(join(import.meta.dirname, '../../node_modules/jiti/lib/jiti-register.mjs')).href;
    const output = execFileSync(process.execPath, ['--import', loader, script], { cwd: folder, encoding: 'utf8' });
    expect(output.trim()).toBe('2');
  });
});
