/** Ranks from 1, ties share their mean rank. The values must be complete. */
export function ranks(values: ArrayLike<number>): Float64Array {
  const order = Array.from({ length: values.length }, (_, i) => i).sort((a, b) => values[a]! - values[b]! || a - b);
  const result = new Float64Array(values.length);
  let start = 0;
  while (start < order.length) {
    let end = start + 1;
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++;
    const shared = (start + 1 + end) / 2;
    for (let i = start; i < end; i++) result[order[i]!] = shared;
    start = end;
  }
  return result;
}

/** Ranks 1, 2, … by distance from 0, the farthest first, equals in their order; null for a missing value. */
export function ranksBySize(values: readonly (number | null)[]): (number | null)[] {
  const order = values.flatMap((value, i) => (value === null ? [] : [{ size: Math.abs(value), i }]));
  order.sort((a, b) => b.size - a.size || a.i - b.i);
  const result: (number | null)[] = values.map(() => null);
  order.forEach(({ i }, position) => {
    result[i] = position + 1;
  });
  return result;
}
