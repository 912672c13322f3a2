/**
 * Adjusted p-values that control the false discovery rate (Benjamini & Hochberg, J. Royal Statistical Society B 57, 1995).
 * Missing p-values stay null and do not count among the tests.
 */
export function benjaminiHochberg(pValues: readonly (number | null)[]): (number | null)[] {
  const tests = pValues.flatMap((p, index) => (p === null || Number.isNaN(p) ? [] : [{ p, index }]));
  tests.sort((a, b) => b.p - a.p || b.index - a.index);
  const adjusted: (number | null)[] = pValues.map(() => null);
  let smallest = 1;
  tests.forEach(({ p, index }, position) => {
    smallest = Math.min(smallest, (p * tests.length) / (tests.length - position));
    adjusted[index] = smallest;
  });
  return adjusted;
}

/** The rows with `p_value_adjusted` beside `p_value`: one family of tests, see {@link benjaminiHochberg}. */
export function withAdjustedP<R extends { readonly p_value: number | null }>(
  rows: readonly R[],
): (R & { readonly p_value_adjusted: number | null })[] {
  const adjusted = benjaminiHochberg(rows.map((row) => row.p_value));
  return rows.map((row, i) => ({ ...row, p_value_adjusted: adjusted[i]! }));
}
