// Shows the whole way from a Spotify account to tables, without an account: a server of our own stands in for Spotify. Nothing of the
// project is touched: it is copied to a folder that goes away at the end (--keep leaves it there).
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createJiti } from 'jiti';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const TSDBT = join(ROOT, 'runner', 'bin', 'tsdbt.js');
const PARTS = ['project.yml', 'package.json', 'models', 'macros', 'seeds', 'tests', 'ingest', 'ml'];
const HOUR = 3_600_000;

const jiti = createJiti(import.meta.url);
const { FakeSpotify } = await jiti.import('../ingest/fake-spotify/server.ts');
const { fakePlays } = await jiti.import('../ingest/fake-spotify/world.ts');

const folder = mkdtempSync(join(tmpdir(), 'demo-spotify-'));
const fake = await FakeSpotify.start();
process.once('SIGINT', () => process.exit(130)); // the exit handler tidies up
process.once('exit', () => {
  if (!process.argv.includes('--keep')) rmSync(folder, { recursive: true, force: true });
});
try {
  for (const part of PARTS) cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'dir');
  const settings = Object.entries(fake.environment).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(join(folder, '.env'), settings.join(''), { mode: 0o600 });
  const now = Date.now();

  say(`A server at ${fake.url} stands in for Spotify; the project is copied to ${folder}.`);
  fake.plays = fakePlays(30, now - 6 * HOUR);

  say('1. Sign in. You would open the address that it prints and press "Agree"; here that is done for you.');
  await signIn();

  say('2. Build. Spotify tells 30 plays; the app may ask for audio features, so the features are real.');
  await build();
  await show();

  say('3. Six hours later: 25 more plays. Pages overlap, the network fails twice, Spotify asks to slow down once.');
  fake.plays = [...fake.plays, ...fakePlays(25, now, 31)];
  fake.failNext(
    'recently-played',
    { kind: 'half body' },
    { kind: 'status', status: 429, retryAfter: '1' },
    { kind: 'reset' },
  );
  await build();
  await show();

  say('4. After a long pause: 60 more plays, of which Spotify keeps the last 50. The gap is told.');
  fake.plays = [...fake.plays, ...fakePlays(60, now + 12 * HOUR, 70)];
  fake.permitsFeatures = false;
  await build();
  await show();

  say('5. The sign-in is revoked: an error says what to do, and the tables stay.');
  fake.accounts.revoke();
  await build(1);
  await show();
} finally {
  await fake.stop();
}
if (process.argv.includes('--keep')) say(`The project of this demonstration is in ${folder}.`);

function say(text) {
  console.log(`\n\x1b[1m${text}\x1b[0m`);
}

async function signIn() {
  const child = tsdbt(['spotify-login', '--no-browser'], ['pipe', 'pipe', 'inherit']);
  let printed = '';
  let sent = false;
  child.stdout.setEncoding('utf8').on('data', async (text) => {
    process.stdout.write(text);
    printed += text;
    if (sent || !printed.includes('\n')) return;
    sent = true;
    // what the browser does: it opens the page, and is sent back
    const page = await fetch(printed.trim(), { redirect: 'manual' });
    child.stdin.end(`${page.headers.get('location')}\n`);
  });
  await finished(child, 0);
}

async function build(expected = 0) {
  // from the sources to the silver table; the whole project would take longer
  const args = ['build', '--select', '+listening_with_features', '--exclude', 'resource_type:test'];
  await finished(tsdbt(args, ['ignore', 'inherit', 'inherit']), expected);
}

async function show() {
  const sql = `select source, feature_source, count(*) as plays, min(played_at) as first, max(played_at) as last
    from {{ ref('listening_with_features') }} group by all order by all`;
  await finished(tsdbt(['show', '--inline', sql, '--quiet'], ['ignore', 'inherit', 'inherit']), 0);
}

function tsdbt(args, stdio) {
  return spawn(process.execPath, [TSDBT, ...args], {
    cwd: folder,
    stdio,
    env: { ...process.env, ...fake.environment },
  });
}

function finished(child, expected) {
  return new Promise((done, fail) => {
    child.once('error', fail);
    child.once('close', (code) => {
      if (code === expected) done(undefined);
      else fail(new Error(`ended with ${code} instead of ${expected}`));
    });
  });
}
