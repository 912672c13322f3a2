import { createHash, randomBytes } from 'node:crypto';

/** An answer of the service. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Grant {
  readonly redirectUri: string;
  readonly challenge: string;
  readonly scope: string;
}

/** The app and the behaviour of its accounts. */
export interface FakeApp {
  readonly clientId: string;
  /** undefined: an app that goes by PKCE alone */
  readonly clientSecret: string | undefined;
  readonly redirectUris: readonly string[];
  /** seconds for which an access token is good */
  expiresIn: number;
  /** whether a refresh gives a new refresh token and voids the old one */
  rotates: boolean;
  /** whether the person presses "Agree" */
  agrees: boolean;
}

/** Accounts of the invented service: authorize, token, refresh, revocation. */
export class FakeAccounts {
  readonly #codes = new Map<string, Grant>();
  readonly #access = new Map<string, number>();
  readonly #refresh = new Map<string, string>();
  /** every token, code and secret that was given out, so that specs can look for them where they must not be */
  readonly secrets: string[] = [];

  constructor(readonly app: FakeApp) {
    if (app.clientSecret !== undefined) this.secrets.push(app.clientSecret);
  }

  /** The page that opens in the browser: the person agrees, or does not, and is sent back. */
  authorize(query: URLSearchParams): Answer {
    const redirectUri = query.get('redirect_uri') ?? '';
    if (query.get('client_id') !== this.app.clientId) return { status: 400, body: 'INVALID_CLIENT: Invalid client' };
    if (!this.app.redirectUris.includes(redirectUri)) {
      return { status: 400, body: 'INVALID_CLIENT: Invalid redirect URI' };
    }
    const back = new URL(redirectUri);
    const state = query.get('state');
    if (state !== null) back.searchParams.set('state', state);
    const challenge = query.get('code_challenge') ?? '';
    const problem =
      query.get('response_type') !== 'code'
        ? 'unsupported_response_type'
        : query.get('code_challenge_method') !== 'S256' || challenge === ''
          ? 'invalid_request'
          : this.app.agrees
            ? undefined
            : 'access_denied';
    if (problem !== undefined) back.searchParams.set('error', problem);
    else {
      const code = this.#secret();
      this.#codes.set(code, { redirectUri, challenge, scope: query.get('scope') ?? '' });
      back.searchParams.set('code', code);
    }
    return { status: 302, headers: { location: back.href } };
  }

  /** `POST /api/token`. */
  token(form: URLSearchParams, authorization: string | undefined): Answer {
    if (!this.#isApp(form, authorization)) return { status: 400, body: { error: 'invalid_client' } };
    const grant = form.get('grant_type');
    if (grant === 'authorization_code') return this.#exchange(form);
    if (grant === 'refresh_token') return this.#renew(form.get('refresh_token') ?? '');
    return { status: 400, body: { error: 'unsupported_grant_type' } };
  }

  /** Whether a request to the API brings a token that is good. */
  accepts(authorization: string | undefined): boolean {
    const expires = this.#access.get(/^Bearer (.+)$/.exec(authorization ?? '')?.[1] ?? '');
    return expires !== undefined && expires > Date.now();
  }

  /** The person removes the app's access: nothing that was given out is good any more. */
  revoke(): void {
    this.#access.clear();
    this.#refresh.clear();
  }

  /** Access tokens are no longer good; refresh tokens are. */
  expire(): void {
    this.#access.clear();
  }

  #isApp(form: URLSearchParams, authorization: string | undefined): boolean {
    const { clientId, clientSecret } = this.app;
    if (clientSecret === undefined) return form.get('client_id') === clientId;
    return authorization === `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
  }

  #exchange(form: URLSearchParams): Answer {
    const code = form.get('code') ?? '';
    const grant = this.#codes.get(code);
    this.#codes.delete(code); // good once
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (grant === undefined || grant.redirectUri !== form.get('redirect_uri') || grant.challenge !== challenge) {
      return { status: 400, body: { error: 'invalid_grant', error_description: 'Invalid authorization code' } };
    }
    const refresh = this.#secret();
    this.#refresh.set(refresh, grant.scope);
    return this.#give(grant.scope, refresh);
  }

  #renew(refresh: string): Answer {
    const scope = this.#refresh.get(refresh);
    if (scope === undefined) {
      return { status: 400, body: { error: 'invalid_grant', error_description: 'Refresh token revoked' } };
    }
    if (!this.app.rotates) return this.#give(scope, undefined);
    this.#refresh.delete(refresh);
    const next = this.#secret();
    this.#refresh.set(next, scope);
    return this.#give(scope, next);
  }

  #give(scope: string, refresh: string | undefined): Answer {
    const access = this.#secret();
    this.#access.set(access, Date.now() + this.app.expiresIn * 1000);
    const body = { access_token: access, token_type: 'Bearer', expires_in: this.app.expiresIn, scope };
    return { status: 200, body: refresh === undefined ? body : { ...body, refresh_token: refresh } };
  }

  #secret(): string {
    const secret = `fake-${randomBytes(24).toString('base64url')}`;
    this.secrets.push(secret);
    return secret;
  }
}
