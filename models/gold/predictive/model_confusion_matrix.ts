import { defineModel } from 'tsdbt';

/** Which mood the classifiers take for which. */
export default defineModel({
  refs: ['trained_models'],
  columns: {
    model_id: 'varchar',
    model_name: 'varchar',
    algorithm: 'varchar',
    feature_set: 'varchar',
    is_published: 'boolean',
    split: 'varchar',
    actual_mood: 'varchar',
    predicted_mood: 'varchar',
    n: 'bigint',
    n_actual: 'bigint',
    share_of_actual: 'double',
    is_evidence: 'boolean',
    evidence: 'varchar',
  },
  async run(context) {
    const { evaluationRows } = await import('../../../ml/mood-models/model-rows.js');
    return evaluationRows(await context.ref('trained_models').rows(), 'confusion');
  },
});
