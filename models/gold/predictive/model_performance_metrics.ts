import { defineModel } from 'tsdbt';

/** How well every model does on every split, beside what a prediction without features would reach. */
export default defineModel({
  refs: ['trained_models'],
  columns: {
    model_id: 'varchar',
    model_name: 'varchar',
    algorithm: 'varchar',
    feature_set: 'varchar',
    is_published: 'boolean',
    split: 'varchar',
    metric: 'varchar',
    value: 'double',
    ci_low: 'double',
    ci_high: 'double',
    n: 'bigint',
    n_artists: 'bigint',
    n_plays: 'bigint',
    baseline_name: 'varchar',
    baseline_value: 'double',
    is_evidence: 'boolean',
    evidence: 'varchar',
    note: 'varchar',
  },
  async run(context) {
    const { evaluationRows } = await import('../../../ml/mood-models/model-rows.js');
    return evaluationRows(await context.ref('trained_models').rows(), 'metrics');
  },
});
