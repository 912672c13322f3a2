import { createHash } from 'node:crypto';
import { audioColumns, audioFeatures } from '../features/audio-features.js';
import { type FeatureMatrix, featureMatrix, toNumbers } from '../features/feature-matrix.js';
import { featureRanges } from '../features/feature-ranges.js';
import { checkRanges } from '../features/out-of-range-error.js';
import { groupRows } from '../validation/group-folds.js';
import { moods, type TargetName } from './variants.js';

/** Table columns of equal length, as a query gives them. */
export interface Table {
  readonly length: number;
  readonly columns: { readonly [name: string]: ArrayLike<unknown> };
}

/** Rows to learn from, or to be scored on. */
export interface LabelledRows {
  readonly rows: number;
  readonly keys: readonly string[];
  readonly matrix: FeatureMatrix;
  /** values per target; moods by their number */
  readonly targets: Readonly<Record<TargetName, Float64Array>>;
  /** artist (and recordings under several names) that must not be torn apart; 0 … without gaps */
  readonly groups: Int32Array;
  /** genres of each row; empty where there are none */
  readonly genres: readonly (readonly string[])[];
}

/** The catalogue without what must not be learned from. */
export interface TrainingRows extends LabelledRows {
  /** tracks left out because they were played */
  readonly excludedPlayed: number;
  /** tracks left out because valence or energy is missing */
  readonly excludedIncomplete: number;
  /** rows come from the sample catalogue */
  readonly isSample: boolean;
  /** SHA-256 over keys and features */
  readonly checksum: string;
}

/** What tells that a catalogue track was played. */
export interface PlayedTracks {
  readonly keys: ReadonlySet<string>;
  readonly songKeys: ReadonlySet<string>;
  readonly fingerprints: ReadonlySet<string>;
}

/**
 * Which tracks were played: by key, by song (artist and title), by the catalogue track that a play was matched to, and by identical
 * features, so that no recording is both learned and tested.
 * @param tables with track_key, song_key, catalogue_track_id, and features where there are any
 */
export function playedTracks(tables: readonly Table[]): PlayedTracks {
  const keys = new Set<string>();
  const songKeys = new Set<string>();
  const fingerprints = new Set<string>();
  for (const { columns, length } of tables) {
    for (const key of [...texts(columns.track_key), ...texts(columns.catalogue_track_id)]) keys.add(key);
    for (const key of texts(columns.song_key)) songKeys.add(key);
    if (columns.valence === undefined) continue;
    const matrix = featureMatrix(columns, audioFeatures);
    for (let row = 0; row < length; row++) {
      const print = fingerprint(matrix, row);
      if (print !== null) fingerprints.add(print);
    }
  }
  return { keys, songKeys, fingerprints };
}

/** Genres by track, of a table with track_key and genre. */
export function labelledGenres(table: Table): Map<string, string[]> {
  const genres = new Map<string, string[]>();
  for (let row = 0; row < table.length; row++) {
    const key = String(table.columns.track_key![row]);
    const known = genres.get(key);
    if (known === undefined) genres.set(key, [String(table.columns.genre![row])]);
    else known.push(String(table.columns.genre![row]));
  }
  return genres;
}

/**
 * The catalogue's tracks that were not played and have valence and energy.
 * @param tracks columns of tracks_with_features, ordered by track_key
 * @throws {OutOfRangeError} when a feature is out of its range
 */
export function trainingRows(
  tracks: Table,
  genres: ReadonlyMap<string, readonly string[]>,
  played: PlayedTracks,
): TrainingRows {
  const { columns } = tracks;
  const all = featureMatrix(columns, audioColumns);
  const kept: number[] = [];
  const prints: string[] = [];
  let excludedPlayed = 0;
  let excludedIncomplete = 0;
  for (let row = 0; row < tracks.length; row++) {
    const print = fingerprint(all, row);
    const key = String(columns.track_key![row]);
    const id = text(columns.track_id?.[row]);
    const song = text(columns.song_key?.[row]);
    const wasPlayed =
      played.keys.has(key) ||
      (id !== null && played.keys.has(id)) ||
      (song !== null && played.songKeys.has(song)) ||
      (print !== null && played.fingerprints.has(print));
    if (wasPlayed) excludedPlayed++;
    else if (text(columns.mood![row]) === null) excludedIncomplete++;
    else {
      kept.push(row);
      prints.push(print ?? `row ${row}`);
    }
  }
  const labelled = labelRows(tracks, kept, 'lead_artist', prints, genres);
  checkRanges(
    labelled.matrix,
    labelled.matrix.names.map((name) => featureRanges[name]!),
  );
  const hash = createHash('sha256').update(labelled.keys.join('\n'));
  for (const column of labelled.matrix.columns) hash.update(new Uint8Array(column.buffer, 0, column.byteLength));
  return {
    ...labelled,
    excludedPlayed,
    excludedIncomplete,
    isSample: kept.some((row) => columns.is_sample?.[row] === true),
    checksum: hash.digest('hex'),
  };
}

/** Rows of a table with their targets; `rows` must have valence, energy and mood. */
export function labelRows(
  table: Table,
  rows: readonly number[],
  artistColumn: string,
  fingerprints: readonly string[],
  genres: ReadonlyMap<string, readonly string[]> = new Map(),
  names: readonly string[] = audioColumns,
): LabelledRows {
  const pick = (name: string) => rows.map((row) => table.columns[name]![row]);
  const matrix = featureMatrix(Object.fromEntries(names.map((name) => [name, pick(name)])), names);
  const keys = pick('track_key').map(String);
  return {
    rows: rows.length,
    keys,
    matrix,
    targets: {
      valence: toNumbers(pick('valence')),
      energy: toNumbers(pick('energy')),
      mood: Float64Array.from(pick('mood'), (mood) => moods.indexOf(mood as (typeof moods)[number])),
    },
    groups: groupRows(pick(artistColumn).map(text), fingerprints),
    genres: keys.map((key) => genres.get(key) ?? []),
  };
}

/** The continuous features in one text; null where all are missing. */
export function fingerprint(matrix: FeatureMatrix, row: number): string | null {
  let known = false;
  const parts = audioFeatures.map((name) => {
    const value = matrix.columns[matrix.names.indexOf(name)]![row]!;
    if (!Number.isNaN(value)) known = true;
    return value;
  });
  return known ? parts.join(' ') : null;
}

function text(value: unknown): string | null {
  return value === null || value === undefined || value === '' ? null : String(value);
}

function texts(column: ArrayLike<unknown> | undefined): string[] {
  return Array.from(column ?? []).flatMap((value) => text(value) ?? []);
}
