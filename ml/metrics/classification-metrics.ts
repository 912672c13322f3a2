import { GroupSums, groupIntervals } from './group-bootstrap.js';
import type { IntervalOptions, Metric } from './metric.js';
import { numberOfGroups } from './regression-metrics.js';

/** Probabilities beside the true classes, and what a baseline would have said. */
export interface ScoredClasses {
  readonly classes: readonly string[];
  /** number of the true class of each row */
  readonly actual: ArrayLike<number>;
  /** one array per class, one probability per row */
  readonly probabilities: readonly Float64Array[];
  /** shares of the classes in training, one array per class: the baseline predicts the largest */
  readonly baseline: readonly Float64Array[];
  readonly baselineName: string;
  /** group of each row, 0 … groups − 1 without gaps */
  readonly groups: Int32Array;
}

/** Accuracy, F1 (weighted and macro) and log-loss with intervals over groups. */
export function classificationMetrics(scored: ScoredClasses, options: IntervalOptions): Metric[] {
  const values = sumUp(scored, scored.probabilities);
  const baselines = figures(sumUp(scored, scored.baseline).total(), scored.classes.length);
  const figuresOf = (totals: Float64Array) => figures(totals, scored.classes.length);
  const own = figuresOf(values.total());
  const intervals = groupIntervals(values, figuresOf, options);
  return ['accuracy', 'f1_weighted', 'f1_macro', 'log_loss'].map((name, i) => ({
    name,
    value: own[i]!,
    ciLow: intervals[i]?.[0] ?? null,
    ciHigh: intervals[i]?.[1] ?? null,
    baselineName: scored.baselineName,
    baselineValue: baselines[i]!,
    reason: own[i] === null ? 'no rows' : null,
  }));
}

/** Number of the likeliest class of each row; the first of equals. */
export function likeliest(probabilities: readonly Float64Array[]): Uint8Array {
  const rows = probabilities[0]?.length ?? 0;
  const result = new Uint8Array(rows);
  for (let row = 0; row < rows; row++) {
    for (let c = 1; c < probabilities.length; c++) {
      if (probabilities[c]![row]! > probabilities[result[row]!]![row]!) result[row] = c;
    }
  }
  return result;
}

/** Counts `[actual][predicted]`. */
export function confusionMatrix(actual: ArrayLike<number>, predicted: ArrayLike<number>, classes: number): number[][] {
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let i = 0; i < actual.length; i++) counts[actual[i]!]![predicted[i]!]!++;
  return counts;
}

function sumUp(scored: ScoredClasses, probabilities: readonly Float64Array[]): GroupSums {
  const k = scored.classes.length;
  const sums = new GroupSums(numberOfGroups(scored.groups), k * k + 1);
  const predicted = likeliest(probabilities);
  for (let i = 0; i < scored.actual.length; i++) {
    const truth = scored.actual[i]!;
    sums.add(scored.groups[i]!, truth * k + predicted[i]!, 1);
    // A probability of 0 for what happened would make the loss infinite; scikit-learn clips likewise.
    sums.add(scored.groups[i]!, k * k, -Math.log(Math.max(probabilities[truth]![i]!, 1e-15)));
  }
  return sums;
}

/** Accuracy, weighted and macro F1, log-loss from a flat confusion matrix and the summed loss. Classes that occur on neither side do not count. */
function figures(totals: Float64Array, k: number): [number | null, number | null, number | null, number | null] {
  let n = 0;
  let right = 0;
  let weighted = 0;
  let macro = 0;
  let occurring = 0;
  for (let c = 0; c < k; c++) {
    let truths = 0;
    let calls = 0;
    for (let d = 0; d < k; d++) {
      truths += totals[c * k + d]!;
      calls += totals[d * k + c]!;
    }
    const hits = totals[c * k + c]!;
    n += truths;
    right += hits;
    if (truths + calls === 0) continue;
    occurring++;
    const f1 = (2 * hits) / (truths + calls);
    macro += f1;
    weighted += f1 * truths;
  }
  return n === 0 ? [null, null, null, null] : [right / n, weighted / n, macro / occurring, totals[k * k]! / n];
}
