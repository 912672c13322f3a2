import { RandomGenerator } from '../random/generator.js';
import { UnionFind } from './union-find.js';

/**
 * Groups that must not be torn apart: rows with one key (the lead artist), and rows that are identical in the fingerprint (the same
 * recording under two names). Returns the group number of every row, numbered by first appearance.
 * @param keys null keys stand for themselves
 */
export function groupRows(keys: readonly (string | null)[], fingerprints: readonly string[]): Int32Array {
  if (keys.length !== fingerprints.length) throw new RangeError('keys and fingerprints need equal lengths');
  const sets = new UnionFind(keys.length);
  for (const labels of [keys, fingerprints]) {
    const first = new Map<string, number>();
    labels.forEach((label, row) => {
      if (label === null) return;
      const known = first.get(label);
      if (known === undefined) first.set(label, row);
      else sets.union(known, row);
    });
  }
  const numbers = new Map<number, number>();
  return Int32Array.from(keys, (_, row) => {
    const root = sets.find(row);
    const number = numbers.get(root) ?? numbers.size;
    numbers.set(root, number);
    return number;
  });
}

/**
 * Deals whole groups into folds of nearly equal size: shuffled, then the largest first into the emptiest fold.
 * @returns fold of every row, 0 … folds − 1
 * Throws RangeError when there are fewer groups than folds.
 */
export function groupFolds(groups: Int32Array, folds: number, seed: number): Uint8Array {
  const sizes: number[] = [];
  for (const group of groups) sizes[group] = (sizes[group] ?? 0) + 1;
  if (sizes.length < folds) throw new RangeError(`${sizes.length} groups cannot be dealt into ${folds} folds`);
  const order = new RandomGenerator(seed).shuffle(sizes.map((_, group) => group));
  order.sort((a, b) => sizes[b]! - sizes[a]!);
  const filled = new Array<number>(folds).fill(0);
  const foldOf = new Uint8Array(sizes.length);
  for (const group of order) {
    const fold = filled.indexOf(Math.min(...filled));
    foldOf[group] = fold;
    filled[fold]! += sizes[group]!;
  }
  return Uint8Array.from(groups, (group) => foldOf[group]!);
}

/** Row numbers in and out of a fold. */
export function splitRows(folds: Uint8Array, fold: number): { readonly train: Int32Array; readonly test: Int32Array } {
  const train: number[] = [];
  const test: number[] = [];
  folds.forEach((f, row) => {
    (f === fold ? test : train).push(row);
  });
  return { train: Int32Array.from(train), test: Int32Array.from(test) };
}
