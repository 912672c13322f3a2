import { defineModel } from 'tsdbt';

/** Does the music's character go with the hour and the part of day? Correlations, and one analysis of variance for each. */
export default defineModel({
  refs: ['listening_with_features', 'audio_features', 'parts_of_day'],
  columns: {
    basis: 'varchar',
    is_evidence: 'boolean',
    feature: 'varchar',
    time_dimension: 'varchar',
    time_value: 'varchar',
    method: 'varchar',
    n: 'bigint',
    n_in_time: 'bigint',
    mean_in_time: 'double',
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
    const { pearson } = await import('../../../ml/statistics/correlation.js');
    const { summarise } = await import('../../../ml/statistics/moments.js');
    const { oneWayAnova } = await import('../../../ml/statistics/one-way-anova.js');
    const { tooFew } = await import('../../../ml/statistics/values.js');
    const minimum = context.var<number>('minimum_sample');
    const features = await seedNames(context.query, context.ref('audio_features').relation, 'name');
    const parts = await seedNames(context.query, context.ref('parts_of_day').relation, 'part_of_day');
    const hours = Array.from({ length: 24 }, (_, hour) => String(hour).padStart(2, '0'));
    const plays = await context
      .ref('listening_with_features')
      .columns(['hour_of_day', 'part_of_day', 'is_evidence', ...features]);

    return ['all', 'evidence'].flatMap((basis) => {
      const kept = Array.from({ length: plays.length }, (_, i) => i).filter(
        (i) => basis === 'all' || plays.columns.is_evidence![i] === true,
      );
      const hourOf = kept.map((i) => Number(plays.columns.hour_of_day![i]));
      const times = {
        part_of_day: { of: kept.map((i) => String(plays.columns.part_of_day![i])), all: parts },
        hour_of_day: { of: hourOf.map((hour) => hours[hour]!), all: hours },
      };
      const tested = features.flatMap((feature) => {
        context.signal.throwIfAborted();
        const values = kept.map((i) => plays.columns[feature]![i] as number | null);
        const head = { basis, is_evidence: basis === 'evidence', feature };

        /** One time against the rest of the day: the point-biserial correlation. */
        const single = (dimension: keyof typeof times, time: string) => {
          const { of } = times[dimension];
          const inTime = summarise(values.filter((_, i) => of[i] === time));
          const correlation = pearson(
            values,
            of.map((other) => (other === time ? 1 : 0)),
            { minimum },
          );
          const smaller = Math.min(inTime.n, correlation.n - inTime.n);
          const enough = smaller >= minimum;
          return {
            ...head,
            time_dimension: dimension,
            time_value: time,
            method: 'point_biserial',
            n: BigInt(correlation.n),
            n_in_time: BigInt(inTime.n),
            mean_in_time: enough ? inTime.mean : null,
            effect_size: enough ? correlation.coefficient : null,
            ci_low: enough ? correlation.ciLow : null,
            ci_high: enough ? correlation.ciHigh : null,
            p_value: enough ? correlation.pValue : null,
            note: enough ? correlation.reason : tooFew(smaller, minimum),
          };
        };

        /** The first wave of the day: hours are a circle, so a straight line through them would tear 23 from 0. */
        const wave = (name: string, curve: (angle: number) => number) => {
          const correlation = pearson(
            values,
            hourOf.map((hour) => curve((2 * Math.PI * hour) / 24)),
            { minimum },
          );
          return {
            ...head,
            time_dimension: 'hour_of_day',
            time_value: name,
            method: 'pearson',
            n: BigInt(correlation.n),
            n_in_time: null,
            mean_in_time: null,
            effect_size: correlation.coefficient,
            ci_low: correlation.ciLow,
            ci_high: correlation.ciHigh,
            p_value: correlation.pValue,
            note: correlation.reason,
          };
        };

        /** All times at once: how much of the feature's variance lies between them. */
        const anyTime = (dimension: keyof typeof times) => {
          const { of, all } = times[dimension];
          const anova = oneWayAnova(
            all.map((time) => values.filter((_, i) => of[i] === time)),
            { minimum },
          );
          return {
            ...head,
            time_dimension: dimension,
            time_value: 'any',
            method: 'anova',
            n: BigInt(anova.n),
            n_in_time: null,
            mean_in_time: null,
            effect_size: anova.omegaSquared,
            ci_low: null,
            ci_high: null,
            p_value: anova.pValue,
            note: anova.reason ?? 'omega squared, without an interval',
          };
        };

        return [
          anyTime('part_of_day'),
          ...parts.map((part) => single('part_of_day', part)),
          anyTime('hour_of_day'),
          wave('cosine', Math.cos),
          wave('sine', Math.sin),
          ...hours.map((hour) => single('hour_of_day', hour)),
        ];
      });
      return withAdjustedP(tested);
    });
  },
});
