import { defineModel } from 'tsdbt';

/** Predicted energy of every track that was played and has features: a linear regression that has not seen any of them. */
export default defineModel({
  refs: ['trained_models', 'listening_with_features'],
  columns: {
    track_key: 'varchar',
    track_id: 'varchar',
    track_name: 'varchar',
    artist_name: 'varchar',
    plays: 'bigint',
    first_played_at: 'timestamptz',
    actual_energy: 'double',
    predicted_energy: 'double',
    residual: 'double',
    model_id: 'varchar',
    document_sha256: 'varchar',
    feature_source: 'varchar',
    is_sample: 'boolean',
    is_evidence: 'boolean',
    evidence: 'varchar',
    note: 'varchar',
  },
  async run(context) {
    const { playedTracksQuery, readTable } = await import('../../../ml/mood-models/queries.js');
    const { publishedModelSql, publishedPredictions } = await import('../../../ml/mood-models/published.js');
    const models = await context.query(publishedModelSql(context.ref('trained_models').relation, 'energy_forecasts'));
    const played = await readTable(context.query, playedTracksQuery(context.ref('listening_with_features').relation));
    return publishedPredictions(models[0], played, 'energy');
  },
});
