import { selectFeatures } from '../features/feature-matrix.js';
import { featureRanges } from '../features/feature-ranges.js';
import type { TrainingPool } from '../forest/training-pool.js';
import { importancesByFeature } from '../forest/tree-model.js';
import { numberOfGroups } from '../metrics/regression-metrics.js';
import {
  checksum,
  observedRanges,
  type SavedModel,
  serialiseModel,
  type TrainedModel,
  trainingCodeVersion,
} from '../persistence/saved-model.js';
import { seedFromText } from '../random/generator.js';
import { tooFew } from '../statistics/values.js';
import { catalogueFolds, crossValidate, foldCount } from './cross-validation.js';
import { hyperparameters, trainVariant } from './estimator.js';
import { type EventSplit, evaluateEvents } from './event-models.js';
import { type PlayedRows, scorePlays } from './played-scores.js';
import { type Evaluation, emptyMetrics, type ImportanceRow, scoreSplit } from './scoring.js';
import type { TrainingRows } from './training-data.js';
import { type Variant, variantId, variants } from './variants.js';

export interface TrainingInput {
  readonly catalogue: TrainingRows;
  readonly played: PlayedRows;
  readonly events: EventSplit;
  /** fewest rows for a figure */
  readonly minimum: number;
  readonly trainingTableVersion: number | null;
}

/** One trained (or untrainable) model with everything that is known of it. */
export interface TrainingOutcome {
  readonly variant: Variant;
  readonly seed: number;
  readonly parameters: Readonly<Record<string, number>>;
  readonly trainingRows: number;
  readonly trainingGroups: number;
  readonly excludedPlayed: number;
  readonly isSample: boolean;
  /** JSON of the saved model; null where it was not trained */
  readonly document: string | null;
  readonly documentChecksum: string | null;
  readonly trainingChecksum: string | null;
  readonly evaluation: Evaluation;
  /** why there is no model */
  readonly reason: string | null;
}

/**
 * Trains and evaluates every variant, in order. While one is scored the pool already grows the next, so memory is bounded by the folds of
 * two variants.
 */
export async function* trainAll(
  input: TrainingInput,
  pool: TrainingPool,
  signal?: AbortSignal,
): AsyncGenerator<TrainingOutcome> {
  const folds = numberOfGroups(input.catalogue.groups) >= foldCount ? catalogueFolds(input.catalogue) : null;
  const start = (variant: Variant) =>
    variant.basis === 'events' ? trainOnEvents(variant, input, pool) : trainOnCatalogue(variant, input, folds, pool);
  const started: Promise<TrainingOutcome>[] = [];
  for (let v = 0; v < variants.length; v++) {
    signal?.throwIfAborted();
    while (started.length < Math.min(v + 2, variants.length)) {
      const outcome = start(variants[started.length]!);
      // Whoever stops listening (an abort, an error before it) has no use for the failure of the next one.
      outcome.catch(() => {});
      started.push(outcome);
    }
    yield await started[v]!;
  }
}

async function trainOnCatalogue(
  variant: Variant,
  input: TrainingInput,
  folds: Uint8Array | null,
  pool: TrainingPool,
): Promise<TrainingOutcome> {
  const { catalogue, played, minimum } = input;
  const target = catalogue.targets[variant.target];
  const training = { target, isSample: catalogue.isSample };
  const seed = seedFromText(variantId(variant));
  const reason = whyNot(variant, catalogue, minimum);
  if (reason !== null) {
    const about = {
      split: 'catalogue_cv',
      n: catalogue.rows,
      nPlays: null,
      isEvidence: !catalogue.isSample,
      note: reason,
    };
    const plays = scorePlays(variant, null, reason, training, played, minimum);
    const metrics = [...emptyMetrics(variant, about), ...plays.metrics];
    return outcome(variant, input, seed, null, { ...plays, metrics, importances: [] }, reason);
  }
  // A variant with genre cannot be used on plays: its folds are all there is of it.
  const finalModel = variant.usesGenre
    ? Promise.resolve(null)
    : trainVariant(variant, selectFeatures(catalogue.matrix, variant.features), target, seed, pool);
  const validation = await crossValidate(variant, catalogue, folds!, pool);
  const model = await finalModel;
  const own = scoreSplit(variant, validation.scored, minimum);
  const plays = scorePlays(
    variant,
    model,
    'plays have no genre: scored on the catalogue only',
    training,
    played,
    minimum,
  );
  const evaluation: Evaluation = {
    metrics: [...own.metrics, ...plays.metrics],
    confusion: [...own.confusion, ...plays.confusion],
    calibration: [...own.calibration, ...plays.calibration],
    importances: [...validation.importances, ...(model === null ? [] : ownImportances(model, catalogue.rows))],
  };
  return outcome(variant, input, seed, model, evaluation, model === null ? 'trained inside the folds only' : null);
}

