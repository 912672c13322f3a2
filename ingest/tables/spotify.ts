import { spotifyConfig, tokenFileOf } from '../spotify/config.js';
import type { RequestOptions } from '../spotify/http.js';
import { SpotifySession } from '../spotify/session.js';
import { TokenStore } from '../spotify/token-store.js';
import type { TableContext } from './context.js';

/** Where the functions of `ingest/spotify` find their settings in a model's context. */
export function settingsOf(context: TableContext) {
  return {
    projectDir: context.projectDir,
    env: (name: string): string | undefined => context.env(name, '') || undefined,
    var: <T>(name: string, fallback: T): T => context.var(name, fallback),
  };
}

/**
 * The Web API in the name of the person who signed in; undefined where nobody has: then nothing is asked of Spotify.
 *
 * @param tell whether to say so where an app is set up but nobody has signed in
 * @throws SpotifyError when there is a token but no CLIENT_ID, or the token's file is damaged
 */
export async function signedIn(context: TableContext, tell = true): Promise<SpotifySession | undefined> {
  const settings = settingsOf(context);
  if ((await new TokenStore(tokenFileOf(settings)).read()) === undefined) {
    if (tell && settings.env('CLIENT_ID') !== undefined) {
      context.log.info('not signed in to Spotify, so nothing is asked of it: npx tsdbt spotify-login');
    }
    return undefined;
  }
  const config = spotifyConfig(settings);
  return new SpotifySession(config, new TokenStore(config.tokenFile));
}

/** Requests end with the run, and their pauses are told. */
export function requestOptions(context: TableContext): RequestOptions {
  return { signal: context.signal, onPause: (message) => context.log.info(message) };
}
