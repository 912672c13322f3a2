import { describe, expect, it } from 'vitest';
import { RandomGenerator } from '../random/generator.js';
import { diagnoseClusters, elbowOf } from './diagnostics.js';
import { kMeansStarts, refine } from './k-means.js';
import { clusterFeatures, clusterMusic } from './music-clusters.js';
import { assignPersonas, personas } from './personas.js';
import { adjustedRandIndex } from './rand-index.js';
import { silhouettes } from './silhouette.js';

/** Three round heaps of 100 points, far from each other. */
function heaps(): { points: number[][]; truth: number[] } {
  const random = new RandomGenerator(11);
  const truth = Array.from({ length: 300 }, (_, i) => i % 3);
  return { truth, points: truth.map((heap) => [10 * heap + random.uniform(), 7 * (heap % 2) + random.uniform()]) };
}

describe('k-means', () => {
  it('finds the heaps, the best start first, the same every time', () => {
    const { points, truth } = heaps();
    const starts = kMeansStarts(points, { clusters: 3, seed: 1 });
    expect(starts).toHaveLength(20);
    expect(adjustedRandIndex(starts[0]!.labels, truth)).toBe(1);
    expect(starts.every((start, i) => i === 0 || start.inertia >= starts[i - 1]!.inertia)).toBe(true);
    expect(kMeansStarts(points, { clusters: 3, seed: 1 })).toEqual(starts);
    expect(refine(points, starts[0]!.centroids).inertia).toBeCloseTo(starts[0]!.inertia, 9);
  });

  it('refuses more clusters than distinct points', () => {
    expect(() => kMeansStarts([[1], [1], [2]], { clusters: 3, seed: 1 })).toThrow(
      '2 distinct points cannot make 3 clusters',
    );
  });
});

describe('what speaks for a number of clusters', () => {
  it('silhouettes and the adjusted Rand index agree with scikit-learn', () => {
    const points = [
      [0, 0],
      [0, 1],
      [1, 0],
      [5, 5],
      [5, 6],
      [9, 0],
      [9, 1.5],
    ];
    const expected = [0.8656033, 0.82082684, 0.8226698, 0.82932528, 0.84885013, 0.77964228, 0.73535336];
    silhouettes(points, [0, 0, 0, 1, 1, 2, 2], 3).forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i]!, 7);
    });
    expect(adjustedRandIndex([0, 0, 1, 1, 2, 2, 2], [1, 1, 0, 0, 0, 2, 2])).toBeCloseTo(0.475, 12);
    expect(adjustedRandIndex([0, 0, 1], [5, 5, 9])).toBe(1);
  });

  it('all point to three heaps', () => {
    const diagnostics = diagnoseClusters(heaps().points, { most: 6, seed: 1, starts: 5 });
    const three = diagnostics.find((entry) => entry.clusters === 3)!;
    expect(three).toMatchObject({ isElbow: true, isBestSilhouette: true });
    expect(three.silhouette).toBeGreaterThan(0.8);
    expect(three.stability).toBeGreaterThan(0.9);
  });

  it('has no elbow with fewer than three numbers', () => {
    expect(elbowOf([5, 3])).toBe(-1);
  });
});

describe('personas', () => {
  it('go to the centroids that they describe, each to one', () => {
    const centroids = [...personas].reverse().map(({ profile }) => clusterFeatures.map((name) => profile[name] ?? 0));
    expect(assignPersonas(centroids, clusterFeatures)).toEqual([4, 3, 2, 1, 0]);
  });

  it('are not given where there are too few tracks, or too few different ones', () => {
    const matrix = (rows: number) => ({
      names: clusterFeatures,
      rows,
      columns: clusterFeatures.map(() => new Float64Array(rows)),
    });
    expect(clusterMusic(matrix(3), 30)).toBe('too few tracks: 3 of at least 30');
    expect(clusterMusic(matrix(40), 30)).toBe('too few different tracks: 1 of at least 5');
  });
});
