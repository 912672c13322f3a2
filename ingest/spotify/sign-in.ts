import { authorizeUrl, exchangeCode, SCOPE } from './accounts.js';
import type { SpotifyConfig } from './config.js';
import type { RequestOptions } from './http.js';
import { createPkce, createState } from './pkce.js';
import { listenForRedirect, type Redirected, readRedirect } from './redirect.js';
import { SpotifyError } from './spotify-error.js';
import type { SpotifyToken, TokenStore } from './token-store.js';

/** What a sign-in does to the world outside. */
export interface SignInEffects {
  /** shows the address that the person has to open */
  show(url: string): void;
  /** opens it; false where that did not work */
  open(url: string): Promise<boolean>;
  /** the next line that the person enters; undefined when there is none any more */
  readLine(signal: AbortSignal): Promise<string | undefined>;
  say(message: string): void;
}

export interface SignInOptions extends RequestOptions {
  /** `browser`: it opens and comes back by itself (as `both` where none opens); `paste`: the person pastes where it was sent; `both` where one cannot know */
  readonly mode: 'browser' | 'paste' | 'both';
  /** milliseconds until it gives up waiting for the redirect; default 10 minutes */
  readonly wait?: number;
}

/**
 * Signs a person in: authorization code with PKCE, state checked, token stored.
 *
 * @throws SpotifyError when the port is taken, the person refuses, the redirect is of another sign-in, or nothing comes
 */
export async function signIn(
  config: SpotifyConfig,
  store: TokenStore,
  effects: SignInEffects,
  options: SignInOptions,
): Promise<SpotifyToken> {
  const pkce = createPkce();
  const state = createState();
  const url = authorizeUrl(config, state, pkce.challenge);
  const { code } = await redirectOf(config, url, state, effects, options);
  const token = await exchangeCode(config, code, pkce.verifier, options);
  if (!token.scope.split(' ').includes(SCOPE)) {
    throw new SpotifyError(`the sign-in does not permit ${SCOPE}`, { hint: 'sign in again and permit what is asked' });
  }
  await store.write(token);
  return token;
}

async function redirectOf(
  config: SpotifyConfig,
  url: string,
  state: string,
  effects: SignInEffects,
  options: SignInOptions,
): Promise<Redirected> {
  let { mode } = options;
  const listener = mode === 'paste' ? undefined : await listenForRedirect(config.redirectUri, state);
  const done = new AbortController();
  const late = AbortSignal.timeout(options.wait ?? 600_000);
  const signal = AbortSignal.any([options.signal, done.signal, late]);
  try {
    effects.show(url);
    if (mode === 'browser' && !(await effects.open(url))) {
      effects.say('no browser could be opened: open the address yourself, on any machine');
      mode = 'both';
    }
    const ways: Promise<Redirected>[] = [untilAborted(options.signal, late)];
    if (listener !== undefined) ways.push(listener.redirected);
    if (mode !== 'browser') ways.push(pasted(state, effects, signal, listener === undefined));
    return await Promise.race(ways);
  } finally {
    done.abort();
    await listener?.close();
  }
}

function untilAborted(interrupted: AbortSignal, late: AbortSignal): Promise<never> {
  return new Promise((_, fail) => {
    if (interrupted.aborted) fail(interrupted.reason);
    interrupted.addEventListener('abort', () => fail(interrupted.reason), { once: true });
    late.addEventListener(
      'abort',
      () => fail(new SpotifyError('nothing came back from the browser', { hint: 'begin again, or use --no-browser' })),
      { once: true },
    );
  });
}

/** Reads lines until one is an address. @param only whether nothing else can bring the redirect */
async function pasted(state: string, effects: SignInEffects, signal: AbortSignal, only: boolean): Promise<Redirected> {
  effects.say(
    'after you agreed, copy the address to which the browser was sent (its page may not load), paste it here, and press Enter',
  );
  for (;;) {
    const line = await effects.readLine(signal);
    if (line === undefined) {
      if (only)
        throw new SpotifyError('no address was pasted', { hint: 'paste the whole address, with code and state' });
      return new Promise<never>(() => {}); // the listener may still bring it
    }
    const text = line.trim();
    if (text === '') continue;
    if (URL.canParse(text)) return readRedirect(new URL(text), state);
    effects.say('that is no address: paste all of it, from http to the end');
  }
}
