import type { ChildProcess } from 'node:child_process';
import { cpSync, existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeSpotify } from '../../ingest/fake-spotify/server.js';
import { fakePlays } from '../../ingest/fake-spotify/world.js';
import { DEPLOY, readEnvFile } from '../compose-file.js';
import type { Guide } from '../guides.js';
import { TempProject } from '../temp-project.js';
import { TrinoReader } from '../trino/trino-reader.js';
import { GuideShell } from './guide-shell.js';
import { missingPrograms, Stack } from './stack.js';
import { SupersetClient } from './superset-client.js';

const missing = missingPrograms();
if (missing.length > 0) throw new Error(`the stack needs ${missing.join(' and ')}`);

const HOUR = 3_600_000;
const password = 'password-of-superset';
const now = Date.now();
const fake = await FakeSpotify.start();
fake.plays = fakePlays(30, now - 12 * HOUR);
const { SPOTIFY_ACCOUNTS_URL, SPOTIFY_API_URL, ...app } = fake.environment;
const variables = {
  ...readEnvFile(join(DEPLOY, '.env.example')),
  ...app,
  SUPERSET_SECRET_KEY: 'a key of the specs, long enough for Superset to take it',
  SUPERSET_ADMIN_PASSWORD: password,
  POSTGRES_PASSWORD: 'passwordofpostgres',
  // every five seconds, so that nobody waits for six hours; a run begins up to a minute after its due time
  SCHEDULE: '*/5 * * * * *',
};

const project = new TempProject();
let stack: Stack;
let shell: GuideShell;
beforeAll(async () => {
  for (const file of ['.env.example', 'compose.yaml'])
    cpSync(join(DEPLOY, file), project.path('deploy', file), { recursive: true });
  stack = await Stack.create(project.dir, variables, {
    SPOTIFY_ACCOUNTS_URL: SPOTIFY_ACCOUNTS_URL!,
    SPOTIFY_API_URL: SPOTIFY_API_URL!,
  });
  shell = await GuideShell.open(stack, ['operations.md', 'troubleshooting.md']);
});
afterAll(async () => {
  shell?.close();
  await stack?.close();
  await fake.stop();
  project.remove();
});

/** The commands under a heading of the guide, which have to succeed. @returns what they printed */
async function guide(
  heading: string,
  talk?: (child: ChildProcess) => void,
  file: Guide = 'operations.md',
): Promise<string> {
  const results = await shell.run(file, heading, talk);
  for (const { code, stdout, stderr } of results) expect(code, `${heading}: ${stdout}${stderr}`).toBe(0);
  return results.map(({ stdout, stderr }) => stdout + stderr).join('');
}

async function playsInTrino(): Promise<number> {
  const trino = new TrinoReader(`http://127.0.0.1:${stack.ports.trino}`);
  const [plays] = await trino.list('SELECT count(*) FROM silver.listening_with_features');
  return Number(plays);
}

const signIn = (word: string) => SupersetClient.signIn(`http://127.0.0.1:${stack.ports.superset}`, 'admin', word);

async function playsInSuperset(word = password): Promise<number> {
  const superset = await signIn(word);
  const charts = await superset.charts();
  const chart = charts.find(({ slice_name }) => slice_name === 'Plays');
  expect(chart, charts.map(({ slice_name }) => slice_name).join(', ')).toBeDefined();
  const [row] = await superset.rows(chart!);
  return Number(Object.values(row!)[0]);
}

