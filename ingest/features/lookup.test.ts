import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Fault } from '../fake-spotify/faults.js';
import { IMPATIENT, Stage } from '../fake-spotify/signed-in.js';
import { fakeTrack } from '../fake-spotify/world.js';
import type { SpotifyError } from '../spotify/spotify-error.js';
import { featuresFromJson } from './feature-ranges.js';
import { type Lookup, lookUp } from './lookup.js';
import type { FeatureService, TrackReference } from './provider.js';
import { ReccobeatsFeatures } from './reccobeats.js';
import { SpotifyFeatures } from './spotify-features.js';

let stage: Stage;
let spotify: SpotifyFeatures;
let reccobeats: ReccobeatsFeatures;
beforeEach(async () => {
  stage = await Stage.open();
  spotify = new SpotifyFeatures(await stage.signIn(), { patience: IMPATIENT });
  reccobeats = new ReccobeatsFeatures(stage.fake.url, { patience: IMPATIENT });
});
afterEach(() => stage.close());

function references(count: number): TrackReference[] {
  stage.fake.tracks = Array.from({ length: count }, (_, index) => fakeTrack(index + 1));
  return stage.fake.tracks.map(({ id, name, artist }) => ({ trackId: id, trackName: name, artistName: artist }));
}

async function run(
  services: readonly FeatureService[],
  tracks: readonly TrackReference[],
  asked: ReadonlySet<string> = new Set(),
): Promise<{ lookups: Lookup[]; givenUp: string[] }> {
  const lookups: Lookup[] = [];
  const givenUp: string[] = [];
  for await (const batch of lookUp(services, tracks, {
    signal: new AbortController().signal,
    alreadyAsked: (provider, id) => asked.has(`${provider} ${id}`),
    onGivenUp: (provider, error) => givenUp.push(`${provider}: ${(error as SpotifyError).problem}`),
    onProgress: () => {},
  })) {
    lookups.push(...batch);
  }
  return { lookups, givenUp };
}

const summary = (lookups: readonly Lookup[]) =>
  lookups.map(({ provider, answer }) => `${provider} ${answer.outcome}`).sort();

describe('Spotify', () => {
  it('is asked for a hundred tracks at a time; null means that it has none', async () => {
    const tracks = references(230);
    stage.fake.tracks[7] = fakeTrack(8, { features: undefined as never });
    const { lookups } = await run([spotify], tracks);
    expect(
      stage.fake.requests.filter((r) => r.route === 'audio-features').map((r) => r.query.get('ids')!.split(',').length),
    ).toEqual([100, 100, 30]);
    expect(lookups.filter((lookup) => lookup.answer.outcome === 'not_found')).toHaveLength(1);
    expect(lookups[0]!.answer).toMatchObject({
      outcome: 'found',
      durationMs: fakeTrack(1).durationMs,
      features: fakeTrack(1).features,
    });
  });

  it('values that cannot be are unusable, and say why', async () => {
    const tracks = references(2);
    stage.fake.tracks = [fakeTrack(1, { features: { ...fakeTrack(1).features!, energy: 7 } }), fakeTrack(2)];
    const { lookups } = await run([spotify], tracks);
    expect(lookups.map((lookup) => lookup.answer)).toMatchObject([
      { outcome: 'unusable', reason: 'energy is out of range' },
      { outcome: 'found' },
    ]);
  });

  it('features are those of the track that was asked for', async () => {
    const [a, b] = references(2);
    stage.fake.failNext('audio-features', { kind: 'body', body: { audio_features: [{ id: b!.trackId }, null] } });
    const { lookups } = await run([spotify], [a!, b!]);
    expect(lookups.map((lookup) => lookup.answer)).toEqual([
      { outcome: 'unusable', reason: 'the features are of another track' },
      { outcome: 'not_found' },
    ]);
  });
});

describe('ReccoBeats', () => {
  it('leads from Spotify ids to its own, and tells no key, mode and measure', async () => {
    const tracks = references(41);
    const { lookups } = await run([reccobeats], tracks);
    expect(stage.fake.count('reccobeats')).toBe(2 + 41);
    expect(lookups[40]!.answer).toMatchObject({
      outcome: 'found',
      features: { energy: fakeTrack(41).features!.energy, key: null, mode: null, time_signature: null },
    });
  });
});

