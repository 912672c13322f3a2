import { readFileSync } from 'node:fs';
import { selectRows, takeRows } from '../../../ml/features/feature-matrix.js';
import { fitForest } from '../../../ml/forest/fit.js';
import { openTrainingPool } from '../../../ml/forest/training-pool.js';
import { predictNumbers, predictProbabilities } from '../../../ml/forest/tree-model.js';
import { likeliest } from '../../../ml/metrics/classification-metrics.js';

/** Trains the forests of the benchmark and prints their times (CPU of all threads, wall) and accuracy as JSON. */
const [path, trainRows, testRows, features, classes] = [process.argv[2]!, ...process.argv.slice(3).map(Number)] as [
  string,
  number,
  number,
  number,
  number,
];
const bytes = readFileSync(path);
const values = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8);
const rows = trainRows + testRows;
const column = (c: number) => values.subarray(c * rows, (c + 1) * rows);
const names = Array.from({ length: features }, (_, f) => `x${f}`);
const matrix = { names, rows, columns: names.map((_, f) => column(f)) };
const train = Int32Array.from({ length: trainRows }, (_, row) => row);
const test = Int32Array.from({ length: testRows }, (_, row) => trainRows + row);
const number = column(features);
const label = column(features + 1);
const pool = await openTrainingPool();
const trainMatrix = selectRows(matrix, train);
const testMatrix = selectRows(matrix, test);
const results: Record<string, { cpu: number; wall: number; score: number }> = {};

for (const trees of [20, 100]) {
  for (const kind of ['regression', 'classification'] as const) {
    const target = kind === 'regression' ? number : label;
    const names = kind === 'regression' ? [] : Array.from({ length: classes }, (_, c) => String(c));
    const cpu = process.cpuUsage();
    const wall = performance.now();
    const model = await fitForest(
      trainMatrix,
      { values: takeRows(target, train), classes: names },
      { seed: 1, trees, maximumDepth: 10, featuresPerSplit: 3, minimumLeaf: 1 },
      pool,
    );
    const used = process.cpuUsage(cpu);
    const actual = takeRows(target, test);
    let score: number;
    if (kind === 'regression') {
      const predicted = predictNumbers(model, testMatrix);
      score = Math.sqrt(actual.reduce((sum, value, i) => sum + (value - predicted[i]!) ** 2, 0) / testRows);
    } else {
      const predicted = likeliest(predictProbabilities(model, testMatrix));
      score = actual.reduce((sum, value, i) => sum + Number(value === predicted[i]), 0) / testRows;
    }
    const seconds = (used.user + used.system) / 1e6;
    results[`${kind} ${trees}`] = { cpu: seconds, wall: (performance.now() - wall) / 1000, score };
  }
}
await pool.close();
console.log(JSON.stringify({ results, peakMegabytes: process.resourceUsage().maxRSS / 1024, workers: pool.workers }));
