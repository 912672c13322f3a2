import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { installTrino, TRINO_VERSION } from './install-trino.js';
import { javaHome } from './java-home.js';
import { type Passwords, secureProperties, writeTls } from './trino-security.js';

/** The configuration that the container uses, too. */
const ETC = resolve(import.meta.dirname, '..', '..', 'deploy', 'trino', 'etc');
const READY_WITHIN_MS = 300_000;

export interface TrinoOptions {
  /** absolute folder of the Delta tables, which the catalog `delta` reads; its file metastore is `<warehouse>/.trino` */
  readonly warehouse: string;
  /** catalogs besides `delta`, by name: properties by key. Plugins at hand: delta_lake, memory, tpch. */
  readonly catalogs?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** more lines of config.properties */
  readonly properties?: Readonly<Record<string, string>>;
  /** passwords by user; the server then answers over TLS only */
  readonly passwords?: Passwords;
  /** key that JSON web tokens are signed with (HS256), at least 32 bytes; the server then answers over TLS only */
  readonly jwtKey?: Uint8Array;
  /** TLS without authentication */
  readonly tls?: boolean;
  /** a port of the loopback interface; any free one by default */
  readonly port?: number;
  /** Java heap, e.g. `768M` (the default) */
  readonly heap?: string;
  /** memory of all queries together, e.g. `256MB` (the default); heap must exceed it by 128 MB and more */
  readonly queryMemory?: string;
  /** environment variables that catalogs name as `${ENV:NAME}` */
  readonly env?: Readonly<Record<string, string>>;
}

/** A server that is up. */
export interface RunningTrino {
  /** `http://127.0.0.1:…`, or `https://127.0.0.1:…` */
  readonly url: string;
  readonly version: string;
  readonly pid: number;
  /** the certificate that it shows, PEM, where it answers over TLS */
  readonly ca: string | undefined;
  /** file of the same */
  readonly caFile: string | undefined;
  /** what it has printed so far */
  log(): string;
  /** Ends the server and removes what it wrote beside the warehouse. */
  stop(): Promise<void>;
}

/**
 * Installs Trino if need be and starts one server on the loopback interface, with the configuration in `deploy/trino/etc`.
 *
 * @throws where Java is missing, or the server ends or is not ready within five minutes: the end of its log is in the message
 */
export async function startTrino(options: TrinoOptions): Promise<RunningTrino> {
  const server = await installTrino();
  const java = await javaHome();
  const folder = mkdtempSync(join(tmpdir(), 'tsdbt-trino-'));
  const secure = isSecure(options);
  let running: Running | undefined;
  try {
    mkdirSync(join(options.warehouse, '.trino'), { recursive: true });
    const caFile = secure ? await writeTls(java, folder) : undefined;
    writeConfiguration(folder, options, secure);
    running = new Running(server, java, folder, options);
    const { url, version } = await running.ready(secure);
    const { child } = running;
    const started = running;
    return {
      url,
      version,
      pid: child.pid!,
      caFile,
      ca: caFile === undefined ? undefined : readFileSync(caFile, 'utf8'),
      log: () => started.output,
      stop: () => started.stop(),
    };
  } catch (error) {
    await running?.stop();
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

function isSecure(options: TrinoOptions): boolean {
  return options.tls === true || options.passwords !== undefined || options.jwtKey !== undefined;
}

function writeConfiguration(folder: string, options: TrinoOptions, secure: boolean): void {
  const etc = join(folder, 'etc');
  cpSync(ETC, etc, { recursive: true });
  for (const [name, properties] of Object.entries(options.catalogs ?? {}))
    writeFileSync(join(etc, 'catalog', `${name}.properties`), lines(properties));
  // of two options of one name Java takes the last
  const jvm = [`-Xmx${options.heap ?? '768M'}`, '-Xms64M', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
  appendFileSync(join(etc, 'jvm.config'), `${jvm.join('\n')}\n`);
  const more = { ...(secure ? secureProperties(folder, etc, options) : {}), ...options.properties };
  appendFileSync(join(etc, 'config.properties'), `\n${lines(more)}`);
}

function lines(properties: Readonly<Record<string, string>>): string {
  return Object.entries(properties)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}

/** What a server says of its end stands above pages of names of classes. */
function complaints(log: string): string {
  const lines = log.split('\n').filter((line) => /^\d+\) |^Error|Exception|\sERROR\s/.test(line));
  return (lines.length > 0 ? lines.slice(0, 20) : log.split('\n').slice(-20)).join('\n');
}

class Running {
  readonly child: ChildProcess;
  output = '';
  readonly #ended: Promise<void>;
  readonly #kill = (): void => void this.child.kill('SIGKILL');
  #alive = true;

  constructor(
    server: string,
    java: string,
    private readonly folder: string,
    options: TrinoOptions,
  ) {
    this.child = spawn(
      join(server, 'bin', 'launcher'),
      ['run', `--etc-dir=${join(folder, 'etc')}`, `--data-dir=${join(folder, 'data')}`],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          ...process.env,
          JAVA_HOME: java,
          PATH: `${join(java, 'bin')}:${process.env.PATH}`,
          TRINO_HTTP_PORT: String(isSecure(options) ? 0 : (options.port ?? 0)),
          TRINO_BIND_IP: '127.0.0.1',
          TRINO_QUERY_MEMORY: options.queryMemory ?? '256MB',
          TSDBT_WAREHOUSE: options.warehouse,
          ...options.env,
        },
      },
    );
    for (const stream of [this.child.stdout!, this.child.stderr!]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
      });
    }
    this.#ended = new Promise((done) => {
      const end = (): void => {
        this.#alive = false;
        process.off('exit', this.#kill);
        done();
      };
      this.child.on('error', (error) => {
        this.output += String(error);
        end();
      });
      this.child.on('exit', end);
    });
    process.on('exit', this.#kill);
  }

  /** Waits until the server takes queries. Its port is open before that. */
  async ready(secure: boolean): Promise<{ url: string; version: string }> {
    const until = Date.now() + READY_WITHIN_MS;
    const scheme = secure ? 'https' : 'http';
    const started = new RegExp(`Started ${scheme}@\\w+\\{.*\\}\\{127\\.0\\.0\\.1:(\\d+)\\}`);
    while (Date.now() < until) {
      if (!this.#alive) throw new Error(`Trino ended before it was ready:\n${complaints(this.output)}`);
      const port = started.exec(this.output)?.[1];
      if (port !== undefined && this.output.includes('======== SERVER STARTED ========')) {
        return { url: `${scheme}://127.0.0.1:${port}`, version: TRINO_VERSION };
      }
      await sleep(100);
    }
    throw new Error(`Trino was not ready within ${READY_WITHIN_MS / 1000} s:\n${complaints(this.output)}`);
  }

  async stop(): Promise<void> {
    if (this.#alive) {
      this.child.kill('SIGTERM');
      const killer = setTimeout(this.#kill, 20_000);
      await this.#ended;
      clearTimeout(killer);
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
