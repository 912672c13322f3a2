import type { CatalogueRow } from '../kaggle/catalogue-row.js';
import { inventTitle, sampleTrackId } from './catalogue.js';
import { albumName, artistName } from './names.js';
import type { SeededRandom } from './random.js';

/** A track in the listener's library. */
export interface LibraryTrack {
  readonly trackId: string;
  readonly trackName: string;
  readonly artistName: string;
  readonly albumName: string;
  readonly durationMs: number;
  /** 0 calm … 1 lively; decides when it is played */
  readonly energy: number;
  readonly valence: number;
}

const TASTE = ['indie-pop', 'synth-pop', 'alt-rock', 'folk', 'jazz', 'chill', 'funk', 'ambient', 'soul'];
const CATALOGUE_TRACKS = 250;
const OTHER_TRACKS = 140;

/** What the listener knows: tracks of the catalogue, in some genres of taste, favourites first. */
export function catalogueLibrary(random: SeededRandom, catalogue: readonly CatalogueRow[]): LibraryTrack[] {
  const candidates = new Map(
    catalogue.filter((row) => TASTE.includes(row.track_genre)).map((row) => [row.track_id, row] as const),
  );
  const pool = [...candidates.values()];
  const chosen = new Map<string, LibraryTrack>();
  while (chosen.size < CATALOGUE_TRACKS) {
    const row = random.pick(pool);
    chosen.set(row.track_id, {
      trackId: row.track_id,
      trackName: row.track_name,
      artistName: row.artists.split(';')[0]!,
      albumName: row.album_name,
      durationMs: row.duration_ms,
      energy: row.energy,
      valence: row.valence,
    });
  }
  return [...chosen.values()];
}

/** Tracks that the catalogue does not have, so that no measured features exist for them. */
export function otherLibrary(random: SeededRandom): LibraryTrack[] {
  const artists = Array.from({ length: 35 }, () => artistName(random));
  const titles = new Set<string>();
  return Array.from({ length: OTHER_TRACKS }, (_, index) => {
    const artist = random.pickSkewed(artists);
    return {
      trackId: sampleTrackId(900_000 + index),
      trackName: inventTitle(random, titles, artist),
      artistName: artist,
      albumName: albumName(random),
      durationMs: Math.round(Math.max(70_000, random.normal(215_000, 45_000))),
      energy: Math.min(1, Math.max(0, random.normal(0.55, 0.2))),
      valence: Math.min(1, Math.max(0, random.normal(0.5, 0.2))),
    };
  });
}
