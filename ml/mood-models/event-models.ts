import { audioColumns } from '../features/audio-features.js';
import { selectFeatures, selectRows, takeRows } from '../features/feature-matrix.js';
import type { TrainingPool } from '../forest/training-pool.js';
import { permutationTest } from '../metrics/permutation-importance.js';
import { numberOfGroups } from '../metrics/regression-metrics.js';
import type { TrainedModel } from '../persistence/saved-model.js';
import { seedFromText } from '../random/generator.js';
import { tooFew } from '../statistics/values.js';
import { baselineOutputs, lossOf, predictVariant, trainVariant } from './estimator.js';
import { renumber } from './played-scores.js';
import { type Evaluation, emptyMetrics, type MetricRow, scoreSplit } from './scoring.js';
import { type LabelledRows, labelRows, type Table } from './training-data.js';
import { moods, timeFeatures, type Variant, variantId } from './variants.js';

/** The moment at which the plays are split: when this share of all tracks had been heard for the first time. */
const trainingShare = 0.7;
/** Latest plays that are read at all. */
export const eventLimit = 20_000;
/** Tracks that the test of the time features uses at most: its cost is this times the permutations. */
const testLimit = 1500;

/** Plays split by time: the earlier ones to learn from, of the later ones the first play of every track that is new. */
export interface EventSplit {
  readonly rows: LabelledRows;
  readonly train: readonly number[];
  readonly test: readonly number[];
  /** the play before each test row: what "the same again" would predict */
  readonly previous: readonly number[];
  readonly isEvidence: boolean;
}

/**
 * Splits plays by time. Evidence alone where there is enough of it, else all plays, and then the result is no evidence. A track heard
 * in both parts would be known, not predicted; of its plays the later ones are not scored.
 * @param events columns of `eventsSql`, oldest first
 */
export function splitEvents(events: Table, minimum: number): EventSplit {
  const all = Array.from({ length: events.length }, (_, row) => row);
  const evidence = all.filter((row) => events.columns.is_evidence![row] === true);
  const isEvidence = evidence.length >= 4 * minimum;
  const used = isEvidence ? evidence : all;
  const names = [...audioColumns, ...timeFeatures];
  const rows = labelRows(
    events,
    used,
    'artist_name',
    used.map((row) => String(events.columns.track_key![row])),
    new Map(),
    names,
  );
  const boundary = boundaryOf(rows.keys);
  const seen = new Set(rows.keys.slice(0, boundary));
  const test: number[] = [];
  const previous: number[] = [];
  for (let row = boundary; row < rows.rows; row++) {
    if (!seen.has(rows.keys[row]!) && row > 0) {
      test.push(row);
      previous.push(row - 1);
    }
    seen.add(rows.keys[row]!);
  }
  return { rows, train: Array.from({ length: boundary }, (_, row) => row), test, previous, isEvidence };
}

/** First row after which the last tracks are heard. By plays alone hardly a new track would be left to test: listeners repeat. */
function boundaryOf(keys: readonly string[]): number {
  const tracks = new Set(keys).size;
  const heard = new Set<string>();
  for (let row = 0; row < keys.length; row++) {
    heard.add(keys[row]!);
    if (heard.size > tracks * trainingShare) return row;
  }
  return keys.length;
}

