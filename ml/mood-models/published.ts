import { featureMatrix } from '../features/feature-matrix.js';
import { likeliest } from '../metrics/classification-metrics.js';
import { parseModel, predictSaved } from '../persistence/saved-model.js';
import { clamped } from './estimator.js';
import { evidenceLabel } from './model-rows.js';
import { playedTracksQuery, readTable } from './queries.js';
import type { Table } from './training-data.js';
import { type ModelName, moods } from './variants.js';

type Row = { readonly [column: string]: unknown };
type Cell = string | number | bigint | boolean | Date | null;
export type PredictionRow = { readonly [column: string]: Cell };

/** The published model of a name, with its document. */
function publishedModelSql(trainedModels: string, name: ModelName): string {
  return `select model_id, document, document_sha256, is_sample, note from ${trainedModels} where model_name = '${name}' and is_published`;
}

/**
 * What a table of predictions is made of: the published model of a name (undefined where there is none) and the played tracks.
 * @param trainedModels,listening relations of those tables
 */
export async function publishedInputs(
  run: (sql: string) => Promise<readonly Row[]>,
  name: ModelName,
  trainedModels: string,
  listening: string,
): Promise<{ readonly model: Row | undefined; readonly played: Table }> {
  const [model] = await run(publishedModelSql(trainedModels, name));
  return { model, played: await readTable(run, playedTracksQuery(listening)) };
}

/**
 * One row per played track: what a regression predicts and what is true. Without a model the predictions are null, with the reason.
 * @param model,played as {@link publishedInputs} gives them
 * @throws {OutOfRangeError} when a feature is out of its range
 */
export function publishedPredictions(
  model: Row | undefined,
  played: Table,
  target: 'valence' | 'energy',
): PredictionRow[] {
  const outputs = predict(model, played);
  return Array.from({ length: played.length }, (_, row) => {
    const actual = number(played.columns[target]![row]);
    const predicted = outputs === null || actual === null ? null : clamped(Float64Array.of(outputs[0]![row]!))[0]!;
    return {
      ...trackColumns(played, row),
      [`actual_${target}`]: actual,
      [`predicted_${target}`]: predicted,
      residual: predicted === null ? null : actual! - predicted,
      ...modelColumns(model, played, row, actual === null ? `the track has no ${target}` : null),
    };
  });
}

/** One row per played track: which mood a classifier predicts, with all probabilities, and which is true. Throws as {@link publishedPredictions}. */
export function publishedMoods(model: Row | undefined, played: Table): PredictionRow[] {
  const outputs = predict(model, played);
  const calls = outputs === null ? null : likeliest(outputs);
  return Array.from({ length: played.length }, (_, row) => {
    const actual = (played.columns.mood![row] ?? null) as string | null;
    const known = outputs !== null && actual !== null;
    const predicted = known ? moods[calls![row]!]! : null;
    const probability = (mood: string | null) => {
      const at = moods.indexOf(mood as (typeof moods)[number]);
      return known && at >= 0 ? outputs[at]![row]! : null;
    };
    return {
      ...trackColumns(played, row),
      actual_mood: actual,
      predicted_mood: predicted,
      is_correct: predicted === null ? null : predicted === actual,
      probability: probability(predicted),
      probability_of_actual: probability(actual),
      ...Object.fromEntries(moods.map((mood) => [`p_${mood.toLowerCase()}`, probability(mood)])),
      ...modelColumns(model, played, row, actual === null ? 'the track has no mood' : null),
    };
  });
}

function predict(model: Row | undefined, played: Table): Float64Array[] | null {
  if (typeof model?.document !== 'string' || played.length === 0) return null;
  const saved = parseModel(model.document);
  return predictSaved(saved, featureMatrix(played.columns, saved.model.features));
}

function trackColumns(played: Table, row: number): PredictionRow {
  const { columns } = played;
  return {
    track_key: String(columns.track_key![row]),
    track_id: columns.track_id![row] as Cell,
    track_name: columns.track_name![row] as Cell,
    artist_name: columns.artist_name![row] as Cell,
    plays: BigInt(columns.plays![row] as bigint),
    first_played_at: columns.first_played_at![row] as Cell,
  };
}

function modelColumns(model: Row | undefined, played: Table, row: number, missing: string | null): PredictionRow {
  const measured = played.columns.is_evidence![row] === true;
  // What was learned from invented tracks says nothing of real ones, however well those were measured.
  const learnedFromSample = model?.is_sample === true;
  const isEvidence = measured && !learnedFromSample;
  const trained = typeof model?.document === 'string';
  const source = String(played.columns.feature_source![row]);
  const notMeasured = source === 'synthetic' ? 'synthetic features: not evidence' : 'sample data: not evidence';
  const learned = learnedFromSample ? 'learned from the sample catalogue: not evidence' : null;
  const notEvidence = measured ? learned : notMeasured;
  return {
    model_id: (model?.model_id ?? null) as Cell,
    document_sha256: (model?.document_sha256 ?? null) as Cell,
    feature_source: source,
    is_sample: played.columns.is_sample![row] === true || learnedFromSample,
    is_evidence: isEvidence,
    evidence: evidenceLabel(isEvidence),
    note: trained ? (missing ?? notEvidence) : `no model: ${model?.note ?? 'not trained'}`,
  };
}

function number(value: unknown): number | null {
  return value === null || value === undefined ? null : Number(value);
}
