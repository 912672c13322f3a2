/** A row of the Kaggle Spotify tracks data set, typed and otherwise as delivered. */
export interface CatalogueRow {
  /** 1 for the first data row of the file */
  readonly row_number: number;
  readonly track_id: string;
  /** names separated by `;` */
  readonly artists: string;
  readonly album_name: string;
  readonly track_name: string;
  /** 0–100 */
  readonly popularity: number;
  /** milliseconds */
  readonly duration_ms: number;
  readonly explicit: boolean;
  readonly danceability: number;
  readonly energy: number;
  /** pitch class 0–11, −1 where none was found */
  readonly key: number;
  /** dB */
  readonly loudness: number;
  /** 1 major, 0 minor */
  readonly mode: number;
  readonly speechiness: number;
  readonly acousticness: number;
  readonly instrumentalness: number;
  readonly liveness: number;
  readonly valence: number;
  /** BPM; 0 where unknown */
  readonly tempo: number;
  /** beats in a bar; 0 where unknown */
  readonly time_signature: number;
  readonly track_genre: string;
}

/** A row that is not taken in, with every reason. */
export interface RejectedRow {
  readonly row_number: number;
  /** reasons, separated by `; ` */
  readonly reason: string;
  /** the row as it stands in the file, at most 4,000 characters of it */
  readonly raw_line: string;
}

/** Columns of the file (beside the index column), in the data set's own order. */
export const CATALOGUE_COLUMNS = [
  'track_id',
  'artists',
  'album_name',
  'track_name',
  'popularity',
  'duration_ms',
  'explicit',
  'danceability',
  'energy',
  'key',
  'loudness',
  'mode',
  'speechiness',
  'acousticness',
  'instrumentalness',
  'liveness',
  'valence',
  'tempo',
  'time_signature',
  'track_genre',
] as const;

export type CatalogueColumn = (typeof CATALOGUE_COLUMNS)[number];
