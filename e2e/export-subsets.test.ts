import { rmSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TempProject } from './temp-project.js';

const FOLDER = 'data/spotify-export';
const MODELS = [
  'spotify_export_plays',
  'spotify_export_episodes',
  'spotify_recent_plays',
  'repeated_plays',
  'listening_history_bronze',
  'episodes_history_bronze',
];
const SONGS = ['Déjà Vu', 'Hey Ya!', '24/7'];
const START = Date.parse('2024-03-01T10:00:00Z');

interface Play {
  /** seconds since START */
  readonly end: number;
  readonly title: string;
  readonly ms: number;
  readonly spoken: boolean;
}

interface ExportedFile {
  readonly name: string;
  readonly extended: boolean;
  readonly plays: readonly Play[];
}

/** A small generator of numbers (mulberry32): the same seed gives the same exports. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** One listener's plays within some minutes, often the same in all but the second, in files of both formats that overlap. */
function exportsOf(seed: number): ExportedFile[] {
  const below = numbers(seed);
  const plays = Array.from(
    { length: 60 },
    (): Play => ({
      end: below(8 * 60),
      title: SONGS[below(SONGS.length)]!,
      ms: [0, 1000, 1000, 30_000][below(4)]!,
      spoken: below(4) === 0,
    }),
  );
  return Array.from({ length: 6 }, (_, number): ExportedFile => {
    const extended = number % 2 === 0;
    const from = below(4 * 60);
    const held = plays.filter(({ end }) => end >= from && end < from + 300).sort(() => below(3) - 1);
    // some files tell a play oftener than others
    const doubled = held.flatMap((play) => (below(6) === 0 ? [play, play] : [play]));
    return { name: extended ? `endsong_${number}.json` : `old/history ${number}.json.gz`, extended, plays: doubled };
  });
}

function entryOf(play: Play, extended: boolean): object {
  const ts = new Date(START + play.end * 1000).toISOString();
  if (!extended) {
    const endTime = ts.slice(0, 16).replace('T', ' ');
    return play.spoken
      ? { endTime, podcastName: 'Show', episodeName: play.title, msPlayed: play.ms }
      : { endTime, artistName: 'BAND', trackName: play.title.normalize('NFD'), msPlayed: play.ms };
  }
  return {
    ts: `${ts.slice(0, 19)}Z`,
    ms_played: play.ms,
    ip_addr: '192.0.2.1',
    master_metadata_track_name: play.spoken ? null : play.title,
    master_metadata_album_artist_name: play.spoken ? null : 'Band',
    spotify_track_uri: play.spoken ? null : `spotify:track:${'0'.repeat(21)}${SONGS.indexOf(play.title)}`,
    episode_name: play.spoken ? play.title : null,
    episode_show_name: play.spoken ? 'Show' : null,
    spotify_episode_uri: play.spoken ? 'spotify:episode:e' : null,
  };
}

/** Ends of the plays that files of one format tell, by title: as often as the file says that has most of each. */
function told(files: readonly ExportedFile[], extended: boolean, spoken: boolean): Map<string, number[]> {
  const most = new Map<string, { title: string; end: number; count: number }>();
  for (const file of files.filter((each) => each.extended === extended)) {
    const counts = new Map<string, { title: string; end: number; count: number }>();
    // the account's podcasts are a file of their own, so nothing is lost by taking a file's kinds apart
    for (const play of file.plays.filter((each) => each.spoken === spoken)) {
      const end = extended ? play.end : play.end - (play.end % 60);
      const key = `${end} ${play.title} ${play.ms}`;
      counts.set(key, { title: play.title, end, count: (counts.get(key)?.count ?? 0) + 1 });
    }
    for (const [key, each] of counts) if (each.count > (most.get(key)?.count ?? 0)) most.set(key, each);
  }
  const ends = new Map<string, number[]>();
  for (const { title, end, count } of most.values()) {
    ends.set(title, [...(ends.get(title) ?? []), ...Array<number>(count).fill(end)]);
  }
  return ends;
}

/** What the rule says: plays of both formats, less as many pairs as there can be of ends within one minute. */
function expected(files: readonly ExportedFile[], spoken: boolean): number {
  const [exact, account] = [told(files, true, spoken), told(files, false, spoken)];
  let plays = 0;
  for (const title of SONGS) {
    const left = [...(exact.get(title) ?? [])].sort((a, b) => a - b);
    const right = [...(account.get(title) ?? [])].sort((a, b) => a - b);
    plays += left.length + right.length;
    // two rows of points on a line: pairing the earliest that can be is the most that can be
    for (let l = 0, r = 0; l < left.length && r < right.length; ) {
      const apart = left[l]! - right[r]!;
      if (Math.abs(apart) <= 60) {
        plays--;
        l++;
        r++;
      } else if (apart < 0) l++;
      else r++;
    }
  }
  return plays;
}

describe('exports that come and go', () => {
  const projects: TempProject[] = [];
  beforeEach(() => void projects.push(new TempProject(), new TempProject()));
  afterEach(() => {
    for (const project of projects.splice(0)) project.remove();
  });

  function put(project: TempProject, files: readonly ExportedFile[]): void {
    rmSync(project.path(FOLDER), { recursive: true, force: true });
    for (const { name, extended, plays } of files) {
      for (const spoken of extended ? [undefined] : [false, true]) {
        const entries = plays.filter((play) => spoken === undefined || play.spoken === spoken);
        const content = JSON.stringify(entries.map((play) => entryOf(play, extended)));
        const path = spoken === true ? name.replace('history', 'podcasts') : name;
        if (entries.length > 0) project.write(`${FOLDER}/${path}`, path.endsWith('.gz') ? gzipSync(content) : content);
      }
    }
  }

  async function build(project: TempProject): Promise<void> {
    const { code, stderr } = await project.tsdbt(['build', '--select', ...MODELS]);
    expect(code, stderr.slice(-3000)).toBe(0);
  }

  /** All that tables hold, but for when and from which file it came. */
  const held = (project: TempProject) =>
    Promise.all(
      MODELS.map((model) => {
        const arrival = model === 'repeated_plays' ? '' : 'exclude (ingested_at, source_file)';
        const columns = model === 'spotify_recent_plays' ? 'exclude (ingested_at)' : arrival;
        return project.query(`select * ${columns} from bronze.${model} order by all`);
      }),
    );

  it.each([1, 2, 3])(
    'hold what reading all of them at once gives (exports %i)',
    async (seed) => {
      const below = numbers(seed * 1000);
      const files = exportsOf(seed);
      const [project, fresh] = projects as [TempProject, TempProject];
      let arrived: ExportedFile[] = [];
      for (let step = 0; step < 3; step++) {
        const subset = files.filter(() => below(2) === 0);
        if (subset.length === 0) subset.push(files[below(files.length)]!);
        put(project, subset);
        await build(project);
        arrived = files.filter((file) => arrived.includes(file) || subset.includes(file));
        const count = (model: string) =>
          project.number(`select count(*) from bronze.${model} where source <> 'sample'`);
        expect(await count('listening_history_bronze'), `step ${step}`).toBe(expected(arrived, false));
        expect(await count('episodes_history_bronze'), `step ${step}`).toBe(expected(arrived, true));
      }
      put(fresh, arrived);
      await build(fresh);
      expect(await held(project)).toEqual(await held(fresh));
    },
    300_000,
  );
});
