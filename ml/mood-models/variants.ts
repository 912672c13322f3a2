/** The five moods, in the order in which classifiers number them. */
export const moods = ['Happy_Energetic', 'Happy_Calm', 'Sad_Energetic', 'Sad_Calm', 'Neutral'] as const;

export type ModelName = 'mood_predictions' | 'energy_forecasts' | 'mood_classifications';
export type Algorithm = 'random_forest' | 'linear_regression' | 'gradient_boosting';
export type TargetName = 'valence' | 'energy' | 'mood';

/** A model as it is trained and reported: which algorithm sees which features. */
export interface Variant {
  readonly modelName: ModelName;
  readonly algorithm: Algorithm;
  readonly featureSet: string;
  readonly target: TargetName;
  readonly features: readonly string[];
  /** what the table of predictions shows */
  readonly isPublished: boolean;
  /** adds the mean target of the track's genres, learned inside the folds; plays have no genre, so such a variant is scored on the catalogue only */
  readonly usesGenre: boolean;
  /** trained on catalogue tracks, or on plays */
  readonly basis: 'catalogue' | 'events';
}

/** Time of a play. Catalogue tracks have none, so these appear in variants trained on plays only. */
export const timeFeatures = ['hour_of_day', 'day_of_week', 'is_weekend'] as const;

const targetOf: Record<ModelName, TargetName> = {
  mood_predictions: 'valence',
  energy_forecasts: 'energy',
  mood_classifications: 'mood',
};

const further = ['loudness', 'speechiness', 'liveness', 'key', 'mode', 'time_signature', 'duration_ms'];

/**
 * `original_*` are the feature lists of the system that this project follows: its audio features alone where training rows are catalogue
 * tracks, all of them where training rows are plays. Valence and energy define the mood, so they are never features of a classifier.
 */
const features: Record<ModelName, { original: string[]; originalTime: string[]; full: string[] }> = {
  mood_predictions: {
    original: ['energy', 'tempo', 'danceability'],
    originalTime: ['hour_of_day', 'day_of_week', 'is_weekend'],
    full: ['energy', 'tempo', 'danceability', 'acousticness', 'instrumentalness', ...further],
  },
  energy_forecasts: {
    original: ['tempo', 'danceability', 'acousticness'],
    originalTime: ['hour_of_day', 'day_of_week'],
    full: [
      'tempo',
      'danceability',
      'acousticness',
      'loudness',
      'valence',
      'instrumentalness',
      'speechiness',
      'liveness',
    ],
  },
  mood_classifications: {
    original: ['tempo', 'danceability', 'acousticness', 'instrumentalness'],
    originalTime: ['hour_of_day', 'day_of_week'],
    full: ['tempo', 'danceability', 'acousticness', 'instrumentalness', ...further],
  },
};

function variant(
  modelName: ModelName,
  algorithm: Algorithm,
  featureSet: 'original_audio' | 'full_audio' | 'full_audio_genre' | 'original_events',
  isPublished = false,
): Variant {
  const lists = features[modelName];
  const chosen = {
    original_audio: lists.original,
    full_audio: lists.full,
    full_audio_genre: lists.full,
    original_events: [...lists.originalTime, ...lists.original],
  };
  return {
    modelName,
    algorithm,
    featureSet,
    target: targetOf[modelName],
    features: chosen[featureSet],
    isPublished,
    usesGenre: featureSet === 'full_audio_genre',
    basis: featureSet === 'original_events' ? 'events' : 'catalogue',
  };
}

export const variants: readonly Variant[] = [
  variant('mood_predictions', 'random_forest', 'full_audio', true),
  variant('mood_predictions', 'random_forest', 'original_audio'),
  variant('mood_predictions', 'linear_regression', 'original_audio'),
  variant('mood_predictions', 'gradient_boosting', 'full_audio'),
  variant('mood_predictions', 'gradient_boosting', 'full_audio_genre'),
  variant('mood_predictions', 'random_forest', 'original_events'),
  variant('energy_forecasts', 'linear_regression', 'full_audio', true),
  variant('energy_forecasts', 'linear_regression', 'original_audio'),
  variant('energy_forecasts', 'gradient_boosting', 'full_audio'),
  variant('energy_forecasts', 'linear_regression', 'original_events'),
  variant('mood_classifications', 'random_forest', 'full_audio', true),
  variant('mood_classifications', 'random_forest', 'original_audio'),
  variant('mood_classifications', 'gradient_boosting', 'full_audio'),
  variant('mood_classifications', 'random_forest', 'original_events'),
];

/** `mood_predictions.random_forest.full_audio` */
export function variantId(variant: Variant): string {
  return `${variant.modelName}.${variant.algorithm}.${variant.featureSet}`;
}
