import { normalQuantile } from './normal.js';
import { incompleteBeta, logGamma } from './special-functions.js';

/** P(|T| ≥ |t|) of Student's distribution; `df` > 0 degrees of freedom, not necessarily whole (DLMF 8.17, Abramowitz & Stegun 26.7.1). */
export function studentTwoSidedP(t: number, df: number): number {
  if (!Number.isFinite(t)) return Number.isNaN(t) ? Number.NaN : 0;
  return incompleteBeta(df / (df + t * t), df / 2, 0.5);
}

/** P(T ≤ t). */
export function studentCdf(t: number, df: number): number {
  const tail = studentTwoSidedP(t, df) / 2;
  return t <= 0 ? tail : 1 - tail;
}

/** t with P(T ≤ t) = probability: Newton steps on the tail, held inside a bracket that bisection narrows. */
export function studentQuantile(probability: number, df: number): number {
  if (!(probability > 0 && probability < 1)) return normalQuantile(probability);
  if (probability === 0.5) return 0;
  const tail = Math.min(probability, 1 - probability);
  let low = 0;
  let high = 1;
  while (studentTwoSidedP(high, df) / 2 > tail) {
    low = high;
    high *= 2;
  }
  let t = Math.min(Math.max(-normalQuantile(tail), low), high);
  for (let i = 0; i < 200; i++) {
    const excess = studentTwoSidedP(t, df) / 2 - tail;
    if (excess > 0) low = t;
    else high = t;
    let next = t + excess / studentDensity(t, df);
    if (!(next > low && next < high)) next = (low + high) / 2;
    if (Math.abs(next - t) <= 1e-15 * Math.max(1, t)) {
      t = next;
      break;
    }
    t = next;
  }
  return probability < 0.5 ? -t : t;
}

function studentDensity(t: number, df: number): number {
  return Math.exp(
    logGamma((df + 1) / 2) -
      logGamma(df / 2) -
      0.5 * Math.log(df * Math.PI) -
      ((df + 1) / 2) * Math.log1p((t * t) / df),
  );
}
