import { describe, expect, it } from 'vitest';
import { deriveSeed, RandomGenerator, seedFromText } from './generator.js';

describe('RandomGenerator', () => {
  it('gives the same numbers on every machine', () => {
    const random = new RandomGenerator(42);
    expect([random.uint32(), random.uint32(), random.uint32()]).toEqual([660444221, 3652823732, 77672526]);
    expect(seedFromText('a')).toBe(0xe40c292c);
  });

  it('is uniform: mean, variance and all sixteenths as expected', () => {
    const random = new RandomGenerator(1);
    const n = 160_000;
    const counts = new Uint32Array(16);
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < n; i++) {
      const u = random.uniform();
      sum += u;
      squares += u * u;
      counts[Math.floor(u * 16)]!++;
    }
    expect(sum / n).toBeCloseTo(0.5, 2);
    expect(squares / n - (sum / n) ** 2).toBeCloseTo(1 / 12, 2);
    const chiSquared = counts.reduce((total, count) => total + (count - 10_000) ** 2 / 10_000, 0);
    // 99.9 % point of χ² with 15 degrees of freedom
    expect(chiSquared).toBeLessThan(37.7);
  });

  it('has independent streams for neighbouring seeds', () => {
    const firsts = new Set(Array.from({ length: 1000 }, (_, i) => new RandomGenerator(deriveSeed(7, i)).uint32()));
    expect(firsts.size).toBe(1000);
  });

  it('shuffles without losing anything', () => {
    const shuffled = new RandomGenerator(3).shuffle([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(shuffled).not.toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect([...shuffled].sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });
});