describe('the stack without containers', () => {
  it('is set up as the guide says', async () => {
    await guide('Running the stack');
    await guide('Before the first start');
    expect(existsSync(project.path('deploy', '.env'))).toBe(true);
    expect(existsSync(project.path('data', 'kaggle'))).toBe(true);
  });

  it('signs in to Spotify from a one-off command', async () => {
    await guide('Sign in to Spotify', async (child) => {
      const url = await new Promise<string>((found) => {
        child.stdout!.on('data', (text: string) => {
          const address = /https?:\/\/\S+/.exec(text)?.[0];
          if (address !== undefined) found(address);
        });
      });
      // what the browser does: it opens the page, and is sent back
      const page = await fetch(url, { redirect: 'manual' });
      child.stdin!.end(`${page.headers.get('location')}\n`);
    });
    expect(statSync(project.path('data', '.spotify-token.json')).mode & 0o777).toBe(0o600);
  });

  it('builds at the start', async () => {
    const build = await stack.run('first-build');
    expect(build.code, build.stderr).toBe(0);
    expect(existsSync(project.path('warehouse', 'lake.duckdb'))).toBe(true);
  });

  it('starts PostgreSQL, Redis and Trino with the configuration of the containers', async () => {
    await stack.start('postgres');
    await stack.start('redis');
    await stack.start('trino');
    const { POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB } = stack.environment('postgres');
    const uri = `postgresql://${POSTGRES_USER}:${POSTGRES_PASSWORD}@127.0.0.1:${stack.ports.postgres}/${POSTGRES_DB}`;
    const asked = await stack.exec('postgres', ['psql', uri, '-Atc', 'show max_connections; show password_encryption']);
    expect(asked.stdout, asked.stderr).toBe('50\nscram-sha-256\n');
    const redis = await stack.exec('redis', ['redis-cli', '-p', `${stack.ports.redis}`, 'config', 'get', 'maxmemory']);
    expect(redis.stdout).toBe('maxmemory\n134217728\n');
    // a server that has just started may not have found itself as a worker yet
    await expect.poll(() => playsInTrino().catch(String), { timeout: 120_000, interval: 1000 }).toBe(30);
  });

  it('takes the dashboards into Superset, and a chart shows the plays', async () => {
    const bundle = await stack.run('superset-bundle');
    expect(bundle.code, bundle.stderr).toBe(0);
    const init = await stack.run('superset-init');
    expect(init.code, init.stdout + init.stderr).toBe(0);
    await stack.start('superset');
    expect(await playsInSuperset()).toBe(30);
  });

  it('shows new plays in Trino and in Superset after the next scheduled build', async () => {
    fake.plays = [...fake.plays, ...fakePlays(7, now, 31)];
    await stack.start('tsdbt');
    const until = Date.now() + 600_000;
    while ((await playsInTrino()) === 30 && Date.now() < until) await sleep(1000);
    expect(await playsInTrino(), stack.log('tsdbt')).toBe(37);
    // the build goes on to the gold tables
    while ((await playsInSuperset()) === 30 && Date.now() < until) await sleep(5000);
    expect(await playsInSuperset(), stack.log('tsdbt')).toBe(37);
    const health = await stack.health('tsdbt');
    expect(health.code, health.stderr).toBe(0);
    expect(await stack.stop('tsdbt')).toBe(0);
  });

  it('takes commands of one’s own', async () => {
    const said = await guide('Commands of your own');
    expect(said).toContain('gold.diagnostic');
  });

  it('is backed up and restored', async () => {
    await guide('Back up');
    expect(stack.isRunning('tsdbt')).toBe(true);
    await stack.stop('tsdbt');
    expect(readFileSync(project.path('backup', 'env'), 'utf8')).toContain('SUPERSET_SECRET_KEY');

    // what happened since is gone after the restore: plays, the token, a dashboard that somebody deleted
    fake.plays = [...fake.plays, ...fakePlays(5, now + HOUR, 50)];
    const build = await stack.run('tsdbt', ['build', '--select', '+listening_with_features']);
    expect(build.code, build.stderr).toBe(0);
    expect(await playsInTrino()).toBe(42);
    rmSync(project.path('data', '.spotify-token.json'));
    const drop = await stack.exec('postgres', ['psql', '-U', 'superset', '-c', 'delete from dashboard_slices']);
    expect(drop.code, drop.stderr).toBe(0);

    // the scheduler that the guide starts again is to find nothing new
    fake.plays = fake.plays.slice(0, 37);
    await guide('Restore');
    expect(await playsInTrino()).toBe(37);
    expect(await playsInSuperset()).toBe(37);
    expect(existsSync(project.path('data', '.spotify-token.json'))).toBe(true);
    const left = await stack.exec('postgres', [
      'psql',
      '-U',
      'superset',
      '-Atc',
      'select count(*) > 0 from dashboard_slices',
    ]);
    expect(left.stdout).toBe('t\n');
  });

  it('tells how it is, and is mended, by the commands of the guide to troubles', async () => {
    const said = await guide('What the services say of themselves', undefined, 'troubleshooting.md');
    expect(said).toContain('"starting":false');
    expect(said).toContain("b'OK'");
    await guide('Superset', undefined, 'troubleshooting.md');
    await expect(signIn(password)).rejects.toThrow('401');
    expect(await playsInSuperset('a new password')).toBe(37);
  });

  it('has run every command of the guides that is its to run', () => {
    expect(shell.left).toEqual([]);
  });
});
