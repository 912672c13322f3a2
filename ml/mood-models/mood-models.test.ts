import { describe, expect, it } from 'vitest';
import { audioColumns } from '../features/audio-features.js';
import { inThread } from '../forest/training-pool.js';
import { RandomGenerator } from '../random/generator.js';
import { clusterRows, diagnosticRows, memberRows } from './cluster-rows.js';
import { splitEvents } from './event-models.js';
import { evaluationRows, importanceRows, outcomeRow } from './model-rows.js';
import { playedRows } from './played-scores.js';
import { publishedMoods, publishedPredictions } from './published.js';
import { type TrainingInput, type TrainingOutcome, trainAll } from './train-all.js';
import { playedTracks, type Table, trainingRows } from './training-data.js';
import { variantId, variants } from './variants.js';

type Row = Record<string, unknown>;

const extra = [
  'track_key',
  'track_id',
  'song_key',
  'catalogue_track_id',
  'lead_artist',
  'artist_name',
  'track_name',
  'mood',
  'is_sample',
  'is_evidence',
];
const names = [
  ...extra,
  ...audioColumns,
  'feature_source',
  'plays',
  'first_played_at',
  'hour_of_day',
  'day_of_week',
  'is_weekend',
];

function table(rows: readonly Row[]): Table {
  return {
    length: rows.length,
    columns: Object.fromEntries(names.map((name) => [name, rows.map((row) => row[name] ?? null)])),
  };
}

/** Tracks with plausible features; valence follows danceability and energy follows loudness, with noise. */
function tracks(count: number, overrides: Row = {}, seed = 1): Row[] {
  const random = new RandomGenerator(seed);
  return Array.from({ length: count }, (_, i) => {
    const share = () => random.uniform();
    const danceability = share();
    const loudness = -30 + 28 * share();
    const valence = Math.min(1, Math.max(0, 0.8 * danceability + 0.3 * (share() - 0.2)));
    const energy = Math.min(1, Math.max(0, 1 + loudness / 30 + 0.3 * (share() - 0.5)));
    const side = valence >= 0.6 ? 'Happy' : 'Sad';
    const mood = valence > 0.4 && valence < 0.6 ? 'Neutral' : `${side}_${energy >= 0.6 ? 'Energetic' : 'Calm'}`;
    return {
      track_key: `t${seed}-${i}`,
      song_key: `s${seed}-${i}`,
      lead_artist: `artist ${Math.floor(i / 3)}`,
      artist_name: `artist ${Math.floor(i / 3)}`,
      ...{ danceability, loudness, valence, energy, mood },
      ...{ speechiness: share(), acousticness: share(), instrumentalness: share(), liveness: share() },
      ...{ tempo: 60 + 120 * share(), key: i % 12, mode: i % 2, time_signature: 4, duration_ms: 200_000n },
      ...{ is_sample: false, is_evidence: true, feature_source: 'kaggle', plays: 2n, first_played_at: new Date(0) },
      ...{ hour_of_day: i % 24, day_of_week: 1 + (i % 7), is_weekend: i % 7 > 4 ? 1 : 0 },
      ...overrides,
    };
  });
}

function input(catalogue: readonly Row[], played: readonly Row[], events: readonly Row[] = []): TrainingInput {
  return {
    catalogue: trainingRows(table(catalogue), new Map(), playedTracks([table(played)])),
    played: playedRows(table(played)),
    events: splitEvents(table(events), 30),
    minimum: 30,
    trainingTableVersion: null,
  };
}

async function train(what: TrainingInput): Promise<TrainingOutcome[]> {
  const outcomes: TrainingOutcome[] = [];
  for await (const outcome of trainAll(what, inThread)) outcomes.push(outcome);
  return outcomes;
}

/** Every row of every table, checked for NaN, which JSON turns to null without a note. */
function tablesOf(outcomes: readonly TrainingOutcome[]) {
  const models = outcomes.map((outcome) => outcomeRow(outcome, { catalogue: 3, plays: undefined }));
  for (const row of outcomes.flatMap((outcome) => outcome.evaluation.metrics)) {
    expect(row.value === null ? row.note : Number.isFinite(row.value), `${row.split} ${row.metric}`).toBeTruthy();
  }
  return { models, metrics: evaluationRows(models, 'metrics'), importances: importanceRows(models) };
}

