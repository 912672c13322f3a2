import type { CatalogueRow } from '../kaggle/catalogue-row.js';
import { type GenreProfile, SAMPLE_GENRES } from './genres.js';
import { albumName, artistName, trackTitle } from './names.js';
import { SeededRandom } from './random.js';

const TRACKS = 4_000;
const SHARE_IN_SECOND_GENRE = 0.05;

/**
 * An invented catalogue in the columns of the Kaggle data set: 4,000 tracks of forty genres, one in twenty listed under a
 * second genre as well. The same on every machine and on every day.
 */
export function sampleCatalogue(): CatalogueRow[] {
  const random = new SeededRandom(20_250_630);
  const titles = new Set<string>();
  const rows: Omit<CatalogueRow, 'row_number'>[] = [];
  let number = 0;
  const perGenre = TRACKS / SAMPLE_GENRES.length;
  for (const [index, genre] of SAMPLE_GENRES.entries()) {
    const names = Array.from({ length: 18 }, () => artistName(random));
    for (let count = 0; count < perGenre; count++) {
      const lead = random.pickSkewed(names);
      const guest = random.chance(0.12) ? random.pick(names) : lead;
      const title = inventTitle(random, titles, lead);
      const artists = guest === lead ? lead : `${lead};${guest}`;
      const track = inventTrack(random, genre, sampleTrackId(number++), artists, title);
      rows.push(track);
      if (random.chance(SHARE_IN_SECOND_GENRE)) {
        const other = SAMPLE_GENRES[(index + random.integer(1, SAMPLE_GENRES.length - 1)) % SAMPLE_GENRES.length]!;
        rows.push({ ...track, track_genre: other.name });
      }
    }
  }
  rows.sort((a, b) => (a.track_genre < b.track_genre ? -1 : a.track_genre > b.track_genre ? 1 : 0));
  return rows.map((row, index) => ({ row_number: index + 1, ...row }));
}

/** An id with the form of Spotify's (22 letters and digits) that shows what it is. */
export function sampleTrackId(number: number): string {
  return `SAMPLE${String(number).padStart(16, '0')}`;
}

/** A title that the artist has not used yet. */
export function inventTitle(random: SeededRandom, used: Set<string>, artist: string): string {
  for (;;) {
    const title = trackTitle(random);
    const key = `${artist}\u001f${title}`;
    if (used.has(key)) continue;
    used.add(key);
    return title;
  }
}

/** Invents a track's figures: louder where there is more energy, less acoustic too, happier where it is danceable. */
export function inventTrack(
  random: SeededRandom,
  genre: GenreProfile,
  id: string,
  artists: string,
  title: string,
): Omit<CatalogueRow, 'row_number'> {
  const energy = share(random.normal(genre.energy, 0.13));
  const danceability = share(random.normal(genre.danceability, 0.12));
  const valence = share(random.normal(genre.valence + 0.5 * (danceability - genre.danceability), 0.19));
  const instrumental = random.chance(genre.instrumental);
  const beatless = genre.name === 'sleep' && random.chance(0.15); // as in the real data: tempo 0 means unknown
  const signature = random.next();
  return {
    track_id: id,
    artists,
    album_name: albumName(random),
    track_name: title,
    popularity: Math.min(100, Math.max(0, Math.round(random.normal(33, 20)))),
    duration_ms: Math.round(Math.max(65_000, random.normal(222_000, 52_000))),
    explicit: random.chance(genre.explicit),
    danceability,
    energy,
    key: random.integer(0, 11),
    loudness: round(Math.min(1.5, Math.max(-45, random.normal(-3.5 - 17 * (1 - energy) * (1 - energy * 0.35), 1.7)))),
    mode: random.chance(0.64) ? 1 : 0,
    speechiness: share(Math.abs(random.normal(genre.speechiness, genre.speechiness * 0.6)) + 0.023),
    acousticness: share(random.normal(1.02 - 1.1 * energy, 0.17)),
    instrumentalness: instrumental
      ? share(random.between(0.35, 0.96))
      : round(0.05 * cube(random.next()) * random.next(), 6),
    liveness: share(0.06 + 0.75 * cube(random.next())),
    valence,
    tempo: beatless
      ? 0
      : round(Math.min(215, Math.max(52, random.normal(genre.tempo + 18 * (energy - genre.energy), 24)))),
    time_signature: beatless ? 0 : signature < 0.9 ? 4 : signature < 0.98 ? 3 : signature < 0.99 ? 5 : 1,
    track_genre: genre.name,
  };
}

function cube(value: number): number {
  return value * value * value;
}

function share(value: number): number {
  return round(Math.min(0.995, Math.max(0.001, value)));
}

function round(value: number, digits = 3): number {
  return Number(value.toFixed(digits));
}
