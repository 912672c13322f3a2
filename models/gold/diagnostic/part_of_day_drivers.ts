import { defineModel } from 'tsdbt';

/** Which features set the music of each part of day apart from the music of the rest of the day. */
export default defineModel({
  refs: ['listening_with_features', 'audio_features', 'parts_of_day'],
  columns: {
    basis: 'varchar',
    is_evidence: 'boolean',
    part_of_day: 'varchar',
    feature: 'varchar',
    driver_rank: 'integer',
    direction: 'varchar',
    n: 'bigint',
    n_in_part: 'bigint',
    n_elsewhere: 'bigint',
    mean_in_part: 'double',
    mean_elsewhere: 'double',
    standardised_difference: 'double',
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
    const features = await seedNames(context.query, context.ref('audio_features').relation, 'name');
    const parts = await seedNames(context.query, context.ref('parts_of_day').relation, 'part_of_day');
    const plays = await context.ref('listening_with_features').columns(['part_of_day', 'is_evidence', ...features]);

    return ['all', 'evidence'].flatMap((basis) => {
      const counts = (i: number) => basis === 'all' || plays.columns.is_evidence![i] === true;
      const rows = parts.flatMap((part) => {
        const compared = features.map((feature) => {
          const values = plays.columns[feature] as (number | null)[];
          const inPart = values.filter((_, i) => counts(i) && plays.columns.part_of_day![i] === part);
          const elsewhere = values.filter((_, i) => counts(i) && plays.columns.part_of_day![i] !== part);
          const test = welchTTest(inPart, elsewhere, { minimum });
          const effect = hedgesG(inPart, elsewhere, { minimum });
          return {
            basis,
            is_evidence: basis === 'evidence',
            part_of_day: part,
            feature,
            direction: directionOf(effect.value),
            n: BigInt(test.n),
            n_in_part: BigInt(test.n1),
            n_elsewhere: BigInt(test.n2),
            mean_in_part: test.mean1,
            mean_elsewhere: test.mean2,
            standardised_difference: effect.value,
            ci_low: effect.ciLow,
            ci_high: effect.ciHigh,
            p_value: test.pValue,
            note: effect.reason ?? test.reason,
          };
        });
        const ranks = ranksBySize(compared.map((row) => row.standardised_difference));
        return compared.map((row, i) => ({ ...row, driver_rank: ranks[i]! }));
      });
      return withAdjustedP(rows);
    });
  },
});
