import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type SpotifyConfig, spotifyConfig } from '../spotify/config.js';
import type { Patience } from '../spotify/http.js';
import { SpotifySession } from '../spotify/session.js';
import { signIn } from '../spotify/sign-in.js';
import { TokenStore } from '../spotify/token-store.js';
import type { FakeApp } from './accounts.js';
import { FakeSpotify } from './server.js';

/** Short pauses, so that specs of failing servers take no time. Milliseconds. */
export const IMPATIENT: Patience = {
  attempts: 4,
  timeout: 250,
  firstPause: 4,
  longestPause: 20,
  longestRetryAfter: 2_000,
};

/** A fake Spotify, a folder for the token, and what is needed to sign in. */
export class Stage {
  private constructor(
    readonly fake: FakeSpotify,
    readonly folder: string,
    readonly config: SpotifyConfig,
    readonly store: TokenStore,
  ) {}

  static async open(app: Partial<FakeApp> = {}): Promise<Stage> {
    const fake = await FakeSpotify.start(app);
    const folder = await mkdtemp(join(tmpdir(), 'fake-spotify-'));
    const environment = fake.environment;
    const config = spotifyConfig({
      projectDir: folder,
      env: (name) => environment[name],
      var: (_name, fallback) => fallback,
    });
    return new Stage(fake, folder, config, new TokenStore(config.tokenFile));
  }

  /** A person signs in: the page is opened, and the address it leads to is pasted. */
  async signIn(): Promise<SpotifySession> {
    let location = '';
    await signIn(
      this.config,
      this.store,
      {
        show: (url) => {
          location = url;
        },
        open: async () => false,
        readLine: async () => (await this.visit(location)) ?? undefined,
        say: () => {},
      },
      { signal: new AbortController().signal, patience: IMPATIENT, mode: 'paste' },
    );
    return this.session();
  }

  /** As a new run begins: what is known is what the token's file holds. */
  session(): SpotifySession {
    return new SpotifySession(this.config, this.store);
  }

  /** Where the page of the sign-in sends the browser; null when it shows an error. */
  async visit(url: string): Promise<string | null> {
    return (await fetch(url, { redirect: 'manual' })).headers.get('location');
  }

  async close(): Promise<void> {
    await this.fake.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}