/** Trains a variant on earlier plays, scores it on later ones, and tests whether the time of a play helps. */
export async function evaluateEvents(
  variant: Variant,
  split: EventSplit,
  minimum: number,
  pool: TrainingPool,
): Promise<{ readonly model: TrainedModel | null; readonly reason: string | null; readonly evaluation: Evaluation }> {
  const { rows, train, test, isEvidence } = split;
  const target = rows.targets[variant.target];
  const note = isEvidence ? null : 'not evidence: the plays are sample plays, or their features are synthetic';
  const reason = whyNot(split, target, minimum);
  const groups = renumber(test.map((row) => rows.groups[row]!));
  const about = { split: 'events_by_time', n: test.length, nPlays: test.length, isEvidence, groups };
  if (reason !== null) {
    const metrics = [
      ...emptyMetrics(variant, { ...about, note: reason }),
      ...timeRows(variant, about, null, null, reason),
    ];
    return { model: null, reason, evaluation: { metrics, confusion: [], calibration: [], importances: [] } };
  }
  const matrix = selectFeatures(rows.matrix, variant.features);
  const seed = seedFromText(variantId(variant));
  const trainTarget = takeRows(target, train);
  const model = await trainVariant(variant, selectRows(matrix, train), trainTarget, seed, pool);
  const testTarget = takeRows(target, test);
  const testMatrix = selectRows(matrix, test);
  const scored = scoreSplit(
    variant,
    {
      ...about,
      actual: testTarget,
      outputs: predictVariant(model, testMatrix),
      baseline: baselineOutputs(variant, trainTarget, test.length),
      note,
    },
    minimum,
  );
  const some = test.slice(-testLimit);
  const someTarget = takeRows(target, some);
  const result = permutationTest(
    selectRows(matrix, some),
    timeFeatures.filter((name) => variant.features.includes(name)),
    (shuffled) => lossOf(variant, someTarget, predictVariant(model, shuffled)),
    { seed },
  );
  const metrics = [
    ...scored.metrics,
    ...lastValueRows(variant, split, testTarget, note),
    ...timeRows(variant, { ...about, n: some.length, nPlays: some.length }, result.gain, result.pValue, note),
  ];
  return { model, reason: null, evaluation: { ...scored, metrics, importances: [] } };
}

function whyNot(split: EventSplit, target: Float64Array, minimum: number): string | null {
  if (split.train.length < minimum) return `earlier plays: ${tooFew(split.train.length, minimum)}`;
  if (split.test.length < minimum) return `later plays of new tracks: ${tooFew(split.test.length, minimum)}`;
  if (new Set(takeRows(target, split.train)).size < 2) return 'the target does not vary among the earlier plays';
  return null;
}

/** The second baseline: a track sounds like the one played before it. */
function lastValueRows(variant: Variant, split: EventSplit, actual: Float64Array, note: string | null): MetricRow[] {
  const values = split.previous.map((row) => split.rows.targets[variant.target][row]!);
  const n = actual.length;
  const error = actual.map((value, i) =>
    variant.target === 'mood' ? Number(value === values[i]) : (value - values[i]!) ** 2,
  );
  const mean = error.reduce((sum, value) => sum + value, 0) / n;
  return [
    {
      split: 'events_by_time',
      metric: variant.target === 'mood' ? 'last_value_accuracy' : 'last_value_rmse',
      value: variant.target === 'mood' ? mean : Math.sqrt(mean),
      ci_low: null,
      ci_high: null,
      n,
      n_groups: renumber(split.test.map((row) => split.rows.groups[row]!)).reduce(
        (most, g) => Math.max(most, g + 1),
        0,
      ),
      n_plays: n,
      baseline_name: null,
      baseline_value: null,
      is_evidence: split.isEvidence,
      note: ['a baseline: every track as the one played before it', note].filter(Boolean).join('; '),
    },
  ];
}

function timeRows(
  variant: Variant,
  about: { split: string; n: number; nPlays: number; isEvidence: boolean; groups: Int32Array },
  gain: number | null,
  pValue: number | null,
  note: string | null,
): MetricRow[] {
  const loss = variant.target === 'mood' ? 'log-loss' : 'rmse';
  const rest = {
    ci_low: null,
    ci_high: null,
    n_groups: numberOfGroups(about.groups),
    baseline_name: null,
    baseline_value: null,
  };
  const say = (text: string) => [text, note].filter(Boolean).join('; ');
  const shared = { split: about.split, n: about.n, n_plays: about.nPlays, is_evidence: about.isEvidence, ...rest };
  return [
    {
      ...shared,
      metric: 'time_features_gain',
      value: gain,
      note: say(`${loss} lost when the time of the plays is shuffled`),
    },
    {
      ...shared,
      metric: 'time_features_p_value',
      value: pValue,
      note: say(
        `one of three permutation tests: the time of a play helps to predict ${variant.target === 'mood' ? `one of ${moods.length} moods` : variant.target}`,
      ),
    },
  ];
}
