import { defineModel } from 'tsdbt';

/** How the mood of the music changes from one part of the day to the next, over the days on which both have plays. */
export default defineModel({
  refs: ['part_of_day_moods', 'parts_of_day'],
  columns: {
    basis: 'varchar',
    is_evidence: 'boolean',
    from_part_of_day: 'varchar',
    to_part_of_day: 'varchar',
    feature: 'varchar',
    n: 'bigint',
    mean_from: 'double',
    mean_to: 'double',
    mean_shift: 'double',
    ci_low: 'double',
    ci_high: 'double',
    t: 'double',
    df: 'double',
    p_value: 'double',
    p_value_adjusted: 'double',
    effect_size: 'double',
    effect_ci_low: 'double',
    effect_ci_high: 'double',
    days_up_share: 'double',
    same_mood_share: 'double',
    commonest_mood_from: 'varchar',
    commonest_mood_to: 'varchar',
    commonest_transition_days: 'bigint',
    note: 'varchar',
  },
  async run(context) {
    const { seedNames } = await import('../../../ml/features/seed-names.js');
    const { withAdjustedP } = await import('../../../ml/statistics/benjamini-hochberg.js');
    const { mean, summarise } = await import('../../../ml/statistics/moments.js');
    const { studentQuantile, studentTwoSidedP } = await import('../../../ml/statistics/student-t.js');
    const { normalQuantile } = await import('../../../ml/statistics/normal.js');
    const minimum = Math.max(2, context.var<number>('minimum_sample'));
    const parts = await seedNames(context.query, context.ref('parts_of_day').relation, 'part_of_day');
    const moods = context.ref('part_of_day_moods').relation;
    const pairs = await context.query(`
      select
        earlier.basis, earlier.part_of_day as from_part, later.part_of_day as to_part, earlier.mood as from_mood, later.mood as to_mood,
        earlier.mean_valence as from_valence, later.mean_valence as to_valence,
        earlier.mean_energy as from_energy, later.mean_energy as to_energy
      from ${moods} as earlier
      inner join ${moods} as later
        on later.basis = earlier.basis
        and later.listening_day = case when earlier.part_of_day = 'night' then cast(earlier.listening_day + interval '1' day as date) else earlier.listening_day end
      order by earlier.basis, earlier.listening_day, earlier.part_of_day, later.part_of_day`);

    return ['all', 'evidence'].flatMap((basis) => {
      const rows = parts.flatMap((from, index) => {
        const to = parts[(index + 1) % parts.length]!;
        const days = pairs.filter((pair) => pair.basis === basis && pair.from_part === from && pair.to_part === to);
        const transitions = new Map<string, number>();
        for (const day of days) {
          const key = `${day.from_mood} ${day.to_mood}`;
          transitions.set(key, (transitions.get(key) ?? 0) + 1);
        }
        const [commonest] = [...transitions].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
        const [moodFrom, moodTo] = commonest?.[0].split(' ') ?? [];
        return ['valence', 'energy'].map((feature) => {
          const before = days.map((day) => Number(day[`from_${feature}`]));
          const after = days.map((day) => Number(day[`to_${feature}`]));
          const shifts = after.map((value, i) => value - before[i]!);
          const summary = summarise(shifts, minimum);
          const enough = summary.reason === null;
          const n = summary.n;
          const spread = summary.standardDeviation ?? 0;
          const tested = enough && spread > 0;
          const t = tested ? summary.mean! / (spread / Math.sqrt(n)) : null;
          const half = tested ? (studentQuantile(0.975, n - 1) * spread) / Math.sqrt(n) : null;
          // Standardised mean change, with its large-sample variance (Becker, British J. Math. Stat. Psychology 41, 1988).
          const effect = tested ? summary.mean! / spread : null;
          const effectHalf = effect === null ? null : normalQuantile(0.975) * Math.sqrt(1 / n + effect ** 2 / (2 * n));
          return {
            basis,
            is_evidence: basis === 'evidence',
            from_part_of_day: from,
            to_part_of_day: to,
            feature,
            n: BigInt(n),
            mean_from: enough ? mean(before) : null,
            mean_to: enough ? mean(after) : null,
            mean_shift: summary.mean,
            ci_low: half === null ? null : summary.mean! - half,
            ci_high: half === null ? null : summary.mean! + half,
            t,
            df: tested ? n - 1 : null,
            p_value: t === null ? null : studentTwoSidedP(t, n - 1),
            effect_size: effect,
            effect_ci_low: effect === null ? null : effect - effectHalf!,
            effect_ci_high: effect === null ? null : effect + effectHalf!,
            days_up_share: enough ? shifts.filter((shift) => shift > 0).length / n : null,
            same_mood_share: enough ? days.filter((day) => day.from_mood === day.to_mood).length / n : null,
            commonest_mood_from: enough ? moodFrom! : null,
            commonest_mood_to: enough ? moodTo! : null,
            commonest_transition_days: enough ? BigInt(commonest![1]) : null,
            note: summary.reason ?? (tested ? null : 'the shift is the same on every day'),
          };
        });
      });
      return withAdjustedP(rows);
    });
  },
});
