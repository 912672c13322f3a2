import type { SeededRandom } from './random.js';

/** One sitting. */
export interface PlannedSession {
  /** milliseconds since 1970, UTC */
  readonly startsAt: number;
  readonly tracks: number;
  /** what the listener is after: 0 calm … 1 lively */
  readonly wantedEnergy: number;
  readonly wantedValence: number;
  readonly contextType: 'playlist' | 'album' | 'artist' | 'collection';
  readonly shuffle: boolean;
  /** a podcast episode is heard first */
  readonly podcast: boolean;
}

/** hour, probability that the session happens, mean number of tracks, wanted energy, wanted valence */
type Habit = readonly [hour: number, probability: number, tracks: number, energy: number, valence: number];

const WORKDAY: readonly Habit[] = [
  [7.3, 0.72, 5, 0.7, 0.55],
  [12.4, 0.34, 4, 0.55, 0.55],
  [14.5, 0.42, 7, 0.45, 0.45],
  [17.6, 0.62, 6, 0.72, 0.6],
  [20.6, 0.55, 7, 0.5, 0.5],
  [22.9, 0.3, 6, 0.28, 0.3],
];
const WEEKEND: readonly Habit[] = [
  [9.8, 0.6, 7, 0.52, 0.65],
  [13.8, 0.45, 7, 0.6, 0.65],
  [16.9, 0.45, 6, 0.66, 0.65],
  [20.4, 0.6, 9, 0.78, 0.7],
  [23.4, 0.35, 7, 0.45, 0.4],
];

const HOUR_MS = 3_600_000;

/**
 * The sittings of one day: commutes and evenings on working days, long late sessions at weekends, some days without music.
 *
 * @param day midnight (UTC), milliseconds since 1970
 * @param weekday ISO: 1 Monday … 7 Sunday
 */
export function planDay(random: SeededRandom, day: number, weekday: number): PlannedSession[] {
  const weekend = weekday >= 6;
  const mood = random.normal(0, 0.07); // days differ
  if (random.chance(0.05)) return [];
  const sessions: PlannedSession[] = [];
  for (const [hour, probability, tracks, energy, valence] of weekend ? WEEKEND : WORKDAY) {
    if (!random.chance(probability)) continue;
    const context = random.next();
    sessions.push({
      startsAt: day + Math.round(random.normal(hour, 0.4) * 60) * 60_000 + random.integer(0, 59_999),
      tracks: Math.max(1, Math.round(random.normal(tracks, tracks * 0.35))),
      wantedEnergy: energy + mood,
      wantedValence: valence + mood + (weekday === 1 ? -0.06 : 0),
      contextType: context < 0.55 ? 'playlist' : context < 0.75 ? 'collection' : context < 0.9 ? 'album' : 'artist',
      shuffle: random.chance(0.55),
      podcast: !weekend && hour < 9 && random.chance(0.4),
    });
  }
  return sessions.filter((session) => session.startsAt < day + 24 * HOUR_MS);
}
