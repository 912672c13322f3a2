import { trainingCodeVersion } from '../persistence/saved-model.js';
import type { Evaluation } from './scoring.js';
import type { TrainingOutcome } from './train-all.js';
import { variantId } from './variants.js';

/** A table row as models read and write them. */
type Row = { readonly [column: string]: unknown };
type Cell = string | number | bigint | boolean | null;
export type TableRow = { readonly [column: string]: Cell };

/** What a reader must think of figures on these rows. */
export function evidenceLabel(isEvidence: boolean): string {
  return isEvidence ? 'evidence' : 'not evidence';
}

/** One row of trained_models. Only published models keep their document: the others are made again from the seed. */
export function outcomeRow(
  outcome: TrainingOutcome,
  versions: { readonly catalogue: number | undefined; readonly plays: number | undefined },
): TableRow {
  const { variant } = outcome;
  return {
    model_id: variantId(variant),
    model_name: variant.modelName,
    algorithm: variant.algorithm,
    feature_set: variant.featureSet,
    target: variant.target,
    features: [...variant.features, ...(variant.usesGenre ? ['genre_mean'] : [])].join(', '),
    trained_on: variant.basis === 'events' ? 'plays' : 'catalogue tracks',
    is_published: variant.isPublished,
    is_trained: outcome.document !== null,
    is_sample: outcome.isSample,
    parameters: JSON.stringify(outcome.parameters),
    seed: BigInt(outcome.seed),
    training_rows: BigInt(outcome.trainingRows),
    training_artists: BigInt(outcome.trainingGroups),
    excluded_played_tracks: BigInt(outcome.excludedPlayed),
    training_checksum: outcome.trainingChecksum,
    training_table_version: versionValue(outcome.variant.basis === 'events' ? versions.plays : versions.catalogue),
    code_version: trainingCodeVersion,
    document_bytes: outcome.document === null ? null : BigInt(Buffer.byteLength(outcome.document)),
    document_sha256: outcome.documentChecksum,
    document: variant.isPublished ? outcome.document : null,
    evaluation: JSON.stringify(outcome.evaluation),
    note: outcome.reason,
  };
}

function versionValue(version: number | undefined): bigint | null {
  return version === undefined ? null : BigInt(version);
}

/** The rows of one part of all models' evaluations. */
export function evaluationRows(models: readonly Row[], part: 'metrics' | 'confusion' | 'calibration'): TableRow[] {
  return models.flatMap((model): TableRow[] => {
    const evaluation = evaluationOf(model);
    if (part === 'metrics') {
      return evaluation.metrics.map(({ n_groups, ...row }) => ({
        ...modelColumns(model),
        ...row,
        n: BigInt(row.n),
        n_artists: BigInt(n_groups),
        n_plays: row.n_plays === null ? null : BigInt(row.n_plays),
        evidence: evidenceLabel(row.is_evidence),
      }));
    }
    if (part === 'confusion') {
      return evaluation.confusion.map((row) => ({
        ...modelColumns(model),
        ...row,
        n: BigInt(row.n),
        n_actual: BigInt(row.n_actual),
        share_of_actual: row.n_actual > 0 ? row.n / row.n_actual : null,
        evidence: evidenceLabel(row.is_evidence),
      }));
    }
    return evaluation.calibration.map((row) => ({
      ...modelColumns(model),
      ...row,
      n: BigInt(row.n),
      evidence: evidenceLabel(row.is_evidence),
    }));
  });
}

/** Importances, ranked within model and method by size (coefficients without their sign). */
export function importanceRows(models: readonly Row[]): TableRow[] {
  return models.flatMap((model) => {
    const { importances } = evaluationOf(model);
    return [...new Set(importances.map((row) => row.method))].flatMap((method) =>
      importances
        .filter((row) => row.method === method)
        .sort((a, b) => Math.abs(b.value) - Math.abs(a.value) || (a.feature < b.feature ? -1 : 1))
        .map((row, i) => ({
          ...modelColumns(model),
          method,
          feature: row.feature,
          importance: row.value,
          importance_rank: i + 1,
          unit: row.unit,
          n: BigInt(row.n),
        })),
    );
  });
}

function evaluationOf(model: Row): Evaluation {
  return JSON.parse(String(model.evaluation)) as Evaluation;
}

function modelColumns(model: Row): TableRow {
  const columns = ['model_id', 'model_name', 'algorithm', 'feature_set', 'is_published'] as const;
  return Object.fromEntries(columns.map((name) => [name, model[name] as Cell]));
}