describe('ReccoBeats, where it fails', () => {
  const good: Fault = { kind: 'none' };
  const bad = (status: number): Fault[] => Array<Fault>(IMPATIENT.attempts).fill({ kind: 'status', status });

  it('for one track of a batch, for good: what it said of the others is kept, and the track is passed over', async () => {
    const tracks = references(40);
    stage.fake.failNext('reccobeats', good, ...Array<Fault>(20).fill(good), ...bad(500));
    const { lookups, givenUp } = await run([reccobeats], tracks);
    expect(givenUp).toEqual([]);
    expect(lookups.filter((lookup) => lookup.answer.outcome === 'found')).toHaveLength(39);
    expect(lookups[20]).toMatchObject({
      track: tracks[20],
      answer: { outcome: 'unusable', reason: 'the service fails for it (500)' },
    });
  });

  it('for all from one on: what it said before is kept, and the others count as not asked', async () => {
    const tracks = references(100);
    stage.fake.failNext('reccobeats', good, ...Array<Fault>(25).fill(good), ...bad(503), ...bad(503), ...bad(503));
    const { lookups, givenUp } = await run([reccobeats], tracks);
    expect(lookups.map((lookup) => lookup.answer.outcome)).toEqual(Array(25).fill('found'));
    expect(givenUp).toEqual([expect.stringContaining('the server failed (503)')]);
    expect(stage.fake.count('reccobeats')).toBe(1 + 25 + 3 * IMPATIENT.attempts);
  });

  it('and for the last one: nobody knows whether it is the track, so it is asked for again next time', async () => {
    stage.fake.failNext('reccobeats', good, good, ...bad(500));
    const { lookups, givenUp } = await run([reccobeats], references(2));
    expect(lookups).toHaveLength(1);
    expect(givenUp).toHaveLength(1);
  });

  it('403, 429 and silence concern all tracks', async () => {
    for (const faults of [
      [{ kind: 'status', status: 403 } as Fault],
      bad(429),
      Array<Fault>(IMPATIENT.attempts).fill({ kind: 'hang' }),
    ]) {
      stage.fake.failNext('reccobeats', good, good, ...faults);
      const { lookups, givenUp } = await run([reccobeats], references(10));
      expect([lookups.length, givenUp.length]).toEqual([1, 1]);
    }
  });
});

describe('one service after the other', () => {
  it('what the first does not have is asked of the second; what it has is not', async () => {
    const tracks = references(3);
    stage.fake.failNext('audio-features', {
      kind: 'body',
      body: { audio_features: [{ ...fakeTrack(1).features, id: tracks[0]!.trackId }, null, null] },
    });
    const { lookups } = await run([spotify, reccobeats], tracks);
    expect(summary(lookups)).toEqual([
      'reccobeats found',
      'reccobeats found',
      'spotify found',
      'spotify not_found',
      'spotify not_found',
    ]);
  });

  it('403 without a message: not asked again, the next one takes over', async () => {
    stage.fake.permitsFeatures = false;
    const { lookups, givenUp } = await run([spotify, reccobeats], references(150));
    expect(stage.fake.count('audio-features')).toBe(1);
    expect(givenUp).toEqual(['spotify: /v1/audio-features: Spotify does not permit it (403)']);
    expect(lookups).toHaveLength(150);
    expect(new Set(summary(lookups))).toEqual(new Set(['reccobeats found']));
  });

  it('a service that does not answer is given up; what it said before is kept', async () => {
    const tracks = references(150);
    const ids = tracks.slice(0, 100).map((track) => track.trackId);
    const body = { audio_features: ids.map((id, i) => ({ ...fakeTrack(i + 1).features, id })) };
    stage.fake.failNext('audio-features', { kind: 'body', body });
    stage.fake.failNext('audio-features', ...Array(IMPATIENT.attempts).fill({ kind: 'status', status: 502 }));
    const { lookups, givenUp } = await run([spotify], tracks);
    expect(lookups).toHaveLength(100);
    expect(givenUp[0]).toContain('the server failed (502)');
  });

  it('what a service did not have before is not asked of it again', async () => {
    const tracks = references(2);
    const { lookups } = await run([spotify, reccobeats], tracks, new Set([`spotify ${tracks[0]!.trackId}`]));
    expect(summary(lookups)).toEqual(['reccobeats found', 'spotify found']);
  });
});

it('features out of JSON: all or a reason', () => {
  const good = fakeTrack(1).features!;
  expect(featuresFromJson({ ...good, tempo: 0, time_signature: 0 })).toMatchObject({ tempo: 0, time_signature: 0 });
  expect(featuresFromJson({ ...good, valence: null })).toBe('valence is no number');
  expect(featuresFromJson({ ...good, key: 1.5 })).toBe('key is no whole number');
  expect(featuresFromJson(null)).toBe('no object');
});
