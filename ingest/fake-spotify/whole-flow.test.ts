import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CommandResult, TempProject } from '../../e2e/temp-project.js';
import { FakeSpotify } from './server.js';
import { type FakePlay, fakePlays } from './world.js';

const TSDBT = join(import.meta.dirname, '../../runner/bin/tsdbt.js');
const HOUR = 3_600_000;
const NOON = Date.parse('2026-01-10T12:00:00.000Z');

let fake: FakeSpotify;
let project: TempProject;
const output: string[] = [];

beforeAll(async () => {
  fake = await FakeSpotify.start();
  project = new TempProject();
  project.write(
    '.env',
    Object.entries(fake.environment)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  );
});
afterAll(async () => {
  project.remove();
  await fake.stop();
});

async function build(args: readonly string[] = [], env: Record<string, string> = {}): Promise<CommandResult> {
  const result = await project.tsdbt(['build', '--select', '+listening_with_features', ...args], env);
  output.push(result.stdout, result.stderr);
  return result;
}

/** Runs `tsdbt spotify-login --no-browser`: opens the page that it prints, and pastes where the page leads. */
function signIn(): Promise<CommandResult> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [TSDBT, 'spotify-login', '--no-browser'], { cwd: project.dir });
    let stdout = '';
    let stderr = '';
    let pasted = false;
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (pasted || !stdout.includes('\n')) return;
      pasted = true;
      fetch(stdout.trim(), { redirect: 'manual' }).then(
        (page) => child.stdin.end(`${page.headers.get('location')}\n`),
        fail,
      );
    });
    child.on('error', fail);
    child.on('close', (code) => {
      output.push(stdout, stderr);
      done({ code: code ?? -1, stdout, stderr });
    });
  });
}

async function counts(): Promise<Record<string, number>> {
  const rows = await project.query(
    'select source, feature_source, count(*) as n from silver.listening_with_features group by all',
  );
  return Object.fromEntries(rows.map((row) => [`${row.source} ${row.feature_source}`, Number(row.n)]));
}

/** The extended export that tells the same plays, some seconds off. */
function asExport(plays: readonly FakePlay[]): string {
  return JSON.stringify(
    plays.map(({ playedAt, track }) => ({
      ts: `${new Date(playedAt + 2_000).toISOString().slice(0, 19)}Z`,
      ms_played: track.durationMs,
      master_metadata_track_name: track.name,
      master_metadata_album_artist_name: track.artist,
      master_metadata_album_album_name: track.album,
      spotify_track_uri: `spotify:track:${track.id}`,
      reason_start: 'trackdone',
      reason_end: 'trackdone',
      shuffle: false,
      skipped: false,
      offline: false,
    })),
  );
}

