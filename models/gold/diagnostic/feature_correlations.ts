import { defineModel, type Row } from 'tsdbt';

/** How the features hang together, for each pair and three sets of tracks; each track counts once, however often it was played. */
export default defineModel({
  refs: ['listening_with_features', 'tracks_with_features', 'audio_features'],
  columns: {
    population: 'varchar',
    is_evidence: 'boolean',
    feature_1: 'varchar',
    feature_2: 'varchar',
    n: 'bigint',
    pearson: 'double',
    pearson_ci_low: 'double',
    pearson_ci_high: 'double',
    pearson_p_value: 'double',
    spearman: 'double',
    spearman_ci_low: 'double',
    spearman_ci_high: 'double',
    spearman_p_value: 'double',
    note: 'varchar',
  },
  async run(context) {
    const { seedNames } = await import('../../../ml/features/seed-names.js');
    const { pearson, spearman } = await import('../../../ml/statistics/correlation.js');
    const minimum = context.var<number>('minimum_sample');
    const listening = context.ref('listening_with_features').relation;
    const catalogue = context.ref('tracks_with_features').relation;
    const features = await seedNames(context.query, context.ref('audio_features').relation, 'name');
    const ofTrack = features.map((feature) => `min(${feature}) as ${feature}`).join(', ');
    const played = (condition: string) =>
      `select track_key, bool_and(is_evidence) as is_evidence, ${ofTrack} from ${listening} where ${condition} group by track_key order by track_key`;
    const populations = {
      catalogue: `select track_key, not is_sample as is_evidence, ${features.join(', ')} from ${catalogue} order by track_key`,
      played: played('mood is not null'),
      played_evidence: played('is_evidence'),
    };

    const results: Row[] = [];
    const pairs = features.flatMap((first, i) => features.slice(i + 1).map((second) => [first, second] as const));
    for (const [population, query] of Object.entries(populations)) {
      const tracks = await context.query(query);
      const isEvidence = tracks.length > 0 && tracks.every((track) => track.is_evidence === true);
      const values = new Map(features.map((name) => [name, tracks.map((track) => track[name] as number | null)]));
      for (const [first, second] of pairs) {
        context.signal.throwIfAborted();
        const linear = pearson(values.get(first)!, values.get(second)!, { minimum });
        const ranked = spearman(values.get(first)!, values.get(second)!, { minimum });
        results.push({
          population,
          is_evidence: isEvidence,
          feature_1: first,
          feature_2: second,
          n: BigInt(linear.n),
          pearson: linear.coefficient,
          pearson_ci_low: linear.ciLow,
          pearson_ci_high: linear.ciHigh,
          pearson_p_value: linear.pValue,
          spearman: ranked.coefficient,
          spearman_ci_low: ranked.ciLow,
          spearman_ci_high: ranked.ciHigh,
          spearman_p_value: ranked.pValue,
          note: linear.reason ?? ranked.reason,
        });
        context.progress(results.length, pairs.length * 3, 'pairs');
      }
    }
    return results;
  },
});
