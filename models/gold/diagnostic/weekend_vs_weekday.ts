import { defineModel } from 'tsdbt';

/** Weekend against weekday: each feature over plays, and how much is played over days with plays. */
export default defineModel({
  refs: ['listening_with_features', 'audio_features'],
  columns: {
    basis: 'varchar',
    is_evidence: 'boolean',
    metric: 'varchar',
    unit: 'varchar',
    n: 'bigint',
    n_weekend: 'bigint',
    n_weekday: 'bigint',
    mean_weekend: 'double',
    mean_weekday: 'double',
    difference: 'double',
    ci_low: 'double',
    ci_high: 'double',
    t: 'double',
    df: 'double',
    p_value: 'double',
    p_value_adjusted: 'double',
    effect_size: 'double',
    effect_ci_low: 'double',
    effect_ci_high: 'double',
    note: 'varchar',
  },
  async run(context) {
    const { withAdjustedP } = await import('../../../ml/statistics/benjamini-hochberg.js');
    const { hedgesG } = await import('../../../ml/statistics/effect-size.js');
    const { welchTTest } = await import('../../../ml/statistics/welch-t-test.js');
    const minimum = context.var<number>('minimum_sample');
    const listening = context.ref('listening_with_features');
    const features = await context.query(
      `select name, unit from ${context.ref('audio_features').relation} order by sort_order`,
    );
    const names = features.map((feature) => String(feature.name));
    const plays = await listening.columns(['is_weekend', 'is_evidence', ...names]);
    const days = await context.query(`
      select played_date, bool_and(is_weekend) as is_weekend, cast(count(*) as double) as plays, sum(ms_played) / 60000.0 as minutes
      from ${listening.relation} group by played_date order by played_date`);

    const compare = (basis: string, metric: string, unit: string, weekend: unknown[], weekday: unknown[]) => {
      const groups = [weekend as (number | null)[], weekday as (number | null)[]] as const;
      const test = welchTTest(...groups, { minimum });
      const effect = hedgesG(...groups, { minimum });
      return {
        basis,
        is_evidence: basis === 'evidence',
        metric,
        unit,
        n: BigInt(test.n),
        n_weekend: BigInt(test.n1),
        n_weekday: BigInt(test.n2),
        mean_weekend: test.mean1,
        mean_weekday: test.mean2,
        difference: test.difference,
        ci_low: test.ciLow,
        ci_high: test.ciHigh,
        t: test.t,
        df: test.df,
        p_value: test.pValue,
        effect_size: effect.value,
        effect_ci_low: effect.ciLow,
        effect_ci_high: effect.ciHigh,
        note: test.reason ?? effect.reason,
      };
    };

    return ['all', 'evidence'].flatMap((basis) => {
      const counts = (i: number) => basis === 'all' || plays.columns.is_evidence![i] === true;
      const rows = features.map(({ name, unit }) => {
        const values = plays.columns[String(name)]!;
        const group = (weekend: boolean) =>
          values.filter((_, i) => counts(i) && plays.columns.is_weekend![i] === weekend);
        return compare(basis, String(name), String(unit), group(true), group(false));
      });
      if (basis === 'all') {
        for (const [metric, unit, column] of [
          ['plays_per_day', 'plays', 'plays'],
          ['minutes_per_day', 'minutes', 'minutes'],
        ] as const) {
          const group = (weekend: boolean) => days.filter((d) => d.is_weekend === weekend).map((d) => d[column]);
          rows.push(compare(basis, metric, unit, group(true), group(false)));
        }
      }
      return withAdjustedP(rows);
    });
  },
});
