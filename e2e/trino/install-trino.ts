import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The server that everything here is tested with; `--check` tells whether Maven Central has a newer one. */
export const TRINO_VERSION = process.env.TRINO_VERSION ?? '476';

const REPOSITORY = process.env.MAVEN_REPOSITORY ?? 'https://repo1.maven.org/maven2';
const ARTIFACT = `${REPOSITORY.replace(/\/$/, '')}/io/trino/trino-server`;

/** What a server over Delta tables needs, and three small plugins that specs of the engine use. */
const PLUGINS = ['delta-lake', 'memory', 'tpch', 'password-authenticators'];

/** The folder of an unpacked server, present or not: `TSDBT_CACHE` or `~/.cache/tsdbt` holds it. */
export function trinoFolder(version: string = TRINO_VERSION): string {
  return join(process.env.TSDBT_CACHE ?? join(homedir(), '.cache', 'tsdbt'), `trino-${version}`);
}

/**
 * Downloads Trino's server from Maven Central (some 800 MB, once), checks its checksum, unpacks it and removes the plugins that
 * are not needed.
 *
 * @param say is told what happens, a line at a time
 * @returns the server's folder, with `lib/` and `plugin/`
 * @throws where it cannot be downloaded, or arrives damaged
 */
export async function installTrino(say: (line: string) => void = () => {}): Promise<string> {
  const folder = trinoFolder();
  if (existsSync(folder)) return folder;
  // made beside it and renamed, so that what stands under the right name is whole
  const making = `${folder}.${process.pid}`;
  await rm(making, { recursive: true, force: true });
  await mkdir(making, { recursive: true });
  try {
    const archive = join(making, 'server.tar.gz');
    await download(`${ARTIFACT}/${TRINO_VERSION}/trino-server-${TRINO_VERSION}.tar.gz`, archive, say);
    say('unpacking');
    // whole: its plugins share jars as hard links
    await run('tar', ['-xzf', archive, '-C', making]);
    const server = join(making, `trino-server-${TRINO_VERSION}`);
    for (const plugin of await readdir(join(server, 'plugin'))) {
      if (!PLUGINS.includes(plugin)) await rm(join(server, 'plugin', plugin), { recursive: true });
    }
    await rm(join(server, 'plugin', 'delta-lake', 'hdfs'), { recursive: true, force: true });
    await rename(server, folder).catch((error: unknown) => {
      // another process was faster
      if (!existsSync(folder)) throw error;
    });
    say(`installed in ${folder}`);
    return folder;
  } finally {
    await rm(making, { recursive: true, force: true });
  }
}

/** The newest version of the server that the repository has. */
export async function newestTrino(): Promise<string> {
  const metadata = await text(`${ARTIFACT}/maven-metadata.xml`);
  const versions = [...metadata.matchAll(/<version>(\d+)<\/version>/g)].map((match) => Number(match[1]));
  if (versions.length === 0) throw new Error(`${ARTIFACT}/maven-metadata.xml names no versions`);
  return String(Math.max(...versions));
}

async function download(url: string, file: string, say: (line: string) => void): Promise<void> {
  const expected = (await text(`${url}.sha1`)).trim().slice(0, 40);
  const response = await fetch(url);
  if (!response.ok || response.body === null) throw new Error(`${url}: ${response.status} ${response.statusText}`);
  const total = Number(response.headers.get('content-length') ?? 0);
  const hash = createHash('sha1');
  let bytes = 0;
  let told = 0;
  const watch = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      if (bytes - told >= 100e6) {
        told = bytes;
        say(`${Math.round(bytes / 1e6)} of ${Math.round(total / 1e6)} MB`);
      }
      done(undefined, chunk);
    },
  });
  await pipeline(
    Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]),
    watch,
    createWriteStream(file),
  );
  const found = hash.digest('hex');
  if (found !== expected) throw new Error(`${url} arrived damaged: its SHA-1 is ${found}, not ${expected}`);
}

async function text(url: string): Promise<string> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status} ${response.statusText}`);
  return response.text();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--check')) {
    const newest = await newestTrino();
    console.log(
      newest === TRINO_VERSION ? `${newest} is the newest` : `${TRINO_VERSION} is pinned, ${newest} is the newest`,
    );
  } else {
    await installTrino((line) => console.log(line));
  }
}
