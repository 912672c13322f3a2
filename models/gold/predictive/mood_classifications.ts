import { defineModel } from 'tsdbt';

/** Predicted mood of every track that was played and has features: a random forest that has not seen any of them, nor valence or energy. */
export default defineModel({
  refs: ['trained_models', 'listening_with_features'],
  columns: {
    track_key: 'varchar',
    track_id: 'varchar',
    track_name: 'varchar',
    artist_name: 'varchar',
    plays: 'bigint',
    first_played_at: 'timestamptz',
    actual_mood: 'varchar',
    predicted_mood: 'varchar',
    is_correct: 'boolean',
    probability: 'double',
    probability_of_actual: 'double',
    p_happy_energetic: 'double',
    p_happy_calm: 'double',
    p_sad_energetic: 'double',
    p_sad_calm: 'double',
    p_neutral: 'double',
    model_id: 'varchar',
    document_sha256: 'varchar',
    feature_source: 'varchar',
    is_sample: 'boolean',
    is_evidence: 'boolean',
    evidence: 'varchar',
    note: 'varchar',
  },
  async run(context) {
    const { publishedInputs, publishedMoods } = await import('../../../ml/mood-models/published.js');
    const { model, played } = await publishedInputs(
      context.query,
      'mood_classifications',
      context.ref('trained_models').relation,
      context.ref('listening_with_features').relation,
    );
    return publishedMoods(model, played);
  },
});
