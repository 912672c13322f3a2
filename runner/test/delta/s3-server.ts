import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const VERSION = '1.8.0';
const READY_WITHIN_MS = 20_000;
const REGION = 'us-east-1';

/**
 * Builds the Versity S3 gateway with Go, once, in the cache folder (`TSDBT_CACHE`, else `~/.cache/tsdbt`).
 *
 * @returns the program; undefined, with a notice, where there is no Go or its modules cannot be had
 */
export async function installS3Server(): Promise<string | undefined> {
  const folder = join(process.env.TSDBT_CACHE ?? join(homedir(), '.cache', 'tsdbt'), `versitygw-${VERSION}`);
  const program = join(folder, 'versitygw');
  if (existsSync(program)) return program;
  const making = `${folder}.${process.pid}`;
  try {
    await mkdir(making, { recursive: true });
    await run('go', ['install', `github.com/versity/versitygw/cmd/versitygw@v${VERSION}`], {
      cwd: making,
      env: { ...process.env, GOBIN: making },
      maxBuffer: 1e8,
    });
    await mkdir(folder, { recursive: true });
    await rename(join(making, 'versitygw'), program);
    return program;
  } catch (error) {
    process.stderr.write(`skipped: no S3 server (${String((error as Error).message).split('\n')[0]})\n`);
    return undefined;
  } finally {
    await rm(making, { recursive: true, force: true });
  }
}

/** A server on the loopback interface with one empty bucket. Its objects are files. */
export class S3Server {
  readonly bucket = 'lake';
  readonly #folder: string;

  private constructor(
    readonly endpoint: string,
    private readonly child: ChildProcess,
    folder: string,
  ) {
    this.#folder = folder;
  }

  /** Starts the server, and sets the credentials for it in the environment, where the SDK looks. */
  static async start(program: string): Promise<S3Server> {
    const folder = mkdtempSync(join(tmpdir(), 'tsdbt-s3-server-'));
    mkdirSync(join(folder, 'lake'));
    const port = await freePort();
    const credentials = { AWS_ACCESS_KEY_ID: 'spec', AWS_SECRET_ACCESS_KEY: 'spec-secret', AWS_REGION: REGION };
    Object.assign(process.env, credentials);
    const { AWS_ACCESS_KEY_ID: access, AWS_SECRET_ACCESS_KEY: secret } = credentials;
    const child = spawn(
      program,
      // biome-ignore format: one option after another
      ['--port', `127.0.0.1:${port}`, '--access', access, '--secret', secret, '--region', REGION, '--quiet', 'posix', folder],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
    const server = new S3Server(`http://127.0.0.1:${port}`, child, folder);
    try {
      await server.#ready();
      return server;
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  /** Where the server keeps an object of the bucket. */
  fileOf(key: string): string {
    return join(this.#folder, this.bucket, key);
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once('close', resolve));
    if (this.child.exitCode === null && this.child.kill('SIGKILL')) await ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #ready(): Promise<void> {
    for (const until = Date.now() + READY_WITHIN_MS; Date.now() < until; await sleep(50)) {
      if (this.child.exitCode !== null) throw new Error(`the S3 server ended with ${this.child.exitCode}`);
      const answer = await fetch(this.endpoint).catch(() => undefined);
      if (answer !== undefined) return;
    }
    throw new Error('the S3 server was not ready in time');
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
