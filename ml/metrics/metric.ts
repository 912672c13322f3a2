/** A figure of merit with what it must be compared with. */
export interface Metric {
  readonly name: string;
  readonly value: number | null;
  readonly ciLow: number | null;
  readonly ciHigh: number | null;
  readonly baselineName: string | null;
  /** the same figure for the baseline on the same rows */
  readonly baselineValue: number | null;
  readonly reason: string | null;
}

export interface IntervalOptions {
  readonly seed: number;
  /** default 300 */
  readonly resamples?: number;
  /** default 0.95 */
  readonly level?: number;
}
