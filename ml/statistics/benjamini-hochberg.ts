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
