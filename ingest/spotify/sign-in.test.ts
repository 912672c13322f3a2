import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { IMPATIENT, Stage } from '../fake-spotify/signed-in.js';
import { type Settings, spotifyConfig } from './config.js';
import { hasBrowser, openBrowser, openerOf } from './open-browser.js';
import { type SignInEffects, signIn } from './sign-in.js';
import { SpotifyError } from './spotify-error.js';

let stage: Stage;
let port = 0;
beforeEach(async () => {
  port = await freePort();
  stage = await Stage.open({ redirectUris: [`http://127.0.0.1:${port}/callback`] });
});
afterEach(() => stage.close());

function freePort(): Promise<number> {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port: found } = server.address() as { port: number };
      server.close(() => done(found));
    });
  });
}

/** Signs in; what a person does is given. */
function begin(mode: 'browser' | 'paste' | 'both', person: Partial<SignInEffects>, said: string[] = []) {
  let shown = '';
  return signIn(
    stage.config,
    stage.store,
    {
      show: (url) => {
        shown = url;
        person.show?.(url);
      },
      open: person.open ?? (async () => false),
      readLine: (signal) => person.readLine?.(signal) ?? (stage.visit(shown) as Promise<string>),
      say: (message) => said.push(message),
    },
    { signal: new AbortController().signal, patience: IMPATIENT, mode, wait: 3_000 },
  );
}

async function failure(promise: Promise<unknown>): Promise<SpotifyError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(SpotifyError);
  return error as SpotifyError;
}

describe('signing in', () => {
  it('with a browser: it opens, agrees, comes back to this machine, and the token is stored for its owner only', async () => {
    let page = 0;
    await begin('browser', {
      open: async (url) => {
        void fetch(url).then((response) => {
          page = response.status; // the browser follows the redirect to us
        });
        return true;
      },
    });
    await expect.poll(() => page).toBe(200);
    const token = (await stage.store.read())!;
    expect(token.scope).toBe('user-read-recently-played');
    expect(token.expiresAt).toBeGreaterThan(Date.now() + 3_500_000);
    expect((await stat(stage.store.path)).mode & 0o777).toBe(0o600);
    expect(await readdir(dirname(stage.store.path))).toEqual(['.spotify-token.json']); // nothing half-written is left
  });

  it('asks with PKCE and a state of its own each time', async () => {
    const seen: URL[] = [];
    for (let time = 0; time < 2; time++) await begin('paste', { show: (url) => seen.push(new URL(url)) });
    for (const url of seen) {
      expect(url.origin + url.pathname).toBe(`${stage.fake.url}/authorize`);
      expect(Object.fromEntries(url.searchParams)).toMatchObject({
        response_type: 'code',
        redirect_uri: `http://127.0.0.1:${port}/callback`,
        scope: 'user-read-recently-played',
        code_challenge_method: 'S256',
      });
    }
    for (const name of ['state', 'code_challenge']) {
      expect(seen[0]!.searchParams.get(name)).not.toBe(seen[1]!.searchParams.get(name));
      expect(seen[0]!.searchParams.get(name)!.length).toBeGreaterThanOrEqual(32);
    }
  });

  it('without a browser: the address where it was sent is pasted; other lines are asked for again', async () => {
    const said: string[] = [];
    let shown = '';
    const lines = ['', 'hello', 'paste'];
    await begin(
      'paste',
      {
        show: (url) => {
          shown = url;
        },
        readLine: async () => {
          const line = lines.shift();
          return line === 'paste' ? `  ${await stage.visit(shown)}\r` : line;
        },
      },
      said,
    );
    expect(said[1]).toBe('that is no address: paste all of it, from http to the end');
    expect(await stage.store.read()).toBeDefined();
  });

  it('an app that goes by PKCE alone needs no secret', async () => {
    await stage.close();
    stage = await Stage.open({ clientSecret: undefined });
    expect(stage.config.clientSecret).toBeUndefined();
    await stage.signIn();
    expect(await stage.store.read()).toBeDefined();
  });
});

