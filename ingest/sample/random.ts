/**
 * A small seeded generator (mulberry32). Only integer arithmetic and the four operations are used, here and by its callers:
 * `Math.log` and its like may differ in the last digit from machine to machine.
 */
export class SeededRandom {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** uniform in [0, 1) */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  /** whole number from `low` to `high`, both included */
  integer(low: number, high: number): number {
    return low + Math.floor((high - low + 1) * this.next());
  }

  /** nearly normal: the sum of twelve uniforms, so never beyond six standard deviations */
  normal(mean: number, deviation: number): number {
    let sum = -6;
    for (let draw = 0; draw < 12; draw++) sum += this.next();
    return mean + deviation * sum;
  }

  pick<T>(items: readonly T[]): T {
    return items[Math.floor(items.length * this.next())]!;
  }

  /** an item, the first ones most often: the share of item k falls as in a popularity ranking */
  pickSkewed<T>(items: readonly T[]): T {
    const uniform = this.next();
    return items[Math.floor(items.length * uniform * uniform)]!;
  }
}
