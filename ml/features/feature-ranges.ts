/** Lowest and highest value that a feature can have. Anything outside is in another unit, or in the wrong column. */
export interface FeatureRange {
  readonly minimum: number;
  readonly maximum: number;
}

const share: FeatureRange = { minimum: 0, maximum: 1 };

/** Ranges of everything that a model may be trained on: audio features in Spotify's units, time in local hours and ISO weekdays. */
export const featureRanges: { readonly [feature: string]: FeatureRange } = {
  danceability: share,
  energy: share,
  loudness: { minimum: -60, maximum: 5 },
  speechiness: share,
  acousticness: share,
  instrumentalness: share,
  liveness: share,
  valence: share,
  tempo: { minimum: 20, maximum: 260 },
  key: { minimum: -1, maximum: 11 },
  mode: { minimum: 0, maximum: 1 },
  time_signature: { minimum: 1, maximum: 12 },
  /** up to a day */
  duration_ms: { minimum: 0, maximum: 86_400_000 },
  genre_mean: share,
  hour_of_day: { minimum: 0, maximum: 23 },
  day_of_week: { minimum: 1, maximum: 7 },
  is_weekend: { minimum: 0, maximum: 1 },
};