describe('what goes wrong', () => {
  it('a redirect with another state is refused, and changes nothing', async () => {
    const answers: number[] = [];
    await begin('browser', {
      open: async (url) => {
        const back = new URL((await stage.visit(url))!);
        const forged = new URL(back);
        forged.searchParams.set('state', 'forged');
        forged.searchParams.set('code', 'of somebody else');
        void (async () => {
          for (const address of [forged.href, `${back.origin}/favicon.ico`, back.href]) {
            answers.push((await fetch(address)).status);
          }
        })();
        return true;
      },
    });
    await expect.poll(() => answers).toEqual([400, 404, 200]);
    const pasted = begin('paste', { readLine: async () => 'http://127.0.0.1/callback?code=a&state=forged' });
    expect((await failure(pasted)).message).toBe('the redirect does not belong to this sign-in: its state is another');
  });

  it('the port is taken: the error names it', async () => {
    const other = createServer().listen(port, '127.0.0.1');
    const error = await failure(begin('browser', {}));
    expect(error.message).toBe(`port ${port} of REDIRECT_URI is in use by another program`);
    expect(error.hint).toContain('--no-browser');
    await begin('paste', {}); // needs no port
    other.close();
  });

  it('the person does not agree', async () => {
    stage.fake.accounts.app.agrees = false;
    expect(await failure(begin('paste', {}))).toMatchObject({
      message: 'Spotify did not sign you in (access_denied)',
      hint: 'press "Agree" on the page that opens',
    });
    const error = await failure(
      begin('browser', {
        open: async (url) => {
          void fetch(url);
          return true;
        },
      }),
    );
    expect(error.message).toContain('access_denied');
    expect(await stage.store.read()).toBeUndefined();
  });

  it('a code is good once', async () => {
    let shown = '';
    let address = '';
    await begin('paste', {
      show: (url) => {
        shown = url;
      },
      readLine: async () => {
        address = (await stage.visit(shown))!;
        return address;
      },
    });
    const back = new URL(address);
    const again = begin('paste', {
      show: (url) => back.searchParams.set('state', new URL(url).searchParams.get('state')!),
      readLine: async () => back.href,
    });
    const error = await failure(again);
    expect(error.message).toBe('Spotify did not accept the code of the redirect (400, invalid_grant)');
    expect(`${error.message}${error.hint}`).not.toContain(back.searchParams.get('code')!);
  });

  it('nothing is pasted, nothing comes back', async () => {
    expect((await failure(begin('paste', { readLine: async () => undefined }))).message).toBe('no address was pasted');
    const waiting = signIn(
      stage.config,
      stage.store,
      { show: () => {}, open: async () => true, readLine: async () => undefined, say: () => {} },
      { signal: new AbortController().signal, mode: 'browser', wait: 30 },
    );
    expect((await failure(waiting)).message).toBe('nothing came back from the browser');
  });

  it('a wrong secret: the error names no secret', async () => {
    const config = { ...stage.config, clientSecret: 'mistyped-secret' };
    let shown = '';
    const effects = {
      show: (url: string) => {
        shown = url;
      },
      open: async () => false,
      readLine: async () => (await stage.visit(shown)) ?? undefined,
      say: () => {},
    };
    const error = await failure(
      signIn(config, stage.store, effects, { signal: new AbortController().signal, mode: 'paste' }),
    );
    expect(error.message).toContain('invalid_client');
    expect(`${error.stack}${error.hint}`).not.toContain('mistyped-secret');
  });
});

