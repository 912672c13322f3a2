/** A play of a track as an export tells it. Nothing that names the person or the device is kept. */
export interface ExportedPlay {
  /** end of the play, milliseconds since 1970, UTC */
  readonly endedAt: number;
  /** false when the export gives the end to the minute only (account export) */
  readonly exactSecond: boolean;
  /** Spotify id; null in account exports */
  readonly trackId: string | null;
  readonly trackName: string;
  readonly artistName: string;
  readonly albumName: string | null;
  readonly msPlayed: number;
  readonly reasonStart: string | null;
  readonly reasonEnd: string | null;
  readonly shuffle: boolean | null;
  readonly skipped: boolean | null;
  readonly offline: boolean | null;
}

/** A play of a podcast episode or of an audiobook chapter. */
export interface ExportedEpisode {
  readonly endedAt: number;
  readonly exactSecond: boolean;
  readonly contentType: 'podcast' | 'audiobook';
  /** episode or chapter */
  readonly episodeName: string | null;
  /** show or book */
  readonly showName: string | null;
  readonly episodeUri: string | null;
  readonly msPlayed: number;
}

/** A play with its id and the file it was taken from. */
export interface Identified<T> {
  readonly entry: T;
  readonly playId: string;
  readonly file: string;
}
