import { defineModel } from 'tsdbt';

/** Five groups of catalogue tracks that sound alike, named for their sound, and how much of the listening falls on each. */
export default defineModel({
  refs: ['tracks_with_features', 'listening_with_features'],
  columns: {
    cluster_id: 'integer',
    persona: 'varchar',
    description: 'varchar',
    n: 'bigint',
    share_of_tracks: 'double',
    played_tracks: 'bigint',
    plays: 'bigint',
    share_of_plays: 'double',
    centroid_danceability: 'double',
    centroid_energy: 'double',
    centroid_loudness: 'double',
    centroid_speechiness: 'double',
    centroid_acousticness: 'double',
    centroid_instrumentalness: 'double',
    centroid_liveness: 'double',
    centroid_valence: 'double',
    centroid_tempo: 'double',
    silhouette: 'double',
    silhouette_overall: 'double',
    silhouette_n: 'bigint',
    support: 'varchar',
    model: 'varchar',
    is_sample: 'boolean',
    is_evidence: 'boolean',
    evidence: 'varchar',
    note: 'varchar',
  },
  async run(context) {
    const { clusterRows } = await import('../../../ml/mood-models/cluster-rows.js');
    const { catalogueQuery, playedTracksQuery, readTable } = await import('../../../ml/mood-models/queries.js');
    const tracks = await readTable(context.query, catalogueQuery(context.ref('tracks_with_features').relation));
    const listening = context.ref('listening_with_features').relation;
    const played = await readTable(context.query, playedTracksQuery(listening));
    return clusterRows(tracks, played, context.var<number>('minimum_sample', 30));
  },
});