describe('from a sign-in to tables, step by step', () => {
  it('nobody has signed in: nothing is asked, and the sample stands in', async () => {
    const { code, stderr } = await build();
    expect([code, stderr]).toEqual([0, expect.stringContaining('not signed in to Spotify')]);
    expect(fake.requests).toEqual([]);
    expect(new Set(Object.keys(await counts()).map((name) => name.split(' ')[0]))).toEqual(new Set(['sample']));
  });

  it('signing in without a browser stores a token that only its owner may read', async () => {
    const { code, stderr } = await signIn();
    expect([code, stderr]).toEqual([0, expect.stringContaining('signed in; the token is in')]);
    expect(statSync(project.path('data/.spotify-token.json')).mode & 0o777).toBe(0o600);
  });

  it('the first real plays take the place of the sample; a closed /audio-features gives synthetic features', async () => {
    fake.plays = fakePlays(30, NOON);
    fake.permitsFeatures = false;
    const { code, stderr } = await build();
    expect([code, stderr]).toEqual([0, expect.stringContaining('spotify does not permit this app to ask (403)')]);
    expect(await counts()).toEqual({ 'spotify_api synthetic': 30 });
  });

  it('measured features that arrive later replace the synthetic ones; without ALLOW_SYNTHETIC there are none', async () => {
    expect((await build([], { ALLOW_SYNTHETIC: 'false' })).code).toBe(0);
    expect(await counts()).toEqual({ 'spotify_api none': 30 });
    fake.permitsFeatures = true;
    expect((await build()).code).toBe(0);
    expect(await counts()).toEqual({ 'spotify_api real': 30 });
  });

  it('a run that is killed after the page arrived loses nothing, and the next one adds each play once', async () => {
    fake.plays = [...fake.plays, ...fakePlays(25, NOON + 6 * HOUR, 31)];
    const before = fake.count('recently-played');
    const child = spawn(process.execPath, [TSDBT, 'build', '--select', '+listening_with_features'], {
      cwd: project.dir,
      stdio: 'ignore',
    });
    const ended = new Promise((done) => child.once('close', done));
    await expect.poll(() => fake.count('recently-played'), { interval: 1, timeout: 30_000 }).toBeGreaterThan(before);
    child.kill('SIGKILL');
    await ended;
    fake.failNext('recently-played', { kind: 'half body' }, { kind: 'status', status: 429, retryAfter: '1' });
    const features = fake.count('audio-features');
    expect((await build()).code).toBe(0);
    expect(await counts()).toEqual({ 'spotify_api real': 55 });
    expect(fake.count('audio-features') - features).toBe(1); // the new tracks, in one batch
  });

  it('the same plays again add nothing, and no track is asked for twice', async () => {
    const features = fake.count('audio-features');
    const { stderr } = await build();
    expect(stderr).toContain('bronze.spotify_recent_plays (55 rows, unchanged');
    expect(stderr).toContain('silver.listening_with_features (55 rows, unchanged');
    expect(fake.count('audio-features')).toBe(features);
  });

  it('the export that tells the same plays adds none; the table is exactly what its sources tell', async () => {
    project.write('data/spotify-export/Streaming_History_Audio_2026.json', asExport(fake.plays.slice(0, 40)));
    expect((await build()).code).toBe(0);
    expect(await counts()).toEqual({ 'spotify_api real': 15, 'spotify_export real': 40 });
    const [row] = await project.query(
      "select count(*) as n from bronze.listening_history_bronze where source = 'spotify_export' and ms_played > 0 and duration_ms > 0 and context_type = 'playlist'",
    );
    expect(Number(row!.n)).toBe(40);
  });

  it('more plays than Spotify keeps: the gap is told', async () => {
    fake.plays = [...fake.plays, ...fakePlays(60, NOON + 24 * HOUR, 60)];
    const { code, stderr } = await build();
    expect([code, stderr]).toEqual([
      0,
      expect.stringMatching(
        /plays between 2026-01-10 18:00:00 UTC and 2026-01-11 \d\d:\d\d:\d\d UTC may be missing: .*run more often/,
      ),
    ]);
    expect(Object.values(await counts()).reduce((sum, n) => sum + n)).toBe(105);
  });

  it('--full-refresh keeps what Spotify will not tell again', async () => {
    const features = fake.count('audio-features');
    expect((await build(['--full-refresh'])).code).toBe(0);
    expect(Object.values(await counts()).reduce((sum, n) => sum + n)).toBe(105);
    expect(fake.count('audio-features')).toBe(features);
  });

  it('the sign-in is revoked: the run fails, says what to do, and the tables stay', async () => {
    fake.accounts.revoke();
    const { code, stderr } = await build();
    expect(code).toBe(1);
    expect(stderr).toContain('Spotify no longer accepts the sign-in');
    expect(stderr).toContain('sign in again: npx tsdbt spotify-login');
    expect(Object.values(await counts()).reduce((sum, n) => sum + n)).toBe(105);
    await signIn();
    expect((await build()).code).toBe(0);
  });

  it('a play in the future, of a device with a wrong clock, does not keep later plays and gaps from being seen', async () => {
    fake.plays = [...fake.plays, ...fakePlays(1, Date.UTC(2199, 0, 1), 7)];
    expect((await build()).code).toBe(0);
    fake.plays = [...fake.plays, ...fakePlays(60, NOON + 72 * HOUR, 80)];
    const { stderr } = await build();
    expect(stderr).toMatch(/plays between 2026-01-11 12:00:00 UTC and 2026-01-13 \d\d:\d\d:\d\d UTC may be missing/);
    expect(Object.values(await counts()).reduce((sum, n) => sum + n)).toBe(105 + 1 + 49);
  });

  it('no token, code or secret is in any output, log, artifact or table', () => {
    const places = ['logs', 'target', 'warehouse'].flatMap((folder) => filesBelow(project.path(folder)));
    expect(places.length).toBeGreaterThan(20);
    const texts = [...output.join('\n').split('\u0000'), ...places.map((path) => readFileSync(path, 'latin1'))];
    const secrets = fake.accounts.secrets;
    expect(secrets.length).toBeGreaterThan(5);
    for (const text of texts) for (const secret of secrets) expect(text.includes(secret)).toBe(false);
  });
});

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
