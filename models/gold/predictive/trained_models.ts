import { defineModel } from 'tsdbt';

/** Trains and evaluates every model once; the other predictive tables read what is written here. */
export default defineModel({
  refs: ['tracks_with_features', 'track_genres', 'listening_with_features'],
  columns: {
    model_id: 'varchar',
    model_name: 'varchar',
    algorithm: 'varchar',
    feature_set: 'varchar',
    target: 'varchar',
    features: 'varchar',
    trained_on: 'varchar',
    is_published: 'boolean',
    is_trained: 'boolean',
    is_sample: 'boolean',
    parameters: 'varchar',
    seed: 'bigint',
    training_rows: 'bigint',
    training_artists: 'bigint',
    excluded_played_tracks: 'bigint',
    training_checksum: 'varchar',
    training_table_version: 'bigint',
    code_version: 'varchar',
    document_bytes: 'bigint',
    document_sha256: 'varchar',
    document: 'varchar',
    evaluation: 'varchar',
    note: 'varchar',
  },
  async *run(context) {
    const queries = await import('../../../ml/mood-models/queries.js');
    const { labelledGenres, playedTracks, trainingRows } = await import('../../../ml/mood-models/training-data.js');
    const { playedRows } = await import('../../../ml/mood-models/played-scores.js');
    const { eventLimit, splitEvents } = await import('../../../ml/mood-models/event-models.js');
    const { trainAll } = await import('../../../ml/mood-models/train-all.js');
    const { outcomeRow } = await import('../../../ml/mood-models/model-rows.js');
    const { openTrainingPool } = await import('../../../ml/forest/training-pool.js');
    const { variants } = await import('../../../ml/mood-models/variants.js');

    const minimum = context.var<number>('minimum_sample', 30);
    const tracks = context.ref('tracks_with_features');
    const plays = context.ref('listening_with_features');
    const listening = plays.relation;
    const read = (query: ReturnType<typeof queries.genresQuery>) => queries.readTable(context.query, query);
    const played = await read(queries.playedTracksQuery(listening));
    const unmatched = await read(queries.playedKeysQuery(listening));
    const genres = labelledGenres(await read(queries.genresQuery(context.ref('track_genres').relation)));
    const catalogue = trainingRows(
      await read(queries.catalogueQuery(tracks.relation)),
      genres,
      playedTracks([played, unmatched]),
    );
    context.log.info(
      `${catalogue.rows} catalogue tracks to train on; ${catalogue.excludedPlayed} left out because they were played`,
    );
    const input = {
      catalogue,
      played: playedRows(played),
      events: splitEvents(await read(queries.eventsQuery(listening, eventLimit)), minimum),
      minimum,
      trainingTableVersion: tracks.version ?? null,
    };
    const pool = await openTrainingPool();
    try {
      let done = 0;
      for await (const outcome of trainAll(input, pool, context.signal)) {
        context.progress(++done, variants.length, 'models');
        yield outcomeRow(outcome, { catalogue: tracks.version, plays: plays.version });
      }
    } finally {
      await pool.close();
    }
  },
});
