import type { SpotifyConfig } from './config.js';
import { type JsonAnswer, type RequestOptions, requestJson } from './http.js';
import { SIGN_IN, SpotifyError } from './spotify-error.js';
import type { SpotifyToken } from './token-store.js';

/** What the project asks a person to permit. */
export const SCOPE = 'user-read-recently-played';

/** The sign-in is gone: revoked by the person, or replaced. */
export class RevokedError extends SpotifyError {
  constructor() {
    super('Spotify no longer accepts the sign-in: it was revoked, or has expired', {
      hint: `${SIGN_IN} (the tables stay as they are until then)`,
      status: 400,
    });
    this.name = 'RevokedError';
  }
}

/** The page on which a person signs in (RFC 6749, 4.1.1; RFC 7636, 4.3). */
export function authorizeUrl(config: SpotifyConfig, state: string, challenge: string): string {
  const url = new URL(`${config.accountsUrl}/authorize`);
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: config.clientId,
    redirect_uri: config.redirectUri,
    scope: SCOPE,
    state,
    code_challenge_method: 'S256',
    code_challenge: challenge,
  }).toString();
  return url.href;
}

/**
 * Gets the first token for the code of a redirect.
 * @throws SpotifyError when the code or the app is refused
 */
export async function exchangeCode(
  config: SpotifyConfig,
  code: string,
  verifier: string,
  options: RequestOptions,
): Promise<SpotifyToken> {
  const answer = await requestToken(
    config,
    {
      grant_type: 'authorization_code',
      code,
      redirect_uri: config.redirectUri,
      code_verifier: verifier,
    },
    options,
  );
  if (answer.status !== 200) {
    throw new SpotifyError(`Spotify did not accept the code of the redirect (${answer.status}, ${reason(answer)})`, {
      status: answer.status,
      hint: 'a code is good once and for some minutes: sign in again; if it happens again, compare CLIENT_ID, CLIENT_SECRET and REDIRECT_URI with the settings of your app',
    });
  }
  return tokenOf(answer, undefined);
}

/**
 * Gets a new access token. Spotify may send a new refresh token with it, which then replaces the old one.
 * @throws RevokedError when the sign-in is gone; SpotifyError when the app is refused
 */
export async function refresh(
  config: SpotifyConfig,
  token: SpotifyToken,
  options: RequestOptions,
): Promise<SpotifyToken> {
  const answer = await requestToken(
    config,
    { grant_type: 'refresh_token', refresh_token: token.refreshToken },
    options,
  );
  if (answer.status === 200) return tokenOf(answer, token);
  if (reason(answer) === 'invalid_grant') throw new RevokedError();
  throw new SpotifyError(`Spotify did not refresh the token (${answer.status}, ${reason(answer)})`, {
    status: answer.status,
    hint: 'compare CLIENT_ID and CLIENT_SECRET in .env with the settings of your app, or sign in again: npx tsdbt spotify-login',
  });
}

function requestToken(
  config: SpotifyConfig,
  form: Record<string, string>,
  options: RequestOptions,
): Promise<JsonAnswer> {
  const { clientId, clientSecret } = config;
  const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
  return requestJson(
    {
      method: 'POST',
      url: `${config.accountsUrl}/api/token`,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        ...(clientSecret === undefined ? {} : { authorization: `Basic ${basic}` }),
      },
      body: new URLSearchParams({ ...form, ...(clientSecret === undefined ? { client_id: clientId } : {}) }).toString(),
    },
    options,
  );
}

function tokenOf(answer: JsonAnswer, before: SpotifyToken | undefined): SpotifyToken {
  const body = (answer.body ?? {}) as Record<string, unknown>;
  const refreshToken =
    typeof body.refresh_token === 'string' && body.refresh_token !== '' ? body.refresh_token : before?.refreshToken;
  if (
    typeof body.access_token !== 'string' ||
    body.access_token === '' ||
    typeof body.expires_in !== 'number' ||
    refreshToken === undefined
  ) {
    throw new SpotifyError('the answer of /api/token is not as documented', { status: answer.status });
  }
  return {
    accessToken: body.access_token,
    refreshToken,
    expiresAt: Date.now() + body.expires_in * 1000,
    scope: typeof body.scope === 'string' ? body.scope : (before?.scope ?? ''),
  };
}

/** The error's name, one of few words; nothing else of the answer is shown. */
function reason(answer: JsonAnswer): string {
  const error = (answer.body as { error?: unknown } | undefined)?.error;
  return typeof error === 'string' && /^[a-z_]{1,40}$/.test(error) ? error : 'no reason given';
}
