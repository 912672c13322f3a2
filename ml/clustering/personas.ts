/** Names for clusters of music, each with what it stands for, in standard deviations from the average track. */
export interface Persona {
  readonly name: string;
  readonly description: string;
  readonly profile: { readonly [feature: string]: number };
}

/** The names speak of the music, not of anyone who listens to it. */
export const personas: readonly Persona[] = [
  {
    name: 'Bright & Energetic',
    description: 'cheerful, danceable and lively music',
    profile: { valence: 1, danceability: 0.8, energy: 0.5 },
  },
  {
    name: 'Dark & Intense',
    description: 'fast, loud and less cheerful music',
    profile: { energy: 1, valence: -0.8, danceability: -0.6, loudness: 0.5, acousticness: -0.5, tempo: 0.4 },
  },
  {
    name: 'Calm & Acoustic',
    description: 'quiet, mostly acoustic music with vocals',
    profile: { acousticness: 1.3, energy: -1.1, loudness: -0.5, instrumentalness: -0.4 },
  },
  {
    name: 'Instrumental & Atmospheric',
    description: 'music without vocals, often quiet and less cheerful',
    profile: { instrumentalness: 1.8, valence: -0.7, loudness: -0.8 },
  },
  {
    name: 'Spoken & Live',
    description: 'recordings with much speech or with an audience',
    profile: { speechiness: 2, liveness: 1.5 },
  },
];

/**
 * Gives every cluster a persona so that names and centroids fit best on the whole: of all one-to-one assignments the one with the highest
 * sum of cosines (the first of equals). Fewer clusters than personas leave some names unused.
 * @param centroids standardised, at most as many as personas
 * @returns for every cluster the position of its persona
 */
export function assignPersonas(centroids: readonly (readonly number[])[], features: readonly string[]): number[] {
  const fit = centroids.map((centroid) =>
    personas.map(({ profile }) => {
      let dot = 0;
      let length = 0;
      for (const [feature, value] of Object.entries(profile)) {
        dot += value * (centroid[features.indexOf(feature)] ?? 0);
        length += value * value;
      }
      const size = Math.hypot(...centroid);
      return size > 0 ? dot / (Math.sqrt(length) * size) : 0;
    }),
  );
  let best: number[] = [];
  let highest = Number.NEGATIVE_INFINITY;
  const search = (chosen: number[], sum: number): void => {
    if (chosen.length === centroids.length) {
      if (sum > highest + 1e-12) {
        highest = sum;
        best = [...chosen];
      }
      return;
    }
    personas.forEach((_, p) => {
      if (!chosen.includes(p)) search([...chosen, p], sum + fit[chosen.length]![p]!);
    });
  };
  search([], 0);
  return best;
}
