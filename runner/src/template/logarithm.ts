/**
 * ln(m) of a number near 1, by its series: 2·atanh((m−1)/(m+1)).
 *
 * @param one how many units are one: of `m`, of the result, and of what is computed on the way
 */
export function logarithm(m: bigint, one: bigint): bigint {
  const z = ((m - one) * one) / (m + one);
  const square = (z * z) / one;
  let power = z;
  let sum = 0n;
  for (let n = 1n; power !== 0n; n += 2n) {
    sum += power / n;
    power = (power * square) / one;
  }
  return 2n * sum;
}
