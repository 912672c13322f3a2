import { IngestError } from '../input/ingest-error.js';
import { nearestName } from '../input/nearest-name.js';
import type { AudioFeatures } from './feature-ranges.js';

/** Names that versions of Exportify have given to a column, the newest first. */
const IDENTITY_COLUMNS = {
  uri: ['Track URI', 'Spotify URI', 'Spotify ID', 'Spotify Track Id', 'Track ID'],
  title: ['Track Name'],
  artists: ['Artist Name(s)', 'Artist Name'],
  duration: ['Duration (ms)', 'Track Duration (ms)'],
} as const;

const FEATURE_COLUMNS: Readonly<Record<keyof AudioFeatures, string>> = {
  danceability: 'Danceability',
  energy: 'Energy',
  key: 'Key',
  loudness: 'Loudness',
  mode: 'Mode',
  speechiness: 'Speechiness',
  acousticness: 'Acousticness',
  instrumentalness: 'Instrumentalness',
  liveness: 'Liveness',
  valence: 'Valence',
  tempo: 'Tempo',
  time_signature: 'Time Signature',
};

/** Where each column stands in an Exportify CSV. */
export interface ExportifyHeader {
  readonly width: number;
  readonly uri: number;
  readonly title: number;
  readonly artists: number;
  /** −1 where the file has none */
  readonly duration: number;
  readonly features: Readonly<Record<keyof AudioFeatures, number>>;
}

/**
 * Finds Exportify's columns, in any order, in the spelling of its newer and older versions. Other columns are passed over.
 *
 * @throws IngestError when the file is not from Exportify or was exported without audio features
 */
export function readExportifyHeader(fields: readonly string[], file: string, line: number): ExportifyHeader {
  const positions = new Map(fields.map((field, position) => [field.trim().toLowerCase(), position]));
  const find = (names: readonly string[]): number => {
    const name = names.find((each) => positions.has(each.toLowerCase()));
    return name === undefined ? -1 : positions.get(name.toLowerCase())!;
  };
  const required = (names: readonly string[]): number => {
    const position = find(names);
    if (position !== -1) return position;
    const near = nearestName(names[0]!, fields);
    throw new IngestError(file, `the header has no column "${names[0]}"`, {
      line,
      hint:
        near === undefined ? 'is this a CSV from Exportify?' : `"${near}" stands there: did you mean "${names[0]}"?`,
    });
  };
  const identity = {
    uri: required(IDENTITY_COLUMNS.uri),
    title: required(IDENTITY_COLUMNS.title),
    artists: required(IDENTITY_COLUMNS.artists),
    duration: find(IDENTITY_COLUMNS.duration),
  };
  const names = Object.entries(FEATURE_COLUMNS) as [keyof AudioFeatures, string][];
  if (names.every(([, name]) => find([name]) === -1)) {
    throw new IngestError(file, 'the file has no audio features', {
      line,
      hint: 'turn on "Include track audio features" in Exportify and export again',
    });
  }
  const features = Object.fromEntries(names.map(([key, name]) => [key, required([name])]));
  return { width: fields.length, ...identity, features: features as Record<keyof AudioFeatures, number> };
}
