/** A measure of how well a split separates the target. One object serves one thread: it keeps its histograms between calls. */
export interface Criterion {
  /** numbers in a leaf */
  readonly outputs: number;
  /** Takes the node's rows `order[start … end)`; false when the node needs no split (pure, or too light to halve). */
  enter(order: Int32Array, start: number, end: number): boolean;
  /** Tries every split of a feature on the node entered; the best one's gain, bin and side of missing values are then in the fields below. False when the feature does not vary here. */
  scan(feature: number): boolean;
  /** decrease of impurity, 0 or less when no split is allowed */
  gain: number;
  bin: number;
  missingLeft: boolean;
  /** Writes the leaf's numbers of the node entered last. */
  leaf(target: Float32Array, offset: number): void;
}
