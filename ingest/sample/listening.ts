import { sampleCatalogue } from './catalogue.js';
import { type PlannedSession, planDay } from './day-rhythm.js';
import { catalogueLibrary, type LibraryTrack, otherLibrary } from './library.js';
import { SeededRandom } from './random.js';

/** A play of the invented listener. */
export interface SamplePlay {
  readonly endedAt: Date;
  readonly track: LibraryTrack;
  readonly msPlayed: number;
  readonly contextType: string;
  readonly contextUri: string;
  readonly reasonStart: string;
  readonly reasonEnd: string;
  readonly shuffle: boolean;
  readonly skipped: boolean;
  readonly offline: boolean;
}

/** A podcast episode that the invented listener heard. */
export interface SampleEpisode {
  readonly endedAt: Date;
  readonly episodeName: string;
  readonly showName: string;
  readonly episodeUri: string;
  readonly msPlayed: number;
}

export interface SampleListening {
  readonly plays: readonly SamplePlay[];
  readonly episodes: readonly SampleEpisode[];
}

/** The sample ends with this day, today and always. */
export const SAMPLE_LAST_DAY = '2025-06-30';
export const SAMPLE_DAYS = 90;

const DAY_MS = 86_400_000;
const CATALOGUE_SHARE = 0.65;
const SHOW = 'The Sample Hour';

/**
 * One invented listener over 90 days, about 1,500 plays: a daily and weekly rhythm, sittings, skips, repeats, favourites,
 * and new tracks as time goes by. Two plays in three are of tracks in the sample catalogue. The same on every machine.
 */
export function sampleListening(): SampleListening {
  const random = new SeededRandom(4_711);
  const known = catalogueLibrary(random, sampleCatalogue());
  const others = otherLibrary(random);
  const plays: SamplePlay[] = [];
  const episodes: SampleEpisode[] = [];
  const last = Date.parse(`${SAMPLE_LAST_DAY}T00:00:00Z`);
  let now = 0;
  for (let day = 0; day < SAMPLE_DAYS; day++) {
    const midnight = last - (SAMPLE_DAYS - 1 - day) * DAY_MS;
    const weekday = ((new Date(midnight).getUTCDay() + 6) % 7) + 1;
    // the library grows: favourites are there from the start, the rest is found on the way
    const found = 0.45 + (0.55 * day) / (SAMPLE_DAYS - 1);
    const libraries = [known, others].map((tracks) => tracks.slice(0, Math.round(tracks.length * found)));
    for (const session of planDay(random, midnight, weekday)) {
      now = Math.max(now + 60_000, session.startsAt);
      if (session.podcast) {
        now += random.integer(9, 24) * 60_000;
        episodes.push(inventEpisode(now, episodes.length + 1));
      }
      now = playSession(random, session, now, libraries[0]!, libraries[1]!, plays);
    }
  }
  // the last session may run past midnight
  const end = last + DAY_MS;
  return { plays: plays.filter((play) => play.endedAt.getTime() < end), episodes };
}

/** Adds the plays of one sitting; returns the time at which it ends. */
function playSession(
  random: SeededRandom,
  session: PlannedSession,
  start: number,
  known: readonly LibraryTrack[],
  others: readonly LibraryTrack[],
  plays: SamplePlay[],
): number {
  let now = start;
  let track: LibraryTrack | undefined;
  let reasonStart = 'clickrow';
  const uri = `spotify:${session.contextType}:SAMPLE${String(random.integer(0, 11)).padStart(16, '0')}`;
  const offline = random.chance(0.06);
  for (let count = 0; count < session.tracks; count++) {
    const again: boolean = track !== undefined && random.chance(0.05);
    if (!again) track = choose(random, session, random.chance(CATALOGUE_SHARE) ? known : others);
    const skipped = !again && random.chance(0.16);
    const ends = count === session.tracks - 1 && random.chance(0.4);
    const share = skipped ? random.between(0.02, 0.4) : ends ? random.between(0.4, 0.95) : 1;
    const msPlayed = Math.round(track!.durationMs * share);
    now += msPlayed;
    const reasonEnd = skipped ? 'fwdbtn' : ends ? 'endplay' : 'trackdone';
    plays.push({
      endedAt: new Date(now),
      track: track!,
      msPlayed,
      contextType: session.contextType,
      contextUri: uri,
      reasonStart,
      reasonEnd,
      shuffle: session.shuffle,
      skipped,
      offline,
    });
    now += random.integer(200, 4_000);
    reasonStart = skipped ? 'fwdbtn' : 'trackdone';
  }
  return now;
}

/** Of five tracks that come to mind, favourites before others, the one that fits the hour best. */
function choose(random: SeededRandom, session: PlannedSession, tracks: readonly LibraryTrack[]): LibraryTrack {
  let best: LibraryTrack | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (let draw = 0; draw < 5; draw++) {
    const track = random.pickSkewed(tracks);
    const energy = track.energy - session.wantedEnergy;
    const valence = track.valence - session.wantedValence;
    const distance = energy * energy + valence * valence;
    if (distance < bestDistance) {
      best = track;
      bestDistance = distance;
    }
  }
  return best!;
}

function inventEpisode(endedAt: number, number: number): SampleEpisode {
  return {
    endedAt: new Date(endedAt),
    episodeName: `Sample episode ${number}`,
    showName: SHOW,
    episodeUri: `spotify:episode:SAMPLE${String(number).padStart(16, '0')}`,
    msPlayed: 600_000 + ((number * 7_919) % 600) * 1_000,
  };
}
