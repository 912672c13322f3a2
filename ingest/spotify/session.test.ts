import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Fault } from '../fake-spotify/faults.js';
import { IMPATIENT, Stage } from '../fake-spotify/signed-in.js';
import { fakePlays } from '../fake-spotify/world.js';
import { SpotifyError } from './spotify-error.js';

const PATH = '/v1/me/player/recently-played';

let stage: Stage;
let pauses: string[];
beforeEach(async () => {
  stage = await Stage.open();
  stage.fake.plays = fakePlays(3, Date.parse('2026-01-01T12:00:00Z'));
  pauses = [];
  await stage.signIn();
});
afterEach(() => stage.close());

const options = () => ({
  signal: new AbortController().signal,
  patience: IMPATIENT,
  onPause: (message: string) => void pauses.push(message),
});

async function ask(session = stage.session()): Promise<number> {
  const body = (await session.get(PATH, { limit: '50' }, options())) as { items: unknown[] };
  return body.items.length;
}

async function failure(): Promise<SpotifyError> {
  const error = await ask().then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(SpotifyError);
  return error as SpotifyError;
}

describe('the token', () => {
  it('is used as long as it is good', async () => {
    expect(await ask()).toBe(3);
    expect(await ask()).toBe(3);
    expect(stage.fake.count('token')).toBe(1); // the sign-in's
  });

  it('is renewed some minutes before it expires, and the new refresh token is stored', async () => {
    const before = (await stage.store.read())!;
    await stage.store.write({ ...before, expiresAt: Date.now() + 60_000 });
    expect(await ask()).toBe(3);
    const after = (await stage.store.read())!;
    expect(after.accessToken).not.toBe(before.accessToken);
    expect(after.refreshToken).not.toBe(before.refreshToken);
    await stage.store.write({ ...after, expiresAt: 0 });
    expect(await ask()).toBe(3); // the old refresh token is void: this is the new one
  });

  it('keeps its refresh token where the answer brings none', async () => {
    stage.fake.accounts.app.rotates = false;
    const before = (await stage.store.read())!;
    await stage.store.write({ ...before, expiresAt: 0 });
    await ask();
    expect((await stage.store.read())!.refreshToken).toBe(before.refreshToken);
  });

  it('that is refused (401) is renewed once', async () => {
    stage.fake.accounts.expire();
    expect(await ask()).toBe(3);
    expect(stage.fake.count('token')).toBe(2);
    stage.fake.accounts.app.expiresIn = 0;
    stage.fake.accounts.expire();
    expect(await failure()).toMatchObject({ status: 401, hint: expect.stringContaining('spotify-login') });
    expect(stage.fake.count('token')).toBe(3);
  });

  it('is renewed once for requests that come at the same time', async () => {
    await stage.store.write({ ...(await stage.store.read())!, expiresAt: 0 });
    const session = stage.session();
    expect(await Promise.all([ask(session), ask(session), ask(session)])).toEqual([3, 3, 3]);
    expect(stage.fake.count('token')).toBe(2);
  });

  it('that another process has renewed meanwhile is taken from the file', async () => {
    const session = stage.session();
    await ask(session);
    stage.fake.accounts.expire();
    await ask(); // the other process: it voids the refresh token that the first one knows
    stage.fake.accounts.expire();
    const other = stage.session();
    await ask(other);
    expect(await ask(session)).toBe(3);
  });

  it('that was revoked: the error says what to do', async () => {
    stage.fake.accounts.revoke();
    expect(await failure()).toMatchObject({
      message: 'Spotify no longer accepts the sign-in: it was revoked, or has expired',
      hint: 'sign in again: npx tsdbt spotify-login (the tables stay as they are until then)',
    });
  });

  it('and the secret are in no message and no stack', async () => {
    await stage.store.write({ ...(await stage.store.read())!, expiresAt: 0 });
    const messages: string[] = [];
    for (const fault of [
      { kind: 'garbage' },
      { kind: 'status', status: 400 },
      { kind: 'body', body: { access_token: 1 } },
      { kind: 'reset' },
    ] as const satisfies readonly Fault[]) {
      stage.fake.failNext('token', ...Array<Fault>(IMPATIENT.attempts).fill(fault));
      const error = await failure();
      messages.push(error.stack!, error.hint ?? '', ...pauses);
      stage.fake.failNext('token');
    }
    for (const secret of stage.fake.accounts.secrets) expect(messages.join('\n')).not.toContain(secret);
  });
});

describe('trouble that passes', () => {
  it.each<[string, Fault]>([
    ['a failing server', { kind: 'status', status: 503 }],
    ['half an answer', { kind: 'half body' }],
    ['JSON that ends early', { kind: 'cut JSON' }],
    ['a page in place of JSON', { kind: 'garbage' }],
    ['an empty answer', { kind: 'empty' }],
    ['a connection that breaks', { kind: 'reset' }],
    ['no answer', { kind: 'hang' }],
    ['too many requests', { kind: 'status', status: 429 }],
  ])('%s: asked again', async (_, fault) => {
    stage.fake.failNext('recently-played', fault, fault);
    expect(await ask()).toBe(3);
    expect(stage.fake.count('recently-played')).toBe(3);
    expect(pauses).toHaveLength(2);
  });

  it('is not waited for without end', async () => {
    stage.fake.failNext('recently-played', ...Array<Fault>(20).fill({ kind: 'status', status: 500 }));
    const error = await failure();
    expect(error.message).toMatch(/recently-played: the server failed \(500\) \(4 attempts\)$/);
    expect(stage.fake.count('recently-played')).toBe(4);
  });

  it('a server that takes the connection and never answers ends the run after a bounded time', async () => {
    stage.fake.failNext('recently-played', ...Array<Fault>(20).fill({ kind: 'hang' }));
    const begun = Date.now();
    const error = await failure();
    expect(error.message).toMatch(/recently-played: no answer within [\d.]+ seconds \(4 attempts\)$/);
    expect(Date.now() - begun).toBeLessThan(10_000);
  });

  it('Retry-After is honoured, in seconds and as a date', async () => {
    for (const header of [() => '1', () => new Date(Date.now() + 2_000).toUTCString()]) {
      stage.fake.failNext('recently-played', { kind: 'status', status: 429, retryAfter: header() });
      const begun = Date.now();
      expect(await ask()).toBe(3);
      expect(Date.now() - begun).toBeGreaterThan(500);
    }
  });

  it('a Retry-After that is too long ends the run, and says when to come back', async () => {
    stage.fake.failNext('recently-played', { kind: 'status', status: 429, retryAfter: '86400' });
    expect(await failure()).toMatchObject({
      message: expect.stringContaining('asks to wait 86400 seconds'),
      hint: 'what was taken in before stays; try again in 86400 seconds',
    });
    expect(stage.fake.count('recently-played')).toBe(1);
  });

  it('an interruption ends the waiting', async () => {
    stage.fake.failNext('recently-played', { kind: 'hang' });
    const controller = new AbortController();
    const asking = stage.session().get(PATH, {}, { signal: controller.signal });
    setTimeout(() => controller.abort(new Error('interrupted')), 50);
    await expect(asking).rejects.toThrow('interrupted');
  });
});

it('403 says what may be wrong, and is not tried again', async () => {
  stage.fake.failNext('recently-played', { kind: 'status', status: 403 });
  expect(await failure()).toMatchObject({ status: 403, hint: expect.stringContaining('User Management') });
  expect(stage.fake.count('recently-played')).toBe(1);
});
