import { type BinnedMatrix, missingBin } from './bins.js';
import type { Criterion } from './criterion.js';

// An imported binding read in a hot loop costs a call under loaders that wrap modules (jiti): half the training time.
const missing: number = missingBin;

/**
 * Gain G²/H of summed gradients and curvatures (Chen & Guestrin, XGBoost, KDD 2016, eq. 7, without γ). With gradient = weight × target
 * and curvature = weight it is the decrease of squared error of a regression tree, and the leaf is the weighted mean.
 */
export class NewtonCriterion implements Criterion {
  readonly outputs = 1;
  gain = 0;
  bin = 0;
  missingLeft = false;
  private readonly gradients = new Float64Array(256);
  private readonly curvatures = new Float64Array(256);
  private order: Int32Array = new Int32Array(0);
  private start = 0;
  private end = 0;
  private gradient = 0;
  private curvature = 0;

  constructor(
    private readonly matrix: BinnedMatrix,
    /** per row, replaced before every tree of boosting */
    private readonly rowGradients: Float64Array,
    private readonly rowCurvatures: Float64Array,
    /** least sum of curvatures in a leaf: for squared error the (weighted) number of rows */
    private readonly minimumLeaf: number,
    /** added to the curvature: pulls leaves towards 0 */
    private readonly l2: number,
  ) {}

  enter(order: Int32Array, start: number, end: number): boolean {
    this.order = order;
    this.start = start;
    this.end = end;
    let gradient = 0;
    let curvature = 0;
    for (let i = start; i < end; i++) {
      const row = order[i]!;
      gradient += this.rowGradients[row]!;
      curvature += this.rowCurvatures[row]!;
    }
    this.gradient = gradient;
    this.curvature = curvature;
    return curvature >= 2 * this.minimumLeaf;
  }

  scan(feature: number): boolean {
    const { gradients, curvatures, order, end, rowGradients, rowCurvatures } = this;
    const bins = this.matrix.values;
    const offset = feature * this.matrix.rows;
    let low = missing;
    let high = -1;
    let hasMissing = false;
    for (let i = this.start; i < end; i++) {
      const row = order[i]!;
      const b = bins[offset + row]!;
      gradients[b]! += rowGradients[row]!;
      curvatures[b]! += rowCurvatures[row]!;
      if (b === missing) hasMissing = true;
      else {
        if (b < low) low = b;
        if (b > high) high = b;
      }
    }
    // Sums in another order differ in their last digits: a gain of that size is none.
    const noise = (1e-10 * this.gradient * this.gradient) / (this.curvature + this.l2);
    this.gain = noise;
    const varies = high > low || (hasMissing && high >= 0);
    if (varies) {
      this.sweep(low, hasMissing ? high : high - 1, 0, 0, false);
      if (hasMissing) this.sweep(low, high - 1, gradients[missing]!, curvatures[missing]!, true);
    }
    if (this.gain === noise) this.gain = 0;
    if (high >= low) {
      gradients.fill(0, low, high + 1);
      curvatures.fill(0, low, high + 1);
    }
    gradients[missing] = 0;
    curvatures[missing] = 0;
    return varies;
  }

  leaf(target: Float32Array, offset: number): void {
    const divisor = this.curvature + this.l2;
    target[offset] = divisor > 0 ? this.gradient / divisor : 0;
  }

  private sweep(low: number, last: number, g0: number, h0: number, missingLeft: boolean): void {
    const { gradients, curvatures, gradient, curvature, minimumLeaf, l2 } = this;
    const whole = (gradient * gradient) / (curvature + l2);
    let g = g0;
    let h = h0;
    for (let b = low; b <= last; b++) {
      if (curvatures[b] === 0) continue;
      g += gradients[b]!;
      h += curvatures[b]!;
      if (h < minimumLeaf) continue;
      const rest = curvature - h;
      if (rest < minimumLeaf || rest <= 0) break;
      const other = gradient - g;
      const gain = (g * g) / (h + l2) + (other * other) / (rest + l2) - whole;
      if (gain > this.gain) {
        this.gain = gain;
        this.bin = b;
        // A node without missing values sends later ones to its heavier side.
        this.missingLeft = missingLeft || (h0 === 0 && curvatures[missing] === 0 && h > rest);
      }
    }
  }
}
