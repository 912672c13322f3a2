import { defineModel } from 'tsdbt';

/** Whether what is predicted with 30 % happens in 30 % of the cases. */
export default defineModel({
  refs: ['trained_models'],
  columns: {
    model_id: 'varchar',
    model_name: 'varchar',
    algorithm: 'varchar',
    feature_set: 'varchar',
    is_published: 'boolean',
    split: 'varchar',
    outcome: 'varchar',
    bin: 'integer',
    bin_lower: 'double',
    bin_upper: 'double',
    n: 'bigint',
    mean_predicted: 'double',
    mean_actual: 'double',
    is_evidence: 'boolean',
    evidence: 'varchar',
  },
  async run(context) {
    const { evaluationRows } = await import('../../../ml/mood-models/model-rows.js');
    return evaluationRows(await context.ref('trained_models').rows(), 'calibration');
  },
});
