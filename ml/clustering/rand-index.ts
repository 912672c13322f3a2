/**
 * Adjusted Rand index of two partitions of the same points (Hubert & Arabie, J. Classification 2, 1985): 1 for the same partition, about 0
 * for unrelated ones. Throws RangeError when the lengths differ.
 */
export function adjustedRandIndex(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new RangeError(`partitions of ${a.length} and ${b.length} points`);
  const first = numbered(a);
  const second = numbered(b);
  const rows = new Float64Array(first.groups);
  const columns = new Float64Array(second.groups);
  const cells = new Float64Array(first.groups * second.groups);
  for (let i = 0; i < a.length; i++) {
    const row = first.of[i]!;
    const column = second.of[i]!;
    rows[row]!++;
    columns[column]!++;
    cells[row * second.groups + column]!++;
  }
  const pairs = (counts: Float64Array) => {
    let sum = 0;
    for (const count of counts) sum += (count * (count - 1)) / 2;
    return sum;
  };
  const together = pairs(cells);
  const inA = pairs(rows);
  const inB = pairs(columns);
  const all = (a.length * (a.length - 1)) / 2;
  const expected = all === 0 ? 0 : (inA * inB) / all;
  const most = (inA + inB) / 2;
  return most === expected ? 1 : (together - expected) / (most - expected);
}

/** Labels as numbers without gaps, so that counts lie in arrays: this runs for every pair of starts. */
function numbered(labels: ArrayLike<number>): { readonly of: Int32Array; readonly groups: number } {
  const numbers = new Map<number, number>();
  const of = Int32Array.from(labels, (label) => {
    const known = numbers.get(label);
    if (known !== undefined) return known;
    numbers.set(label, numbers.size);
    return numbers.size - 1;
  });
  return { of, groups: numbers.size };
}
