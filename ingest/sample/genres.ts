/** What the tracks of a genre are like, as means. */
export interface GenreProfile {
  readonly name: string;
  readonly energy: number;
  readonly valence: number;
  readonly danceability: number;
  /** share of tracks without vocals */
  readonly instrumental: number;
  /** BPM */
  readonly tempo: number;
  readonly speechiness: number;
  /** share of tracks with explicit words */
  readonly explicit: number;
}

const TABLE: readonly (readonly [string, number, number, number, number, number, number, number])[] = [
  ['acoustic', 0.4, 0.43, 0.55, 0.04, 116, 0.04, 0.02],
  ['afrobeat', 0.7, 0.7, 0.68, 0.3, 116, 0.08, 0.05],
  ['alt-rock', 0.73, 0.5, 0.52, 0.06, 124, 0.05, 0.08],
  ['ambient', 0.23, 0.17, 0.36, 0.85, 108, 0.04, 0],
  ['blues', 0.55, 0.56, 0.55, 0.08, 118, 0.05, 0.02],
  ['bossanova', 0.38, 0.55, 0.6, 0.25, 115, 0.05, 0],
  ['chill', 0.43, 0.4, 0.66, 0.3, 112, 0.09, 0.12],
  ['classical', 0.19, 0.3, 0.38, 0.7, 105, 0.05, 0],
  ['country', 0.66, 0.58, 0.57, 0.01, 124, 0.04, 0.03],
  ['dance', 0.75, 0.56, 0.68, 0.05, 121, 0.08, 0.15],
  ['deep-house', 0.7, 0.48, 0.73, 0.4, 122, 0.06, 0.04],
  ['disco', 0.71, 0.73, 0.68, 0.08, 119, 0.05, 0.01],
  ['drum-and-bass', 0.86, 0.39, 0.54, 0.45, 165, 0.09, 0.06],
  ['dub', 0.66, 0.6, 0.7, 0.3, 122, 0.09, 0.03],
  ['edm', 0.79, 0.43, 0.64, 0.15, 125, 0.08, 0.12],
  ['electro', 0.75, 0.52, 0.68, 0.25, 124, 0.08, 0.1],
  ['folk', 0.42, 0.44, 0.53, 0.06, 118, 0.04, 0.03],
  ['funk', 0.74, 0.67, 0.7, 0.1, 112, 0.1, 0.1],
  ['gospel', 0.58, 0.41, 0.48, 0.01, 115, 0.05, 0],
  ['guitar', 0.36, 0.33, 0.44, 0.7, 115, 0.05, 0],
  ['hard-rock', 0.86, 0.45, 0.48, 0.06, 128, 0.07, 0.08],
  ['hip-hop', 0.68, 0.55, 0.74, 0.01, 118, 0.16, 0.4],
  ['indie-pop', 0.58, 0.5, 0.59, 0.06, 121, 0.05, 0.1],
  ['jazz', 0.36, 0.51, 0.5, 0.2, 112, 0.05, 0.01],
  ['latin', 0.72, 0.63, 0.73, 0.01, 117, 0.1, 0.2],
  ['metal', 0.84, 0.42, 0.47, 0.1, 127, 0.08, 0.15],
  ['new-age', 0.21, 0.18, 0.35, 0.85, 104, 0.04, 0],
  ['opera', 0.3, 0.22, 0.32, 0.1, 105, 0.05, 0],
  ['piano', 0.28, 0.31, 0.45, 0.6, 110, 0.05, 0.02],
  ['pop', 0.61, 0.52, 0.64, 0.01, 119, 0.07, 0.12],
  ['punk', 0.85, 0.52, 0.49, 0.06, 137, 0.07, 0.18],
  ['reggae', 0.65, 0.66, 0.73, 0.02, 117, 0.11, 0.06],
  ['rock', 0.69, 0.53, 0.55, 0.03, 121, 0.05, 0.05],
  ['salsa', 0.72, 0.79, 0.66, 0.02, 117, 0.05, 0.01],
  ['singer-songwriter', 0.45, 0.42, 0.54, 0.02, 118, 0.04, 0.06],
  ['sleep', 0.29, 0.12, 0.17, 0.9, 80, 0.04, 0],
  ['soul', 0.5, 0.5, 0.6, 0.03, 112, 0.06, 0.06],
  ['synth-pop', 0.7, 0.52, 0.6, 0.12, 124, 0.05, 0.04],
  ['techno', 0.75, 0.33, 0.68, 0.7, 128, 0.07, 0.02],
  ['trip-hop', 0.6, 0.43, 0.61, 0.4, 110, 0.06, 0.06],
];

/** Forty of the data set's genres, with the rough character they have. */
export const SAMPLE_GENRES: readonly GenreProfile[] = TABLE.map(
  ([name, energy, valence, danceability, instrumental, tempo, speechiness, explicit]) => ({
    name,
    energy,
    valence,
    danceability,
    instrumental,
    tempo,
    speechiness,
    explicit,
  }),
);
