import { defineModel } from 'tsdbt';

/** What speaks for five groups, and what against: inertia, silhouette and stability for two to ten. */
export default defineModel({
  refs: ['tracks_with_features'],
  columns: {
    k: 'integer',
    inertia: 'double',
    inertia_share: 'double',
    silhouette: 'double',
    stability: 'double',
    starts: 'integer',
    n: 'bigint',
    silhouette_n: 'bigint',
    is_elbow: 'boolean',
    is_best_silhouette: 'boolean',
    is_chosen: 'boolean',
    support: 'varchar',
    is_evidence: 'boolean',
    evidence: 'varchar',
    note: 'varchar',
  },
  async run(context) {
    const { diagnosticRows } = await import('../../../ml/mood-models/cluster-rows.js');
    const { catalogueQuery, readTable } = await import('../../../ml/mood-models/queries.js');
    const tracks = await readTable(context.query, catalogueQuery(context.ref('tracks_with_features').relation));
    return diagnosticRows(tracks, context.var<number>('minimum_sample', 30));
  },
});
