import { writeFileSync } from 'node:fs';

/** Rows for training and for testing. */
export const trainRows = 94_000;
export const testRows = 20_000;
export const features = 8;
export const classes = 5;

/**
 * Writes the benchmark's data as raw little-endian doubles, column after column: eight features, a number, a class. Seeded, so that every run
 * and both libraries see the same values. The target has bends, an interaction and noise; about half of its variance can be learned.
 */
export function writeForestData(path) {
  const rows = trainRows + testRows;
  const columns = Array.from({ length: features + 2 }, () => new Float64Array(rows));
  let state = 20240229;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
  };
  for (let row = 0; row < rows; row++) {
    const x = Array.from({ length: features }, uniform);
    const noise = uniform() + uniform() + uniform() - 1.5;
    const signal =
      0.6 * Math.sin(3 * x[0]) + 0.8 * (x[1] > 0.5 ? x[2] : 1 - x[2]) + 0.5 * x[3] ** 2 - 0.3 * x[4] * x[5];
    for (let f = 0; f < features; f++) columns[f][row] = x[f];
    columns[features][row] = signal + 0.6 * noise;
    columns[features + 1][row] = Math.min(classes - 1, Math.max(0, Math.floor(2.4 * signal + 1.2 * noise)));
  }
  writeFileSync(path, Buffer.concat(columns.map((column) => Buffer.from(column.buffer))));
}