describe('variants', () => {
  it('have one published model per table, of the kind that the table promises', () => {
    expect(variants.filter((variant) => variant.isPublished).map(variantId)).toEqual([
      'mood_predictions.random_forest.full_audio',
      'energy_forecasts.linear_regression.full_audio',
      'mood_classifications.random_forest.full_audio',
    ]);
  });

  it('never let a model see its target, nor a classifier what moods are made of', () => {
    for (const variant of variants) {
      expect(variant.features).not.toContain(variant.target);
      if (variant.target === 'mood') expect(variant.features.filter((name) => /valence|energy/.test(name))).toEqual([]);
      if (variant.basis === 'catalogue')
        expect(variant.features.filter((name) => /hour|day|weekend/.test(name))).toEqual([]);
    }
  });
});

describe('training rows', () => {
  const catalogue = tracks(60);

  it('leave out what was played: by key, by song, by catalogue match, and by identical features', () => {
    const played = [
      { ...tracks(1, {}, 2)[0], track_key: 't1-0' },
      { ...tracks(1, {}, 3)[0], song_key: 's1-1' },
      { ...tracks(1, {}, 4)[0], catalogue_track_id: 't1-2' },
      { ...catalogue[3], track_key: 'another key', song_key: 'another song' },
    ];
    const rows = trainingRows(table(catalogue), new Map(), playedTracks([table(played)]));
    expect(rows).toMatchObject({ rows: 56, excludedPlayed: 4, excludedIncomplete: 0 });
    expect(rows.keys.filter((key) => ['t1-0', 't1-1', 't1-2', 't1-3'].includes(key))).toEqual([]);
  });

  it('leave out what has no mood, and keep one recording under two artists in one group', () => {
    const twin = { ...catalogue[0], track_key: 'twin', lead_artist: 'somebody else' };
    const rows = trainingRows(
      table([...catalogue, twin, { ...catalogue[5], track_key: 'x', mood: null }]),
      new Map(),
      playedTracks([]),
    );
    expect(rows).toMatchObject({ rows: 61, excludedIncomplete: 1 });
    expect(rows.groups[60]).toBe(rows.groups[0]);
  });

  it('refuse features out of range', () => {
    const shifted = [{ ...catalogue[0], energy: 120 }];
    expect(() => trainingRows(table(shifted), new Map(), playedTracks([]))).toThrow('energy is 120');
  });
});

describe('training on a small catalogue', () => {
  it('scores measured plays as evidence and synthetic ones as none, and publishes predictions', async () => {
    const played = [...tracks(40, {}, 2), ...tracks(35, { feature_source: 'synthetic', is_evidence: false }, 3)];
    const outcomes = await train(input(tracks(400), played));
    const { models, metrics, importances } = tablesOf(outcomes);
    const find = (split: string, metric: string, id = 'energy_forecasts.linear_regression.full_audio') =>
      metrics.find((row) => row.model_id === id && row.split === split && row.metric === metric)!;
    expect(find('catalogue_cv', 'r2')).toMatchObject({ n: 400n, n_plays: null, evidence: 'evidence', note: null });
    expect(find('catalogue_cv', 'r2').value as number).toBeGreaterThan(0.7);
    expect(find('plays_measured', 'rmse')).toMatchObject({ n: 40n, n_plays: 80n, evidence: 'evidence' });
    expect(find('plays_synthetic', 'rmse')).toMatchObject({ n: 35n, evidence: 'not evidence' });
    expect(find('plays_sample', 'rmse')).toMatchObject({ n: 0n, value: null });
    expect(
      importances.find((row) => row.model_name === 'energy_forecasts' && row.method === 'permutation'),
    ).toMatchObject({
      feature: 'loudness',
      importance_rank: 1,
    });
    const predictions = publishedPredictions(
      models.find((row) => row.model_name === 'mood_predictions'),
      table(played),
      'valence',
    );
    expect(predictions).toHaveLength(75);
    expect(predictions[0]).toMatchObject({ plays: 2n, evidence: 'evidence', note: null });
    expect(predictions[0]!.predicted_valence as number).toBeGreaterThanOrEqual(0);
    expect(predictions[74]).toMatchObject({ evidence: 'not evidence', note: 'synthetic features: not evidence' });
    const calls = publishedMoods(
      models.find((row) => row.model_name === 'mood_classifications' && row.is_published),
      table(played),
    );
    expect(calls.filter((row) => row.is_correct).length / 75).toBeGreaterThan(0.3);
  });

  it('gives the same documents again', async () => {
    const first = await train(input(tracks(150), []));
    const second = await train(input(tracks(150), []));
    expect(second.map((outcome) => outcome.documentChecksum)).toEqual(first.map((outcome) => outcome.documentChecksum));
  });

  it('tests the time of plays on later plays of new tracks', async () => {
    const random = new RandomGenerator(8);
    const heard = tracks(300, {}, 5);
    const events = Array.from(
      { length: 900 },
      (_, i) => heard[Math.min(299, Math.floor((i / 900) * 300 * random.uniform() ** 0.1))]!,
    );
    const split = splitEvents(table(events), 30);
    const before = new Set(split.train.map((row) => split.rows.keys[row]));
    expect(split.isEvidence).toBe(true);
    expect(split.test.length).toBeGreaterThanOrEqual(30);
    expect(split.test.filter((row) => before.has(split.rows.keys[row]))).toEqual([]);
    const { metrics } = tablesOf(await train(input([], [], events)));
    const pValue = metrics.find(
      (row) => row.metric === 'time_features_p_value' && row.model_name === 'mood_predictions',
    )!;
    expect(pValue.value as number).toBeGreaterThan(0);
  });
});

