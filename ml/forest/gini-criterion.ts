import { type BinnedMatrix, missingBin } from './bins.js';
import type { Criterion } from './criterion.js';

// An imported binding read in a hot loop costs a call under loaders that wrap modules (jiti): half the training time.
const missing: number = missingBin;

/** Decrease of the Gini impurity, weighted by rows (Breiman, Friedman, Olshen & Stone, CART, 1984, chapter 4). A leaf holds class shares. */
export class GiniCriterion implements Criterion {
  readonly outputs: number;
  gain = 0;
  bin = 0;
  missingLeft = false;
  private readonly counts: Float64Array;
  private readonly weights = new Float64Array(256);
  private readonly total: Float64Array;
  private readonly leftCounts: Float64Array;
  private order: Int32Array = new Int32Array(0);
  private start = 0;
  private end = 0;
  private weight = 0;
  private squares = 0;

  constructor(
    private readonly matrix: BinnedMatrix,
    /** class of each row, 0 … classes − 1 */
    private readonly labels: Uint8Array,
    private readonly rowWeights: Float64Array,
    classes: number,
    private readonly minimumLeaf: number,
  ) {
    this.outputs = classes;
    this.counts = new Float64Array(256 * classes);
    this.total = new Float64Array(classes);
    this.leftCounts = new Float64Array(classes);
  }

  enter(order: Int32Array, start: number, end: number): boolean {
    this.order = order;
    this.start = start;
    this.end = end;
    this.total.fill(0);
    for (let i = start; i < end; i++) {
      const row = order[i]!;
      this.total[this.labels[row]!]! += this.rowWeights[row]!;
    }
    this.weight = 0;
    this.squares = 0;
    let present = 0;
    for (const count of this.total) {
      this.weight += count;
      this.squares += count * count;
      if (count > 0) present++;
    }
    return present > 1 && this.weight >= 2 * this.minimumLeaf;
  }

  scan(feature: number): boolean {
    const { counts, weights, order, end, labels, rowWeights, outputs } = this;
    const bins = this.matrix.values;
    const offset = feature * this.matrix.rows;
    let low = missing;
    let high = -1;
    let hasMissing = false;
    for (let i = this.start; i < end; i++) {
      const row = order[i]!;
      const b = bins[offset + row]!;
      const w = rowWeights[row]!;
      counts[b * outputs + labels[row]!]! += w;
      weights[b]! += w;
      if (b === missing) hasMissing = true;
      else {
        if (b < low) low = b;
        if (b > high) high = b;
      }
    }
    // Sums in another order differ in their last digits: a gain of that size is none.
    const noise = (1e-10 * this.squares) / this.weight;
    this.gain = noise;
    const varies = high > low || (hasMissing && high >= 0);
    if (varies) {
      this.sweep(low, hasMissing ? high : high - 1, false);
      if (hasMissing) this.sweep(low, high - 1, true);
    }
    if (this.gain === noise) this.gain = 0;
    if (high >= low) {
      counts.fill(0, low * outputs, (high + 1) * outputs);
      weights.fill(0, low, high + 1);
    }
    counts.fill(0, missing * outputs);
    weights[missing] = 0;
    return varies;
  }

  leaf(target: Float32Array, offset: number): void {
    for (let c = 0; c < this.outputs; c++) target[offset + c] = this.total[c]! / this.weight;
  }

  private sweep(low: number, last: number, missingLeft: boolean): void {
    const { counts, weights, total, leftCounts, outputs, weight, minimumLeaf } = this;
    const whole = this.squares / weight;
    const noMissing = weights[missing] === 0;
    let h = 0;
    leftCounts.fill(0);
    if (missingLeft) {
      h = weights[missing]!;
      for (let c = 0; c < outputs; c++) leftCounts[c] = counts[missing * outputs + c]!;
    }
    for (let b = low; b <= last; b++) {
      const w = weights[b]!;
      if (w === 0) continue;
      h += w;
      const base = b * outputs;
      let left = 0;
      let right = 0;
      for (let c = 0; c < outputs; c++) {
        const count = leftCounts[c]! + counts[base + c]!;
        leftCounts[c] = count;
        const other = total[c]! - count;
        left += count * count;
        right += other * other;
      }
      if (h < minimumLeaf) continue;
      const rest = weight - h;
      if (rest < minimumLeaf || rest <= 0) break;
      const gain = left / h + right / rest - whole;
      if (gain > this.gain) {
        this.gain = gain;
        this.bin = b;
        // A node without missing values sends later ones to its heavier side.
        this.missingLeft = missingLeft || (noMissing && h > rest);
      }
    }
  }
}
