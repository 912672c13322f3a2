import { describe, expect, it } from 'vitest';
import { groupFolds, groupRows, splitRows } from './group-folds.js';
import { applyTargetEncoding, encodeTrainingRows, fitTargetEncoding } from './target-encoding.js';

describe('groups', () => {
  it('join rows of one artist and rows with one fingerprint, also in a chain', () => {
    const groups = groupRows(['a', 'b', 'a', 'c', null, 'd'], ['1', '2', '3', '2', '4', '3']);
    // a–a by artist, a–d by fingerprint 3; b–c by fingerprint 2; the row without artist stands alone
    expect([...groups]).toEqual([0, 1, 0, 1, 2, 0]);
  });

  it('are never torn apart by folds of nearly equal size', () => {
    const artists = Array.from({ length: 1000 }, (_, i) => `artist ${Math.floor((i * i) / 4000)}`);
    const groups = groupRows(
      artists,
      artists.map((_, i) => String(i)),
    );
    const folds = groupFolds(groups, 5, 7);
    const foldsOf = new Map<number, Set<number>>();
    groups.forEach((group, row) => {
      foldsOf.set(group, (foldsOf.get(group) ?? new Set()).add(folds[row]!));
    });
    expect([...foldsOf.values()].every((set) => set.size === 1)).toBe(true);
    for (let fold = 0; fold < 5; fold++) {
      const { train, test } = splitRows(folds, fold);
      expect(train.length + test.length).toBe(1000);
      expect(Math.abs(test.length - 200)).toBeLessThan(10);
    }
    expect([...groupFolds(groups, 5, 7)]).toEqual([...folds]);
  });

  it('must be at least as many as folds', () => {
    expect(() => groupFolds(Int32Array.of(0, 0, 1), 5, 1)).toThrow('2 groups cannot be dealt into 5 folds');
  });
});

describe('target encoding', () => {
  it('pulls small categories towards the overall mean', () => {
    const encoding = fitTargetEncoding([['a'], ['a'], ['b'], ['b', 'a']], [1, 1, 0, 0], 1);
    expect(encoding.overall).toBe(0.5);
    expect(encoding.means.get('a')).toBeCloseTo((2 + 0.5) / 4, 12);
    expect([...applyTargetEncoding(encoding, [['b'], ['unknown'], []])]).toEqual([0.5 / 3, 0.5, 0.5]);
  });

  it('never shows a training row its own target', () => {
    const folds = Uint8Array.of(0, 0, 1, 1);
    const categories = [['a'], ['a'], ['a'], ['a']];
    const before = encodeTrainingRows(categories, [0, 0, 1, 1], folds);
    const after = encodeTrainingRows(categories, [1, 0, 1, 1], folds);
    expect(after[0]).toBe(before[0]);
    expect(after[2]).not.toBe(before[2]);
  });
});
