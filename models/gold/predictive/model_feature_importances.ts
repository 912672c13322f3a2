import { defineModel } from 'tsdbt';

/** What each model's predictions rest on. */
export default defineModel({
  refs: ['trained_models'],
  columns: {
    model_id: 'varchar',
    model_name: 'varchar',
    algorithm: 'varchar',
    feature_set: 'varchar',
    is_published: 'boolean',
    method: 'varchar',
    feature: 'varchar',
    importance: 'double',
    importance_rank: 'integer',
    unit: 'varchar',
    n: 'bigint',
  },
  async run(context) {
    const { importanceRows } = await import('../../../ml/mood-models/model-rows.js');
    return importanceRows(await context.ref('trained_models').rows());
  },
});