describe('too little input', () => {
  it.each([
    ['nothing at all', [], []],
    ['ten tracks', tracks(10), tracks(3, {}, 2)],
    ['one artist', tracks(60, { lead_artist: 'one' }), []],
    ['one mood', tracks(60, { mood: 'Neutral', valence: 0.5 }), []],
    ['identical tracks', Array.from({ length: 60 }, (_, i) => ({ ...tracks(1)[0], track_key: `k${i}` })), []],
    ['synthetic plays only', [], tracks(50, { feature_source: 'synthetic', is_evidence: false }, 2)],
  ])('gives rows with null and a reason, no NaN: %s', async (_, catalogue, played) => {
    const { models, metrics } = tablesOf(await train(input(catalogue, played)));
    expect(models).toHaveLength(variants.length);
    expect(models.every((row) => row.is_trained || row.note !== null)).toBe(true);
    expect(metrics.length).toBeGreaterThan(100);
    expect(metrics.every((row) => row.value !== null || row.note !== null)).toBe(true);
    const predictions = publishedPredictions(models[0], table(played), 'valence');
    expect(predictions).toHaveLength(played.length);
    expect(predictions.every((row) => row.predicted_valence !== null || String(row.note).startsWith('no model'))).toBe(
      true,
    );
    const clusters = clusterRows(table(catalogue), table(played), 30);
    expect(clusters).toHaveLength(5);
    expect(clusters.every((row) => row.silhouette_overall !== null || row.note !== null)).toBe(true);
    expect(diagnosticRows(table(catalogue), 30)).toHaveLength(9);
    expect(new Set(memberRows(clusters, table(catalogue), table(played)).map((row) => row.track_key)).size).toBe(
      memberRows(clusters, table(catalogue), table(played)).length,
    );
  });
});

describe('what was learned from the sample catalogue', () => {
  it('is no evidence, however well the played tracks were measured', async () => {
    const catalogue = tracks(150, { is_sample: true }, 11);
    const played = tracks(40, { feature_source: 'real' }, 12);
    const { models, metrics } = tablesOf(await train(input(catalogue, played)));
    const scored = metrics.filter((row) => row.split === 'plays_measured' && row.value !== null);
    expect(scored.length).toBeGreaterThan(0);
    expect(new Set(scored.map((row) => `${row.evidence}: ${row.note}`))).toEqual(
      new Set(['not evidence: not evidence: learned from the sample catalogue']),
    );
    const published = models.find((row) => row.model_name === 'energy_forecasts' && row.is_published);
    const [prediction] = publishedPredictions(published, table(played), 'energy');
    expect(prediction).toMatchObject({
      is_sample: true,
      is_evidence: false,
      note: 'learned from the sample catalogue: not evidence',
    });
    const members = memberRows(clusterRows(table(catalogue), table(played), 30), table(catalogue), table(played));
    expect(members).toHaveLength(190);
    expect(members.every((row) => row.is_sample && !row.is_evidence)).toBe(true);
  });
});
