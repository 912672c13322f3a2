import { isAbsolute, join } from 'node:path';
import { SpotifyError } from './spotify-error.js';

/** What is known of the app with which a person signs in. */
export interface SpotifyConfig {
  readonly clientId: string;
  /** undefined for apps that go by PKCE alone */
  readonly clientSecret: string | undefined;
  /** as it is written in the settings of the app, to the letter */
  readonly redirectUri: string;
  /** without a slash at the end */
  readonly accountsUrl: string;
  /** without a slash at the end */
  readonly apiUrl: string;
  /** absolute path */
  readonly tokenFile: string;
}

/** Where settings come from; the contexts of models and of commands both fit. */
export interface Settings {
  readonly projectDir: string;
  env(name: string): string | undefined;
  var<T>(name: string, fallback: T): T;
}

const ACCOUNTS = 'https://accounts.spotify.com';
const API = 'https://api.spotify.com';
const REDIRECT = 'http://127.0.0.1:8888/callback';
export const DEFAULT_TOKEN_FILE = 'data/.spotify-token.json';

/** Where the token lies; absolute. */
export function tokenFileOf(settings: Settings): string {
  const path = settings.var('spotify_token_file', DEFAULT_TOKEN_FILE);
  return isAbsolute(path) ? path : join(settings.projectDir, path);
}

/**
 * Reads CLIENT_ID, CLIENT_SECRET, REDIRECT_URI and the addresses of the services from the environment (`.env`).
 *
 * @throws SpotifyError when CLIENT_ID is missing, or an address cannot be used
 */
export function spotifyConfig(settings: Settings): SpotifyConfig {
  const clientId = settings.env('CLIENT_ID')?.trim();
  if (clientId === undefined || clientId === '') {
    throw new SpotifyError('CLIENT_ID is not set', {
      hint: 'register an app at https://developer.spotify.com/dashboard, copy .env.example to .env and put its values there (docs/spotify.md)',
    });
  }
  return {
    clientId,
    clientSecret: settings.env('CLIENT_SECRET')?.trim() || undefined,
    redirectUri: redirectOf(settings.env('REDIRECT_URI')?.trim() || REDIRECT),
    accountsUrl: serviceUrl('SPOTIFY_ACCOUNTS_URL', settings.env('SPOTIFY_ACCOUNTS_URL') || ACCOUNTS),
    apiUrl: serviceUrl('SPOTIFY_API_URL', settings.env('SPOTIFY_API_URL') || API),
    tokenFile: tokenFileOf(settings),
  };
}

/** Checks the address of a service: https, or this machine. @throws SpotifyError */
export function serviceUrl(name: string, text: string): string {
  const url = parse(name, text);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))) {
    throw new SpotifyError(`${name} is not https: tokens would travel in the clear`, {
      hint: 'use https, or http with 127.0.0.1 for a server on this machine',
    });
  }
  return url.href.replace(/\/+$/, '');
}

/** A loopback address by number. */
export function isLoopback(hostname: string): boolean {
  return hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

function redirectOf(text: string): string {
  const url = parse('REDIRECT_URI', text);
  if (url.hostname === 'localhost') {
    throw new SpotifyError('REDIRECT_URI names localhost, which Spotify refuses', {
      hint: `use ${REDIRECT}, here and in the settings of your app`,
    });
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw new SpotifyError('REDIRECT_URI is http and not on this machine, which Spotify refuses', {
      hint: `use ${REDIRECT}, here and in the settings of your app`,
    });
  }
  return text;
}

function parse(name: string, text: string): URL {
  if (URL.canParse(text)) {
    const url = new URL(text);
    if (url.protocol === 'https:' || url.protocol === 'http:') return url;
  }
  throw new SpotifyError(`${name} is no address`, { hint: `write it like ${REDIRECT}` });
}
