/** Time as the scheduler sees it. */
export interface Clock {
  readonly now: () => Date;
  /** Waits; returns early, without an error, when the signal is aborted. @param milliseconds at most 2^31 - 1 */
  readonly sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
}
