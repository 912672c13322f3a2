import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Answer, FakeAccounts, type FakeApp } from './accounts.js';
import { audioFeatures, reccobeats, recentlyPlayed } from './api.js';
import { answerWithFault, type FakeRoute, type Fault } from './faults.js';
import type { FakePlay, FakeTrack } from './world.js';

/** A request that arrived. */
export interface FakeRequest {
  readonly route: FakeRoute | 'authorize' | 'other';
  readonly method: string;
  readonly query: URLSearchParams;
}

/**
 * A Spotify of our own: accounts and Web API, and beside it ReccoBeats, over HTTP on 127.0.0.1. What it plays, what it permits
 * and what goes wrong is set from outside.
 */
export class FakeSpotify {
  readonly accounts: FakeAccounts;
  /** all that the listener played; the service tells the last fifty */
  plays: FakePlay[] = [];
  /** tracks whose features are known, beside those that were played */
  tracks: FakeTrack[] = [];
  /** whether the app may still ask for audio features */
  permitsFeatures = true;
  readonly requests: FakeRequest[] = [];
  readonly #faults = new Map<FakeRoute, Fault[]>();
  readonly #server: Server;

  private constructor(app: Partial<FakeApp>) {
    this.accounts = new FakeAccounts({
      clientId: 'fake-client-id',
      clientSecret: 'fake-client-secret-0123456789',
      redirectUris: ['http://127.0.0.1:8888/callback'],
      expiresIn: 3600,
      rotates: true,
      agrees: true,
      ...app,
    });
    this.#server = createServer((request, response) => void this.#handle(request, response));
  }

  /** Starts it on a free port. */
  static async start(app: Partial<FakeApp> = {}): Promise<FakeSpotify> {
    const fake = new FakeSpotify(app);
    await new Promise<void>((listening) => fake.#server.listen(0, '127.0.0.1', listening));
    return fake;
  }

  /** its address, without a slash at the end; accounts and API are at the same one */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** the settings that lead to it, as `.env` has them */
  get environment(): Record<string, string> {
    const { clientId, clientSecret, redirectUris } = this.accounts.app;
    return {
      CLIENT_ID: clientId,
      ...(clientSecret === undefined ? {} : { CLIENT_SECRET: clientSecret }),
      REDIRECT_URI: redirectUris[0]!,
      SPOTIFY_ACCOUNTS_URL: this.url,
      SPOTIFY_API_URL: this.url,
    };
  }

  /** What goes wrong with the next requests to a route, one after the other. */
  failNext(route: FakeRoute, ...faults: readonly Fault[]): void {
    this.#faults.set(route, [...(this.#faults.get(route) ?? []), ...faults]);
  }

  /** Requests to a route so far. */
  count(route: FakeRequest['route']): number {
    return this.requests.filter((request) => request.route === route).length;
  }

  async stop(): Promise<void> {
    const closed = new Promise((done) => this.#server.close(done));
    this.#server.closeAllConnections();
    await closed;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    const route = routeOf(request.method ?? '', url.pathname);
    this.requests.push({ route, method: request.method ?? '', query: url.searchParams });
    const form = new URLSearchParams(await text(request));
    const fault = route === 'authorize' || route === 'other' ? undefined : this.#faults.get(route)?.shift();
    // a request that is lost on its way back has been worked on all the same
    const answer = this.#answer(route, url, form, request.headers.authorization);
    const body = answer.body === undefined ? '' : JSON.stringify(answer.body);
    if (fault !== undefined && fault.kind !== 'none') {
      answerWithFault(response, fault, body);
      return;
    }
    response
      .writeHead(answer.status, { 'content-type': 'application/json; charset=utf-8', ...answer.headers })
      .end(body);
  }

  #answer(route: FakeRequest['route'], url: URL, form: URLSearchParams, authorization: string | undefined): Answer {
    const tracks = [...this.tracks, ...this.plays.map((play) => play.track)];
    switch (route) {
      case 'authorize':
        return this.accounts.authorize(url.searchParams);
      case 'token':
        return this.accounts.token(form, authorization);
      case 'reccobeats':
        return reccobeats(tracks, url.pathname, url.searchParams);
      case 'other':
        return { status: 404, body: { error: { status: 404, message: 'Service not found' } } };
    }
    if (!this.accounts.accepts(authorization)) {
      return { status: 401, body: { error: { status: 401, message: 'The access token expired' } } };
    }
    return route === 'recently-played'
      ? recentlyPlayed(this.plays, url.searchParams, this.url)
      : audioFeatures(tracks, url.searchParams, this.permitsFeatures);
  }
}

function routeOf(method: string, path: string): FakeRequest['route'] {
  const route = `${method} ${path}`;
  if (route === 'GET /authorize') return 'authorize';
  if (route === 'POST /api/token') return 'token';
  if (route === 'GET /v1/me/player/recently-played') return 'recently-played';
  if (route === 'GET /v1/audio-features') return 'audio-features';
  return route.startsWith('GET /v1/track') ? 'reccobeats' : 'other';
}

async function text(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
