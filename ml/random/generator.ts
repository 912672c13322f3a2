/**
 * A seeded generator of pseudo-random numbers: xoshiro128** (Blackman & Vigna, "Scrambled linear pseudorandom number
 * generators", ACM TOMS 47, 2021) with its state filled by splitmix32. Integer arithmetic only, so that a seed gives the
 * same numbers on every machine. Not for secrets.
 */
export class RandomGenerator {
  private a: number;
  private b: number;
  private c: number;
  private d: number;

  /** @param seed any number; its lower 32 bits count */
  constructor(seed: number) {
    const next = splitmix32(seed);
    this.a = next();
    this.b = next();
    this.c = next();
    this.d = next();
  }

  /** An integer in [0, 2³²). */
  uint32(): number {
    const x = Math.imul(this.b, 5);
    const result = Math.imul((x << 7) | (x >>> 25), 9) >>> 0;
    const t = this.b << 9;
    this.c ^= this.a;
    this.d ^= this.b;
    this.b ^= this.c;
    this.a ^= this.d;
    this.c ^= t;
    this.d = (this.d << 11) | (this.d >>> 21);
    return result;
  }

  /** A number in [0, 1), in steps of 2⁻³². */
  uniform(): number {
    return this.uint32() / 4294967296;
  }

  /** An integer in [0, bound); `bound` is 1 … 2³². The bias of at most bound/2³² is accepted. */
  integer(bound: number): number {
    return Math.floor(this.uniform() * bound);
  }

  /** Puts the values in random order, in place (Fisher–Yates), and returns them. */
  shuffle<T extends { length: number; [index: number]: unknown }>(values: T): T {
    for (let i = values.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const held = values[i];
      values[i] = values[j];
      values[j] = held;
    }
    return values;
  }
}

/** Mixes a seed with a stream's number (tree, fold, resample), so that neighbouring streams share nothing. */
export function deriveSeed(seed: number, stream: number): number {
  const next = splitmix32((seed ^ Math.imul(stream + 1, 0x9e3779b1)) >>> 0);
  next();
  return next();
}

/** A 32-bit hash of a text (FNV-1a), for seeds made from names. */
export function seedFromText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

function splitmix32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state ^ (state >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z ^= z >>> 15;
    z = Math.imul(z, 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
}
