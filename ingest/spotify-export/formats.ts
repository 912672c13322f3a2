import type { ExportedEpisode, ExportedPlay } from './plays.js';
import type { JsonRow, RowReader } from './row-reader.js';

/** What an entry of an export is. `nothing`: it names neither a track nor an episode, so that no play can be told. */
export type ExportedEntry =
  | { readonly kind: 'play'; readonly play: ExportedPlay }
  | { readonly kind: 'episode'; readonly episode: ExportedEpisode }
  | { readonly kind: 'nothing' };

/** One of the shapes in which Spotify exports plays. */
export interface ExportFormat {
  readonly name: 'account' | 'account podcasts' | 'account audiobooks' | 'extended';
  /** keys that every entry has; the shape is known by them */
  readonly keys: readonly string[];
  read(row: RowReader): ExportedEntry;
}

const NOTHING: ExportedEntry = { kind: 'nothing' };

const account: ExportFormat = {
  name: 'account',
  keys: ['endTime', 'artistName', 'trackName', 'msPlayed'],
  read: (row) => ({
    kind: 'play',
    play: {
      endedAt: row.time('endTime', false),
      exactSecond: false,
      trackId: null,
      trackName: row.text('trackName'),
      artistName: row.text('artistName'),
      albumName: null,
      msPlayed: row.milliseconds('msPlayed'),
      reasonStart: null,
      reasonEnd: null,
      shuffle: null,
      skipped: null,
      offline: null,
    },
  }),
};

function accountSpoken(
  name: ExportFormat['name'],
  contentType: ExportedEpisode['contentType'],
  showKey: string,
  episodeKey: string,
): ExportFormat {
  return {
    name,
    keys: ['endTime', showKey, episodeKey, 'msPlayed'],
    read: (row) => ({
      kind: 'episode',
      episode: {
        endedAt: row.time('endTime', false),
        exactSecond: false,
        contentType,
        episodeName: row.optionalText(episodeKey),
        showName: row.optionalText(showKey),
        episodeUri: null,
        msPlayed: row.milliseconds('msPlayed'),
      },
    }),
  };
}

const extended: ExportFormat = {
  name: 'extended',
  keys: ['ts', 'ms_played', 'master_metadata_track_name', 'spotify_track_uri'],
  read: (row) => {
    const endedAt = row.time('ts', true);
    const msPlayed = row.milliseconds('ms_played');
    const spoken = (
      contentType: ExportedEpisode['contentType'],
      episodeName: string | null,
      showName: string | null,
      episodeUri: string | null,
    ): ExportedEntry => ({
      kind: 'episode',
      episode: { endedAt, exactSecond: true, contentType, episodeName, showName, episodeUri, msPlayed },
    });

    const chapter = row.optionalText('audiobook_chapter_title');
    const book = row.optionalText('audiobook_title');
    const chapterUri = row.optionalText('audiobook_chapter_uri') ?? row.optionalText('audiobook_uri');
    if (chapter !== null || book !== null || chapterUri !== null) return spoken('audiobook', chapter, book, chapterUri);
    const episode = row.optionalText('episode_name');
    const episodeUri = row.optionalText('spotify_episode_uri');
    if (episode !== null || episodeUri !== null) {
      return spoken('podcast', episode, row.optionalText('episode_show_name'), episodeUri);
    }

    const uri = row.optionalText('spotify_track_uri');
    const trackName = row.optionalText('master_metadata_track_name');
    const artistName = row.optionalText('master_metadata_album_artist_name');
    if (uri === null && trackName === null && artistName === null) return NOTHING;
    return {
      kind: 'play',
      play: {
        endedAt,
        exactSecond: true,
        trackId: uri?.startsWith('spotify:track:') ? uri.slice('spotify:track:'.length) : null,
        // the names that account exports give to tracks that are gone from the catalogue
        trackName: trackName ?? 'Unknown Track',
        artistName: artistName ?? 'Unknown Artist',
        albumName: row.optionalText('master_metadata_album_album_name'),
        msPlayed,
        reasonStart: row.optionalText('reason_start'),
        reasonEnd: row.optionalText('reason_end'),
        shuffle: row.optionalBoolean('shuffle'),
        skipped: row.optionalBoolean('skipped'),
        offline: row.optionalBoolean('offline'),
      },
    };
  },
};

const FORMATS: readonly ExportFormat[] = [
  extended,
  account,
  accountSpoken('account podcasts', 'podcast', 'podcastName', 'episodeName'),
  accountSpoken('account audiobooks', 'audiobook', 'audiobookName', 'chapterName'),
];

/** The format whose keys an entry has. */
export function formatOf(row: JsonRow): ExportFormat | undefined {
  return FORMATS.find((format) => format.keys.every((key) => key in row));
}

/** Names that Spotify gives to the files that hold plays; `.gz` may follow. */
const PLAY_FILE = /(^|\/)(StreamingHistory.*|Streaming_History_.*|endsong(_\d+)?)\.json(\.gz)?$/;

/** Whether a file is named as Spotify names files with plays. */
export function isNamedAsPlays(path: string): boolean {
  return PLAY_FILE.test(path);
}
