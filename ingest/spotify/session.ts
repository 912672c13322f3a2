import { RevokedError, refresh } from './accounts.js';
import type { SpotifyConfig } from './config.js';
import { type JsonAnswer, type RequestOptions, requestJson } from './http.js';
import { SIGN_IN, SpotifyError } from './spotify-error.js';
import type { SpotifyToken, TokenStore } from './token-store.js';

/** An access token is renewed this long before it expires. */
const MARGIN_MS = 5 * 60_000;

/** A service that answers GET requests in the name of the person who signed in. All that the project asks of Spotify. */
export interface SpotifyApi {
  /**
   * @param path below the API's address, e.g. `/v1/me/player/recently-played`
   * @returns the body of an answer with status 200
   * @throws SpotifyError with the status of any other answer
   */
  get(path: string, query: Readonly<Record<string, string>>, options: RequestOptions): Promise<unknown>;
}

/** Asks the Web API with the stored token, and renews the token when it is due or no longer accepted. */
export class SpotifySession implements SpotifyApi {
  #token: SpotifyToken | undefined;
  #renewal: Promise<SpotifyToken> | undefined;

  constructor(
    readonly config: SpotifyConfig,
    readonly store: TokenStore,
  ) {}

  async get(path: string, query: Readonly<Record<string, string>>, options: RequestOptions): Promise<unknown> {
    const url = new URL(this.config.apiUrl + path);
    url.search = new URLSearchParams(query).toString();
    const token = await this.#current(options);
    let answer = await this.#ask(url, token, options);
    if (answer.status === 401) answer = await this.#ask(url, await this.#renew(token, options), options);
    if (answer.status === 200) return answer.body;
    throw refusal(path, answer);
  }

  #ask(url: URL, token: SpotifyToken, options: RequestOptions): Promise<JsonAnswer> {
    const headers = { authorization: `Bearer ${token.accessToken}` };
    return requestJson({ method: 'GET', url: url.href, headers }, options);
  }

  async #current(options: RequestOptions): Promise<SpotifyToken> {
    this.#token ??= await this.store.read();
    if (this.#token === undefined) throw new SpotifyError('nobody has signed in to Spotify', { hint: SIGN_IN });
    return this.#token.expiresAt - MARGIN_MS > Date.now() ? this.#token : this.#renew(this.#token, options);
  }

  /** Requests that find the token too old at the same time wait for one renewal. */
  #renew(old: SpotifyToken, options: RequestOptions): Promise<SpotifyToken> {
    if (this.#token !== undefined && this.#token.accessToken !== old.accessToken) return Promise.resolve(this.#token);
    this.#renewal ??= this.#renewNow(old, options).finally(() => {
      this.#renewal = undefined;
    });
    return this.#renewal;
  }

  async #renewNow(old: SpotifyToken, options: RequestOptions): Promise<SpotifyToken> {
    let renewed: SpotifyToken;
    try {
      renewed = await refresh(this.config, old, options);
    } catch (error) {
      // another process may have renewed it, and the old refresh token is no good since
      const stored = error instanceof RevokedError ? await this.store.read() : undefined;
      if (stored === undefined || stored.refreshToken === old.refreshToken) throw error;
      this.#token = stored;
      return stored;
    }
    await this.store.write(renewed); // before it is used: the old refresh token may already be void
    this.#token = renewed;
    return renewed;
  }
}

function refusal(path: string, answer: JsonAnswer): SpotifyError {
  const { status } = answer;
  if (status === 401) return new SpotifyError(`${path}: Spotify refuses the token (401)`, { status, hint: SIGN_IN });
  if (status === 403) {
    return new SpotifyError(`${path}: Spotify does not permit it (403)`, {
      status,
      hint: 'sign in again (npx tsdbt spotify-login) and permit what is asked; while your app is in development mode, its dashboard has to list your account under "User Management"',
    });
  }
  return new SpotifyError(`${path}: an unexpected answer (${status})`, { status });
}
