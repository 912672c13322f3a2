/** Continuous features that say how music sounds, in the order of the seed `audio_features`. */
export const audioFeatures = [
  'danceability',
  'energy',
  'loudness',
  'speechiness',
  'acousticness',
  'instrumentalness',
  'liveness',
  'valence',
  'tempo',
] as const;

/** Everything numeric that is known of catalogue tracks and of played tracks. */
export const audioColumns = [...audioFeatures, 'key', 'mode', 'time_signature', 'duration_ms'] as const;
