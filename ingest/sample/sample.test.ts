import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { CATALOGUE_COLUMNS } from '../kaggle/catalogue-row.js';
import { parseCatalogueRow } from '../kaggle/parse-row.js';
import { sampleCatalogue } from './catalogue.js';
import { sampleListening } from './listening.js';

function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  const product = mean(a.map((value, index) => (value - meanA) * (b[index]! - meanB)));
  return (
    product / Math.sqrt(mean(a.map((value) => (value - meanA) ** 2)) * mean(b.map((value) => (value - meanB) ** 2)))
  );
}

const countBy = <T>(items: readonly T[], key: (item: T) => string | number): Map<string | number, number> => {
  const counts = new Map<string | number, number>();
  for (const item of items) counts.set(key(item), (counts.get(key(item)) ?? 0) + 1);
  return counts;
};

describe('the sample catalogue', () => {
  const rows = sampleCatalogue();

  it('is the same on every machine and on every day', () => {
    expect(sampleCatalogue()).toEqual(rows);
    expect(hash('sha256', JSON.stringify(rows))).toBe(
      '89582f2e6f2c3d1f93faef4333425f6f984e9896ef5050be9064b2ef66ef2760',
    );
  });

  it('has 4,000 tracks of forty genres, one in twenty under a second genre, each track with its own names', () => {
    const tracks = countBy(rows, (row) => row.track_id);
    expect(tracks.size).toBe(4_000);
    expect(countBy(rows, (row) => row.track_genre).size).toBe(40);
    expect((rows.length - 4_000) / 4_000).toBeGreaterThan(0.04);
    expect((rows.length - 4_000) / 4_000).toBeLessThan(0.06);
    expect(Math.max(...tracks.values())).toBe(2);
    expect(countBy(rows, (row) => `${row.track_id}${row.track_genre}`).size).toBe(rows.length);
    expect(rows.map((row) => row.row_number)).toEqual(rows.map((_, index) => index + 1));
    expect(rows.every((row) => row.track_id.startsWith('SAMPLE'))).toBe(true);
  });

  it('passes the rules of the Kaggle file', () => {
    const positions = Object.fromEntries(CATALOGUE_COLUMNS.map((name, index) => [name, index]));
    const header = { width: CATALOGUE_COLUMNS.length, positions: positions as never };
    for (const row of rows) {
      const fields = CATALOGUE_COLUMNS.map((name) =>
        name === 'explicit' ? (row.explicit ? 'True' : 'False') : String(row[name]),
      );
      expect(parseCatalogueRow(fields, header, row.row_number)).toEqual(row);
    }
  });

  it('has features that go together as in real music', () => {
    const of = (name: 'energy' | 'loudness' | 'acousticness' | 'danceability' | 'valence') =>
      rows.map((row) => row[name]);
    expect(correlation(of('energy'), of('loudness'))).toBeGreaterThan(0.6);
    expect(correlation(of('energy'), of('acousticness'))).toBeLessThan(-0.5);
    expect(correlation(of('danceability'), of('valence'))).toBeGreaterThan(0.3);
  });
});

describe('the sample listener', () => {
  const { plays, episodes } = sampleListening();

  it('is the same on every machine and on every day', () => {
    expect(sampleListening().plays).toEqual(plays);
    expect(hash('sha256', JSON.stringify({ plays, episodes }))).toBe(
      '3331e012a97aeaeb19b696dbad6f8bad4a52163d55a0274b3375c80b5cdc561c',
    );
  });

  it('plays about 1,500 tracks within 90 days that end on 30 June 2025, one after the other', () => {
    expect(plays.length).toBeGreaterThan(1_400);
    expect(plays.length).toBeLessThan(1_600);
    expect(plays[0]!.endedAt.getTime()).toBeGreaterThan(Date.parse('2025-04-02T00:00:00Z'));
    expect(plays.at(-1)!.endedAt.toISOString().slice(0, 10)).toBe('2025-06-30');
    for (let index = 1; index < plays.length; index++) {
      const play = plays[index]!;
      expect(play.endedAt.getTime() - play.msPlayed).toBeGreaterThan(plays[index - 1]!.endedAt.getTime());
    }
  });

  it('two plays in three are of catalogue tracks', () => {
    const catalogue = new Set(sampleCatalogue().map((row) => row.track_id));
    const share = plays.filter((play) => catalogue.has(play.track.trackId)).length / plays.length;
    expect(share).toBeGreaterThan(0.6);
    expect(share).toBeLessThan(0.7);
  });

  it('has a rhythm, favourites, skips and repeats', () => {
    const hours = countBy(plays, (play) => play.endedAt.getUTCHours());
    const between = (from: number, to: number) =>
      [...hours].reduce((sum, [hour, n]) => (+hour >= from && +hour < to ? sum + n : sum), 0);
    expect(between(1, 6)).toBeLessThan(30);
    expect(between(17, 24)).toBeGreaterThan(600);
    const favourites = [...countBy(plays, (play) => play.track.trackId).values()].sort((a, b) => b - a);
    expect(favourites[0]).toBeGreaterThan(30);
    expect(favourites.length).toBeGreaterThan(150);
    const skipped = plays.filter((play) => play.skipped).length / plays.length;
    expect(skipped).toBeGreaterThan(0.1);
    expect(skipped).toBeLessThan(0.25);
    expect(plays.some((play, index) => play.track === plays[index - 1]?.track)).toBe(true);
    expect(plays.every((play) => play.msPlayed > 0 && play.msPlayed <= play.track.durationMs)).toBe(true);
  });

  it('mornings are livelier than late nights', () => {
    const mean = (hours: readonly number[]) => {
      const some = plays.filter((play) => hours.includes(play.endedAt.getUTCHours()));
      return some.reduce((sum, play) => sum + play.track.energy, 0) / some.length;
    };
    expect(mean([7, 8]) - mean([23, 0])).toBeGreaterThan(0.1);
  });

  it('hears a podcast now and then', () => {
    expect(episodes.length).toBeGreaterThan(10);
    expect(episodes.every((episode) => episode.showName.includes('Sample'))).toBe(true);
  });
});
