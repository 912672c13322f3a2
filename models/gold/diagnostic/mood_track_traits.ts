import { defineModel } from 'tsdbt';

const traits = [
  { name: 'duration_minutes', expression: 'duration_ms / 60000.0' },
  { name: 'popularity', expression: 'cast(popularity as double)' },
  { name: 'explicit', expression: 'case when explicit then 1.0 when not explicit then 0.0 end' },
  { name: 'major_mode', expression: 'cast(mode as double)' },
];

/** Which traits of tracks go with positive and with negative moods of the music; each track counts once. */
export default defineModel({
  refs: ['listening_with_features', 'tracks_with_features', 'audio_features', 'moods'],
  columns: {
    population: 'varchar',
    is_evidence: 'boolean',
    mood_side: 'varchar',
    trait: 'varchar',
    defines_mood: 'boolean',
    trait_rank: 'integer',
    direction: 'varchar',
    n: 'bigint',
    n_side: 'bigint',
    n_others: 'bigint',
    mean_side: 'double',
    mean_others: 'double',
    effect_size: 'double',
    ci_low: 'double',
    ci_high: 'double',
    p_value: 'double',
    p_value_adjusted: 'double',
    note: 'varchar',
  },
  async run(context) {
    const { seedNames } = await import('../../../ml/features/seed-names.js');
    const { withAdjustedP } = await import('../../../ml/statistics/benjamini-hochberg.js');
    const { directionOf, hedgesG } = await import('../../../ml/statistics/effect-size.js');
    const { ranksBySize } = await import('../../../ml/statistics/ranks.js');
    const { welchTTest } = await import('../../../ml/statistics/welch-t-test.js');
    const minimum = context.var<number>('minimum_sample');
    const catalogue = context.ref('tracks_with_features').relation;
    const listening = context.ref('listening_with_features').relation;
    const features = await seedNames(context.query, context.ref('audio_features').relation, 'name');
    const columns = [...features, 'mood', 'mode'];
    const played = (condition: string) => `
      select plays.track_key, plays.is_evidence, ${columns.map((name) => `plays.${name}`).join(', ')}, plays.duration_ms, tracks.popularity, tracks.explicit
      from (
        select track_key, bool_and(is_evidence) as is_evidence, ${columns.map((name) => `min(${name}) as ${name}`).join(', ')},
          min(duration_ms) as duration_ms, min(catalogue_track_id) as catalogue_track_id
        from ${listening} where ${condition} group by track_key
      ) as plays
      left join ${catalogue} as tracks on tracks.track_key = plays.catalogue_track_id`;
    const populations = {
      catalogue: `select *, not is_sample as is_evidence from ${catalogue} where mood is not null`,
      played: played('mood is not null'),
      played_evidence: played('is_evidence'),
    };
    const measured = [...features.map((name) => ({ name, expression: name })), ...traits];

    const results = [];
    for (const [population, query] of Object.entries(populations)) {
      context.signal.throwIfAborted();
      const tracks = await context.query(`
        select moods.valence_side as side, tracks.is_evidence, ${measured.map((trait) => `${trait.expression} as ${trait.name}`).join(', ')}
        from (${query}) as tracks
        inner join ${context.ref('moods').relation} as moods on moods.mood = tracks.mood
        order by tracks.track_key`);
      const isEvidence = tracks.length > 0 && tracks.every((track) => track.is_evidence === true);
      const compared = ['positive', 'negative'].flatMap((side) => {
        const rows = measured.map(({ name }) => {
          const values = (wanted: boolean) =>
            tracks.filter((track) => (track.side === side) === wanted).map((track) => track[name] as number | null);
          const test = welchTTest(values(true), values(false), { minimum });
          const effect = hedgesG(values(true), values(false), { minimum });
          return {
            population,
            is_evidence: isEvidence,
            mood_side: side,
            trait: name,
            defines_mood: name === 'valence',
            direction: directionOf(effect.value),
            n: BigInt(test.n),
            n_side: BigInt(test.n1),
            n_others: BigInt(test.n2),
            mean_side: test.mean1,
            mean_others: test.mean2,
            effect_size: effect.value,
            ci_low: effect.ciLow,
            ci_high: effect.ciHigh,
            p_value: test.pValue,
            note: effect.reason ?? test.reason,
          };
        });
        const ranks = ranksBySize(rows.map((row) => (row.defines_mood ? null : row.effect_size)));
        return rows.map((row, i) => ({ ...row, trait_rank: ranks[i]! }));
      });
      results.push(...withAdjustedP(compared));
    }
    return results;
  },
});
