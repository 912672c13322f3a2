import { audioColumns } from '../features/audio-features.js';
import { featureMatrix, selectFeatures, selectRows, takeRows } from '../features/feature-matrix.js';
import { featureRanges } from '../features/feature-ranges.js';
import { checkRanges } from '../features/out-of-range-error.js';
import type { TrainedModel } from '../persistence/saved-model.js';
import { baselineOutputs, predictVariant } from './estimator.js';
import { type Evaluation, emptyMetrics, scoreSplit } from './scoring.js';
import { fingerprint, type LabelledRows, labelRows, type Table } from './training-data.js';
import type { Variant } from './variants.js';

/** Splits of played tracks, by where their features are from. */
export const playSplits = ['plays_measured', 'plays_synthetic', 'plays_sample'] as const;
export type PlaySplit = (typeof playSplits)[number];

const notes: Record<PlaySplit, string | null> = {
  plays_measured: null,
  plays_synthetic: 'not evidence: synthetic features come from a generator, not from music',
  plays_sample: 'not evidence: sample plays or sample catalogue',
};

/** Played tracks that can be scored, one row each. */
export interface PlayedRows extends LabelledRows {
  readonly split: readonly PlaySplit[];
  readonly plays: Float64Array;
}

/** Which split a played track belongs to. */
export function playSplit(featureSource: unknown, isEvidence: unknown): PlaySplit {
  if (featureSource === 'synthetic') return 'plays_synthetic';
  return isEvidence === true ? 'plays_measured' : 'plays_sample';
}

/** The played tracks with valence and energy. Throws OutOfRangeError when a feature is out of its range. */
export function playedRows(played: Table): PlayedRows {
  const { columns } = played;
  const all = featureMatrix(columns, audioColumns);
  const kept: number[] = [];
  for (let row = 0; row < played.length; row++) if (columns.mood![row]) kept.push(row);
  const labelled = labelRows(
    played,
    kept,
    'artist_name',
    kept.map((row) => fingerprint(all, row) ?? `row ${row}`),
  );
  checkRanges(
    labelled.matrix,
    labelled.matrix.names.map((name) => featureRanges[name]!),
  );
  return {
    ...labelled,
    split: kept.map((row) => playSplit(columns.feature_source![row], columns.is_evidence![row])),
    plays: Float64Array.from(kept, (row) => Number(columns.plays![row])),
  };
}

/**
 * Scores a model that was trained on the catalogue on the tracks that were played.
 * @param training the targets that it was trained on, and whether they are of the sample catalogue
 */
export function scorePlays(
  variant: Variant,
  model: TrainedModel | null,
  reason: string | null,
  training: { readonly target: Float64Array; readonly isSample: boolean },
  played: PlayedRows,
  minimum: number,
): Omit<Evaluation, 'importances'> {
  const parts = playSplits.map((split) => {
    const rows = played.split.flatMap((name, row) => (name === split ? [row] : []));
    const nPlays = rows.reduce((sum, row) => sum + played.plays[row]!, 0);
    const isEvidence = split === 'plays_measured' && !training.isSample;
    if (model === null || variant.usesGenre) {
      const note = model === null ? (reason ?? 'not trained') : 'plays have no genre: scored on the catalogue only';
      const about = { split, n: rows.length, nPlays, isEvidence, note };
      return { metrics: emptyMetrics(variant, about), confusion: [], calibration: [] };
    }
    const matrix = selectRows(selectFeatures(played.matrix, variant.features), rows);
    return scoreSplit(
      variant,
      {
        split,
        actual: takeRows(played.targets[variant.target], rows),
        outputs: predictVariant(model, matrix),
        baseline: baselineOutputs(variant, training.target, rows.length),
        groups: renumber(rows.map((row) => played.groups[row]!)),
        nPlays,
        isEvidence,
        note: notes[split] ?? (training.isSample ? 'not evidence: learned from the sample catalogue' : null),
      },
      minimum,
    );
  });
  return {
    metrics: parts.flatMap((part) => part.metrics),
    confusion: parts.flatMap((part) => part.confusion),
    calibration: parts.flatMap((part) => part.calibration),
  };
}

/** Group numbers without gaps, in order of appearance. */
export function renumber(groups: readonly number[]): Int32Array {
  const numbers = new Map<number, number>();
  return Int32Array.from(groups, (group) => {
    const number = numbers.get(group) ?? numbers.size;
    numbers.set(group, number);
    return number;
  });
}