describe('settings', () => {
  const settings = (env: Record<string, string>): Settings => ({
    projectDir: '/p',
    env: (name) => env[name],
    var: (_name, fallback) => fallback,
  });

  it("Spotify's own hosts are the default", () => {
    expect(spotifyConfig(settings({ CLIENT_ID: 'a' }))).toEqual({
      clientId: 'a',
      clientSecret: undefined,
      redirectUri: 'http://127.0.0.1:8888/callback',
      accountsUrl: 'https://accounts.spotify.com',
      apiUrl: 'https://api.spotify.com',
      tokenFile: '/p/data/.spotify-token.json',
    });
  });

  it.each([
    [{}, 'CLIENT_ID is not set'],
    [
      { CLIENT_ID: 'a', REDIRECT_URI: 'http://localhost:8888/callback' },
      'REDIRECT_URI names localhost, which Spotify refuses',
    ],
    [
      { CLIENT_ID: 'a', REDIRECT_URI: 'http://192.0.2.1/callback' },
      'REDIRECT_URI is http and not on this machine, which Spotify refuses',
    ],
    [{ CLIENT_ID: 'a', REDIRECT_URI: '8888' }, 'REDIRECT_URI is no address'],
    [
      { CLIENT_ID: 'a', SPOTIFY_API_URL: 'http://192.0.2.1' },
      'SPOTIFY_API_URL is not https: tokens would travel in the clear',
    ],
  ])('%o: %s', (env, message) => {
    expect(() => spotifyConfig(settings(env as Record<string, string>))).toThrow(message);
  });

  it('a machine without a screen is known', () => {
    expect([hasBrowser({}, 'linux'), hasBrowser({ DISPLAY: ':0' }, 'linux'), hasBrowser({}, 'darwin')]).toEqual([
      false,
      true,
      true,
    ]);
    expect(hasBrowser({ DISPLAY: ':0', SSH_CONNECTION: 'a' }, 'linux')).toBe(false);
    expect(openerOf('https://a/?b&c', 'win32')).toEqual([
      'rundll32',
      ['url.dll,FileProtocolHandler', 'https://a/?b&c'],
    ]);
  });
});

describe('the opener of browsers', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'opener-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** An opener of this machine's name, alone in the search path but for the shell's own commands. */
  async function opener(script: string): Promise<Record<string, string>> {
    const [name] = openerOf('');
    await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return { PATH: `${folder}:/usr/bin:/bin` };
  }

  it('that is not installed, or finds no browser, says so; one that stays has opened it', async () => {
    expect(await openBrowser('https://a.example/', { PATH: folder })).toBe(false);
    expect(await openBrowser('https://a.example/', await opener('exit 3'))).toBe(false);
    expect(await openBrowser('https://a.example/?b&c', await opener(`printf %s "$1" > '${folder}/seen'`))).toBe(true);
    expect(await readFile(join(folder, 'seen'), 'utf8')).toBe('https://a.example/?b&c');
    expect(await openBrowser('https://a.example/', await opener('exec sleep 4'))).toBe(true);
  });

  it('where it is missing, the address is shown, and what the person pastes is taken', async () => {
    const said: string[] = [];
    await begin('browser', { open: (url) => openBrowser(url, { PATH: folder }) }, said);
    expect(said[0]).toBe('no browser could be opened: open the address yourself, on any machine');
    expect(said[1]).toContain('paste it here');
    expect((await stage.store.read())?.scope).toBe('user-read-recently-played');
  });
});

describe('the stored token', () => {
  it('a file that others may read is closed to them; a damaged one says what to do and shows nothing', async () => {
    await stage.signIn();
    await chmod(stage.store.path, 0o644);
    await stage.store.read();
    expect((await stat(stage.store.path)).mode & 0o777).toBe(0o600);
    const text = await readFile(stage.store.path, 'utf8');
    await writeFile(stage.store.path, text.slice(0, -20));
    const error = await failure(stage.store.read());
    expect(error).toMatchObject({
      message: '.spotify-token.json holds no token',
      hint: expect.stringContaining('spotify-login'),
    });
    expect(error.stack).not.toContain('fake-');
  });
});
