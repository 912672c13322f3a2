import { describe, expect, it } from 'vitest';
import { ChangedMap } from '../../src/delta/log/changed-map.js';

/** Numbers that look random, the same in every run. */
function* numbers(seed: number): Generator<number> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

describe('a map with changes over another', () => {
  it.each([0, 1, 5, 40, 400])('is what a Map would be after the same changes, from %i entries on', (size) => {
    const random = numbers(size + 1);
    const next = (below: number) => Math.floor((random.next().value as number) * below);
    let expected = new Map(Array.from({ length: size }, (_, i) => [`k${i}`, i]));
    let map: ReadonlyMap<string, number> = new Map(expected);
    for (let step = 0; step < 60; step++) {
      const [before, wasBefore] = [map, [...map]];
      const changed = new ChangedMap(before);
      expected = new Map(expected);
      for (let n = next(7); n >= 0; n--) {
        const key = `k${next(size * 2 + 10)}`;
        if (next(3) === 0) {
          changed.delete(key);
          expected.delete(key);
        } else {
          changed.set(key, step);
          expected.set(key, step);
        }
        expect(changed.get(key)).toBe(expected.get(key));
        expect(changed.has(key)).toBe(expected.has(key));
      }
      expect([...changed]).toEqual([...expected]);
      expect([...changed.keys()]).toEqual([...expected.keys()]);
      expect([...changed.values()]).toEqual([...expected.values()]);
      expect(changed.size).toBe(expected.size);
      expect([...before]).toEqual(wasBefore);
      map = changed;
    }
    const entries: [string, number][] = [];
    map.forEach((value, key) => {
      entries.push([key, value]);
    });
    expect(entries).toEqual([...expected]);
  });

  it('copies none of what it has not changed, until there is much', () => {
    const base = new Map(Array.from({ length: 10_000 }, (_, i) => [i, i]));
    let looked = 0;
    base[Symbol.iterator] = () => {
      looked++;
      return Map.prototype.entries.call(base) as MapIterator<[number, number]>;
    };
    let map: ReadonlyMap<number, number> = base;
    const add = (key: number) => {
      const changed = new ChangedMap(map);
      changed.set(key, key);
      map = changed;
    };
    for (let key = 10_000; key < 10_100; key++) add(key);
    expect(looked).toBe(0);
    for (let key = 10_100; key < 10_200; key++) add(key);
    expect(looked).toBe(1);
    expect(map.size).toBe(10_200);
  });
});
