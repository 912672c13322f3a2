import { createServer, type Server } from 'node:http';
import { isLoopback } from './config.js';
import { sameText } from './pkce.js';
import { SpotifyError } from './spotify-error.js';

/** The code that a redirect brought. */
export interface Redirected {
  readonly code: string;
}

/**
 * Reads the address to which Spotify sent the browser.
 *
 * @param state what the sign-in was begun with
 * @throws SpotifyError when it is of another sign-in, or the person did not permit what was asked
 */
export function readRedirect(url: URL, state: string): Redirected {
  const given = url.searchParams.get('state');
  if (given === null || !sameText(given, state)) {
    throw new SpotifyError('the redirect does not belong to this sign-in: its state is another', {
      hint: 'begin again, and use the address that this command prints',
    });
  }
  const error = url.searchParams.get('error');
  if (error !== null) {
    const said = /^[a-z_]{1,40}$/.test(error) ? error : 'an error';
    throw new SpotifyError(`Spotify did not sign you in (${said})`, {
      hint: error === 'access_denied' ? 'press "Agree" on the page that opens' : 'begin again',
    });
  }
  const code = url.searchParams.get('code');
  if (code === null || code === '') throw new SpotifyError('the redirect holds no code', { hint: 'begin again' });
  return { code };
}

/** A server on this machine that waits for the browser to come back. */
export interface RedirectListener {
  /** the redirect of this sign-in; rejects when the person did not permit it */
  readonly redirected: Promise<Redirected>;
  close(): Promise<void>;
}

/**
 * Listens where the redirect leads. Requests to other paths, and redirects with another state, are refused and change nothing.
 *
 * @param redirectUri http, on a loopback address
 * @throws SpotifyError when the address is not on this machine, or its port is taken
 */
export async function listenForRedirect(redirectUri: string, state: string): Promise<RedirectListener> {
  const expected = new URL(redirectUri);
  if (expected.protocol !== 'http:' || !isLoopback(expected.hostname)) {
    throw new SpotifyError('REDIRECT_URI is not on this machine, so the browser cannot come back by itself', {
      hint: 'use --no-browser and paste the address to which it was sent',
    });
  }
  let settle: { done: (value: Redirected) => void; fail: (error: unknown) => void };
  const redirected = new Promise<Redirected>((done, fail) => {
    settle = { done, fail };
  });
  redirected.catch(() => {}); // the one who waits hears of it

  const server = createServer((request, response) => {
    const answer = (status: number, text: string): void => {
      response.writeHead(status, {
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        connection: 'close',
      });
      response.end(`<!doctype html><meta charset="utf-8"><title>Spotify</title><p>${text}</p>`);
    };
    const url = URL.canParse(request.url ?? '', expected.origin)
      ? new URL(request.url ?? '', expected.origin)
      : undefined;
    if (url === undefined || request.method !== 'GET' || url.pathname !== expected.pathname) {
      answer(404, 'There is nothing here.');
      return;
    }
    const given = url.searchParams.get('state');
    if (given === null || !sameText(given, state)) {
      answer(400, 'This is not the sign-in that was begun. Use the address that the command printed.');
      return;
    }
    try {
      const result = readRedirect(url, state);
      answer(200, 'Signed in. You may close this page and go back to the terminal.');
      settle.done(result);
    } catch (error) {
      answer(400, 'Spotify did not sign you in. The terminal says why.');
      settle.fail(error);
    }
  });
  await listen(server, expected);
  return {
    redirected,
    close: () =>
      new Promise((closed) => {
        // the browser gets its page; connections that it opened to no end are cut
        const cut = setTimeout(() => server.closeAllConnections(), 1_000);
        server.close(() => {
          clearTimeout(cut);
          closed();
        });
        server.closeIdleConnections();
      }),
  };
}

function listen(server: Server, expected: URL): Promise<void> {
  const port = Number(expected.port || 80);
  return new Promise((listening, fail) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const problem =
        error.code === 'EADDRINUSE'
          ? `port ${port} of REDIRECT_URI is in use by another program`
          : `port ${port} of REDIRECT_URI cannot be listened on (${error.code})`;
      fail(
        new SpotifyError(problem, {
          hint: `end that program, use --no-browser, or take another port in REDIRECT_URI (in .env and in the settings of your app)`,
        }),
      );
    });
    server.listen(port, expected.hostname.replace(/^\[|\]$/g, ''), () => listening());
  });
}
