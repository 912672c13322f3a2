import type { Clock } from '../../src/schedule/clock.js';

interface Sleeper {
  readonly until: number;
  wake(): void;
}

/** A clock that stands still until it is told to go on; everyone asleep is woken at their time, in order. */
export class FakeClock implements Clock {
  #time: number;
  #sleepers: Sleeper[] = [];

  constructor(start: string) {
    this.#time = Date.parse(start);
  }

  readonly now = (): Date => new Date(this.#time);

  readonly sleep = (milliseconds: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const sleeper: Sleeper = {
        until: this.#time + milliseconds,
        wake: () => {
          this.#sleepers = this.#sleepers.filter((one) => one !== sleeper);
          signal?.removeEventListener('abort', sleeper.wake);
          resolve();
        },
      };
      this.#sleepers.push(sleeper);
      signal?.addEventListener('abort', sleeper.wake);
    });

  /** Lets time pass. */
  async advanceTo(time: string): Promise<void> {
    const target = Date.parse(time);
    for (;;) {
      await settled();
      const next = this.#sleepers.reduce<Sleeper | undefined>(
        (a, b) => (a === undefined || b.until < a.until ? b : a),
        undefined,
      );
      if (next === undefined || next.until > target) break;
      this.#time = Math.max(this.#time, next.until);
      next.wake();
    }
    this.#time = target;
  }

  /** The time changes and nobody's timer has noticed: the machine slept, or its clock was set. */
  jumpTo(time: string): void {
    const by = Date.parse(time) - this.#time;
    this.#time += by;
    this.#sleepers = this.#sleepers.map((sleeper) => Object.assign(sleeper, { until: sleeper.until + by }));
  }
}

/** Everything that can go on without time passing has gone on. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
}
