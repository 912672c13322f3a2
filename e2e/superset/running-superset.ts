import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CommandResult, run } from '../temp-project.js';

const DEPLOY = resolve(import.meta.dirname, '..', '..', 'deploy', 'superset');
const INSTALL = join(import.meta.dirname, 'scripts', 'install.sh');
const READY_WITHIN_MS = 300_000;

export const user = { name: 'admin', password: 'password-of-the-specs' };

/** A Superset on the loopback interface with the configuration that the container uses; its state is SQLite in a temporary folder. */
export class RunningSuperset {
  readonly #home = mkdtempSync(join(tmpdir(), 'tsdbt-superset-'));
  #server: ChildProcess | undefined;
  #log = '';
  url = '';

  private constructor(readonly bin: string) {}

  /** Installs Superset if need be, makes its tables and its administrator, and imports a bundle as a deployment does. */
  static async start(bundle: string): Promise<RunningSuperset> {
    const installed = await run('sh', [INSTALL], DEPLOY);
    if (installed.code !== 0) throw new Error(installed.stderr);
    const superset = new RunningSuperset(join(installed.stdout.trim(), 'bin'));
    try {
      const made = await superset.#run('sh', [join(DEPLOY, 'bootstrap.sh')], { SUPERSET_BUNDLE: bundle });
      if (made.code !== 0) throw new Error(`${made.stdout}\n${made.stderr}`.slice(-4000));
      await superset.#serve();
    } catch (thrown) {
      await superset.stop();
      throw thrown;
    }
    return superset;
  }

  /** Imports a bundle into the running server's state, as a deployment does after a change. */
  import(bundle: string): Promise<CommandResult> {
    return this.#run('python', [join(DEPLOY, 'import_bundle.py'), bundle, user.name], {});
  }

  async stop(): Promise<void> {
    const server = this.#server;
    if (server !== undefined && server.exitCode === null) {
      const ended = new Promise((done) => server.once('exit', done));
      server.kill('SIGTERM');
      await ended;
    }
    rmSync(this.#home, { recursive: true, force: true });
  }

  /** What the server has printed so far. */
  log(): string {
    return this.#log;
  }

  async #serve(): Promise<void> {
    const port = await freePort();
    this.url = `http://127.0.0.1:${port}`;
    const args = ['--workers', '2', '--threads', '4', '--worker-class', 'gthread', '--timeout', '120'];
    const server = spawn(
      join(this.bin, 'gunicorn'),
      [...args, '--bind', `127.0.0.1:${port}`, 'superset.app:create_app()'],
      {
        env: { ...process.env, ...this.#env() },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    this.#server = server;
    for (const stream of [server.stdout, server.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#log += text;
      });
    }
    const until = Date.now() + READY_WITHIN_MS;
    while (server.exitCode === null && Date.now() < until) {
      const answer = await fetch(`${this.url}/health`).catch(() => undefined);
      if (answer?.ok === true) return;
      await sleep(500);
    }
    throw new Error(`Superset is not up: ${this.#log.slice(-2000)}`);
  }

  #run(program: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<CommandResult> {
    return run(program, args, this.#home, { ...this.#env(), ...env });
  }

  #env(): Record<string, string> {
    return {
      PATH: `${this.bin}:${process.env.PATH}`,
      SUPERSET_HOME: this.#home,
      SUPERSET_CONFIG_PATH: join(DEPLOY, 'superset_config.py'),
      SUPERSET_SECRET_KEY: 'a key of the specs, long enough for Superset to take it',
      SUPERSET_ADMIN_USER: user.name,
      SUPERSET_ADMIN_PASSWORD: user.password,
    };
  }
}

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => done(port));
    });
  });
}

/** A PNG's width and height in pixels. */
export function pictureSize(path: string): { width: number; height: number } {
  const bytes = readFileSync(path);
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}
