/** Numbers as tables give them: null, undefined and NaN are missing. */
export type Values = ArrayLike<number | null | undefined>;

/** Why a statistic has no value; null where it has one. */
export type Reason = string | null;

/** The numbers that are there, in order. */
export function present(values: Values): Float64Array {
  const kept = new Float64Array(values.length);
  let n = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value !== null && value !== undefined && Number.isFinite(value)) kept[n++] = value;
  }
  return kept.subarray(0, n);
}

/** The pairs of which both numbers are there. Throws RangeError when the lengths differ. */
export function presentPairs(x: Values, y: Values): { readonly x: Float64Array; readonly y: Float64Array } {
  if (x.length !== y.length) throw new RangeError(`pairs need equal lengths, got ${x.length} and ${y.length}`);
  const keptX = new Float64Array(x.length);
  const keptY = new Float64Array(x.length);
  let n = 0;
  for (let i = 0; i < x.length; i++) {
    const a = x[i];
    const b = y[i];
    if (a === null || a === undefined || b === null || b === undefined) continue;
    if (!Number.isFinite(a) || !Number.isFinite(b)) continue;
    keptX[n] = a;
    keptY[n++] = b;
  }
  return { x: keptX.subarray(0, n), y: keptY.subarray(0, n) };
}

/** The wording of too small a sample, the same everywhere. */
export function tooFew(n: number, minimum: number): string {
  return `too few values: ${n} of at least ${minimum}`;
}
