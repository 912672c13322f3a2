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
    const { publishedInputs, publishedPredictions } = await import('../../../ml/mood-models/published.js');
    const { model, played } = await publishedInputs(
      context.query,
      'energy_forecasts',
      context.ref('trained_models').relation,
      context.ref('listening_with_features').relation,
    );
    return publishedPredictions(model, played, 'energy');
  },
});