async function trainOnEvents(variant: Variant, input: TrainingInput, pool: TrainingPool): Promise<TrainingOutcome> {
  const { model, reason, evaluation } = await evaluateEvents(variant, input.events, input.minimum, pool);
  return outcome(variant, input, seedFromText(variantId(variant)), model, evaluation, reason);
}

function outcome(
  variant: Variant,
  input: TrainingInput,
  seed: number,
  model: TrainedModel | null,
  evaluation: Evaluation,
  reason: string | null,
): TrainingOutcome {
  const { catalogue, events } = input;
  const fromEvents = variant.basis === 'events';
  const trainingRows = fromEvents ? events.train.length : catalogue.rows;
  const trainingChecksum = fromEvents ? null : catalogue.checksum;
  const document =
    model === null ? null : serialiseModel(savedModel(variant, input, seed, model, trainingRows, trainingChecksum));
  return {
    variant,
    seed,
    parameters: hyperparameters(variant),
    trainingRows,
    trainingGroups: fromEvents
      ? new Set(events.train.map((row) => events.rows.groups[row])).size
      : numberOfGroups(catalogue.groups),
    excludedPlayed: fromEvents ? 0 : catalogue.excludedPlayed,
    isSample: fromEvents ? !events.isEvidence : catalogue.isSample,
    document,
    documentChecksum: document === null ? null : checksum(document),
    trainingChecksum,
    evaluation,
    reason,
  };
}

function savedModel(
  variant: Variant,
  input: TrainingInput,
  seed: number,
  model: TrainedModel,
  trainingRows: number,
  trainingChecksum: string | null,
): SavedModel {
  const matrix = variant.basis === 'events' ? input.events.rows.matrix : input.catalogue.matrix;
  return {
    id: variantId(variant),
    target: variant.target,
    model,
    ranges: variant.features.map((name) => featureRanges[name]!),
    observed: observedRanges(selectFeatures(matrix, variant.features)),
    provenance: {
      seed,
      codeVersion: trainingCodeVersion,
      trainingRows,
      trainingChecksum: trainingChecksum ?? '',
      trainingTableVersion: input.trainingTableVersion,
    },
  };
}

function whyNot(variant: Variant, catalogue: TrainingRows, minimum: number): string | null {
  if (catalogue.rows < minimum) return `training tracks: ${tooFew(catalogue.rows, minimum)}`;
  const groups = numberOfGroups(catalogue.groups);
  if (groups < foldCount) return `training artists: ${tooFew(groups, foldCount)}`;
  if (new Set(catalogue.targets[variant.target]).size < 2) {
    return variant.target === 'mood' ? 'all training tracks have one mood' : 'the target does not vary in training';
  }
  return null;
}

function ownImportances(model: TrainedModel, n: number): ImportanceRow[] {
  if (model.kind === 'linear') {
    return model.features.map((feature, f) => ({
      feature,
      method: 'standardised_coefficient' as const,
      value: model.standardisedCoefficients[f]!,
      unit: 'target per standard deviation',
      n,
    }));
  }
  return Object.entries(importancesByFeature(model)).map(([feature, value]) => ({
    feature,
    method: 'impurity' as const,
    value,
    unit: 'share',
    n,
  }));
}
