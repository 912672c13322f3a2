import { parseBoolean } from '../csv/values.js';
import { FEATURE_RANGES, type NumberRange, numberInRange } from '../features/feature-ranges.js';
import type { CatalogueRow } from './catalogue-row.js';
import type { CatalogueHeader } from './header.js';

const POPULARITY: NumberRange = { minimum: 0, maximum: 100, integer: true };
const DURATION: NumberRange = { minimum: 1, maximum: 24 * 60 * 60 * 1000, integer: true };
const SPOTIFY_ID = /^[0-9A-Za-z]{22}$/;

/**
 * Types one row. Every field is looked at, so that a rejected row tells all that is wrong with it.
 *
 * @returns the row, or the reasons why it is none
 */
export function parseCatalogueRow(
  fields: readonly string[],
  header: CatalogueHeader,
  rowNumber: number,
): CatalogueRow | string[] {
  if (fields.length !== header.width) return [`${fields.length} columns instead of ${header.width}`];
  const at = header.positions;
  const reasons: string[] = [];
  const text = (name: 'artists' | 'album_name' | 'track_name' | 'track_genre'): string => {
    const value = fields[at[name]]!;
    if (value.trim() === '') reasons.push(`${name} is missing`);
    return value;
  };
  const number = (name: keyof typeof FEATURE_RANGES): number =>
    numberInRange(fields[at[name]]!, name, FEATURE_RANGES[name], reasons);

  const id = fields[at.track_id]!;
  if (id === '') reasons.push('track_id is missing');
  else if (!SPOTIFY_ID.test(id)) reasons.push('track_id is not a Spotify id (22 letters and digits)');
  const explicit = parseBoolean(fields[at.explicit]!);
  if (explicit === undefined)
    reasons.push(`explicit is neither True nor False: "${fields[at.explicit]!.slice(0, 40)}"`);

  const row: CatalogueRow = {
    row_number: rowNumber,
    track_id: id,
    artists: text('artists'),
    album_name: text('album_name'),
    track_name: text('track_name'),
    popularity: numberInRange(fields[at.popularity]!, 'popularity', POPULARITY, reasons),
    duration_ms: numberInRange(fields[at.duration_ms]!, 'duration_ms', DURATION, reasons),
    explicit: explicit ?? false,
    danceability: number('danceability'),
    energy: number('energy'),
    key: number('key'),
    loudness: number('loudness'),
    mode: number('mode'),
    speechiness: number('speechiness'),
    acousticness: number('acousticness'),
    instrumentalness: number('instrumentalness'),
    liveness: number('liveness'),
    valence: number('valence'),
    tempo: number('tempo'),
    time_signature: number('time_signature'),
    track_genre: text('track_genre'),
  };
  return reasons.length === 0 ? row : reasons;
}
