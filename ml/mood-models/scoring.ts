import { calibrationTable } from '../metrics/calibration.js';
import { classificationMetrics, confusionMatrix, likeliest } from '../metrics/classification-metrics.js';
import type { Metric } from '../metrics/metric.js';
import { numberOfGroups, regressionMetrics } from '../metrics/regression-metrics.js';
import { seedFromText } from '../random/generator.js';
import { tooFew } from '../statistics/values.js';
import { moods, type Variant, variantId } from './variants.js';

export interface MetricRow {
  readonly split: string;
  readonly metric: string;
  readonly value: number | null;
  readonly ci_low: number | null;
  readonly ci_high: number | null;
  /** rows that were scored */
  readonly n: number;
  /** artists they come from */
  readonly n_groups: number;
  /** plays they stand for; null for catalogue tracks */
  readonly n_plays: number | null;
  readonly baseline_name: string | null;
  readonly baseline_value: number | null;
  readonly is_evidence: boolean;
  readonly note: string | null;
}

export interface ConfusionRow {
  readonly split: string;
  readonly actual_mood: string;
  readonly predicted_mood: string;
  readonly n: number;
  readonly n_actual: number;
  readonly is_evidence: boolean;
}

export interface CalibrationRow {
  readonly split: string;
  /** mood, or the name of a numeric target */
  readonly outcome: string;
  readonly bin: number;
  readonly bin_lower: number;
  readonly bin_upper: number;
  readonly n: number;
  readonly mean_predicted: number | null;
  readonly mean_actual: number | null;
  readonly is_evidence: boolean;
}

export interface ImportanceRow {
  readonly feature: string;
  readonly method: 'permutation' | 'impurity' | 'standardised_coefficient';
  readonly value: number;
  readonly unit: string;
  readonly n: number;
}

/** All that is known of how well one variant does. */
export interface Evaluation {
  readonly metrics: readonly MetricRow[];
  readonly confusion: readonly ConfusionRow[];
  readonly calibration: readonly CalibrationRow[];
  readonly importances: readonly ImportanceRow[];
}

export interface Scored {
  readonly split: string;
  readonly actual: Float64Array;
  readonly outputs: readonly Float64Array[];
  readonly baseline: readonly Float64Array[];
  readonly groups: Int32Array;
  readonly nPlays: number | null;
  readonly isEvidence: boolean;
  readonly note: string | null;
}

/** Names of the figures that a variant is judged by. */
export function metricNames(variant: Variant): readonly string[] {
  return variant.target === 'mood' ? ['accuracy', 'f1_weighted', 'f1_macro', 'log_loss'] : ['rmse', 'mae', 'r2'];
}

/** Scores predictions on one split. Below `minimum` rows the figures are null and the note says so. */
export function scoreSplit(variant: Variant, scored: Scored, minimum: number): Omit<Evaluation, 'importances'> {
  const { split, isEvidence, actual, outputs, groups } = scored;
  if (actual.length < minimum) {
    const note = [tooFew(actual.length, minimum), scored.note].filter((part) => part !== null).join('; ');
    return { metrics: emptyMetrics(variant, { ...scored, n: actual.length, note }), confusion: [], calibration: [] };
  }
  const options = { seed: seedFromText(`${variantId(variant)} ${split}`) };
  const isClassifier = variant.target === 'mood';
  const metrics: Metric[] = isClassifier
    ? classificationMetrics(
        {
          classes: moods,
          actual,
          probabilities: outputs,
          baseline: scored.baseline,
          baselineName: 'training shares',
          groups,
        },
        options,
      )
    : regressionMetrics(
        { actual, predicted: outputs[0]!, baseline: scored.baseline[0]!, baselineName: 'training mean', groups },
        options,
      );
  return {
    metrics: metrics.map((metric) => ({
      split,
      metric: metric.name,
      value: metric.value,
      ci_low: metric.ciLow,
      ci_high: metric.ciHigh,
      n: actual.length,
      n_groups: numberOfGroups(groups),
      n_plays: scored.nPlays,
      baseline_name: metric.name === 'accuracy' ? 'majority mood in training' : metric.baselineName,
      baseline_value: metric.baselineValue,
      is_evidence: isEvidence,
      note: metric.reason ?? scored.note,
    })),
    confusion: isClassifier ? confusionRows(scored) : [],
    calibration: calibrationRows(variant, scored),
  };
}

/** The metric rows of a split that cannot be scored: null, with the reason. */
export function emptyMetrics(
  variant: Variant,
  about: { split: string; n: number; nPlays: number | null; isEvidence: boolean; note: string; groups?: Int32Array },
): MetricRow[] {
  return metricNames(variant).map((metric) => ({
    split: about.split,
    metric,
    value: null,
    ci_low: null,
    ci_high: null,
    n: about.n,
    n_groups: about.groups === undefined ? 0 : numberOfGroups(about.groups),
    n_plays: about.nPlays,
    baseline_name: null,
    baseline_value: null,
    is_evidence: about.isEvidence,
    note: about.note,
  }));
}

function confusionRows(scored: Scored): ConfusionRow[] {
  const counts = confusionMatrix(scored.actual, likeliest(scored.outputs), moods.length);
  return counts.flatMap((row, actual) =>
    row.map((n, predicted) => ({
      split: scored.split,
      actual_mood: moods[actual]!,
      predicted_mood: moods[predicted]!,
      n,
      n_actual: row.reduce((sum, count) => sum + count, 0),
      is_evidence: scored.isEvidence,
    })),
  );
}

function calibrationRows(variant: Variant, scored: Scored): CalibrationRow[] {
  return scored.outputs.flatMap((predicted, c) => {
    const actual = variant.target === 'mood' ? scored.actual.map((label) => (label === c ? 1 : 0)) : scored.actual;
    return calibrationTable(predicted, actual).map((bin) => ({
      split: scored.split,
      outcome: variant.target === 'mood' ? moods[c]! : variant.target,
      bin: bin.bin,
      bin_lower: bin.lower,
      bin_upper: bin.upper,
      n: bin.n,
      mean_predicted: bin.meanPredicted,
      mean_actual: bin.meanActual,
      is_evidence: scored.isEvidence,
    }));
  });
}
