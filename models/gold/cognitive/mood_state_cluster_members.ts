import { defineModel } from 'tsdbt';

/** Which group every track sounds most like: catalogue tracks and played tracks. */
export default defineModel({
  refs: ['mood_state_clusters', 'tracks_with_features', 'listening_with_features'],
  columns: {
    track_key: 'varchar',
    cluster_id: 'integer',
    persona: 'varchar',
    distance: 'double',
    in_catalogue: 'boolean',
    plays: 'bigint',
    feature_source: 'varchar',
    is_sample: 'boolean',
    is_evidence: 'boolean',
    evidence: 'varchar',
  },
  async run(context) {
    const { memberRows } = await import('../../../ml/mood-models/cluster-rows.js');
    const { catalogueQuery, playedTracksQuery, readTable } = await import('../../../ml/mood-models/queries.js');
    const clusters = await context.ref('mood_state_clusters').rows();
    const tracks = await readTable(context.query, catalogueQuery(context.ref('tracks_with_features').relation));
    const listening = context.ref('listening_with_features').relation;
    return memberRows(clusters, tracks, await readTable(context.query, playedTracksQuery(listening)));
  },
});
