import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Daemon, startDaemon } from './daemon.js';

const PLACES = ['/usr/lib/postgresql', '/opt/homebrew/opt', '/usr/local/opt'];

/** A PostgreSQL of Debian's packages, made as the container's image makes its own. */
export class Postgres {
  readonly #data: string;
  readonly #programs: string;
  /** PostgreSQL does not run as root: the user of its package takes its place */
  readonly #as: { uid?: number; gid?: number };

  constructor(
    /** absolute; it is made at the first start */
    readonly folder: string,
    /** of its service: POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB, POSTGRES_INITDB_ARGS */
    readonly settings: Readonly<Record<string, string>>,
    readonly port: number,
  ) {
    this.#data = join(folder, 'data');
    this.#programs = Postgres.programs() ?? '';
    this.#as = process.getuid?.() === 0 ? userOf('postgres') : {};
  }

  /** Folder of the newest PostgreSQL that is installed. */
  static programs(): string | undefined {
    const found = PLACES.flatMap((place) =>
      existsSync(place) ? readdirSync(place).map((name) => join(place, name, 'bin')) : [],
    );
    return found
      .filter((folder) => existsSync(join(folder, 'initdb')))
      .sort()
      .at(-1);
  }

  /** What its clients need to find it. */
  get environment(): Record<string, string> {
    return {
      PATH: `${this.#programs}:${process.env.PATH}`,
      PGHOST: this.folder,
      PGPORT: String(this.port),
    };
  }

  /** @param command of its service, with the paths of this machine */
  async start(command: readonly string[]): Promise<Daemon> {
    if (!existsSync(this.#data)) await this.#make();
    const [, ...args] = command;
    const here = ['-D', this.#data, '-k', this.folder, '-c', `port=${this.port}`, '-c', 'listen_addresses=127.0.0.1'];
    return this.#daemon([...args, ...here]);
  }

  async #make(): Promise<void> {
    mkdirSync(this.folder, { recursive: true });
    const password = join(this.folder, 'password');
    writeFileSync(password, this.settings.POSTGRES_PASSWORD!);
    for (const path of [this.folder, password])
      if (this.#as.uid !== undefined) chownSync(path, this.#as.uid, this.#as.gid!);
    chmodSync(dirname(this.folder), 0o755);
    const args = this.settings.POSTGRES_INITDB_ARGS!.split(' ');
    this.#run('initdb', [
      '-D',
      this.#data,
      `--username=${this.settings.POSTGRES_USER}`,
      `--pwfile=${password}`,
      '--auth-local=trust',
      ...args,
    ]);
    rmSync(password);
    const first = this.#daemon([
      '-D',
      this.#data,
      '-k',
      this.folder,
      '-c',
      `port=${this.port}`,
      '-c',
      'listen_addresses=',
    ]);
    const { POSTGRES_USER: user, POSTGRES_DB: database } = this.settings;
    for (let tries = 0; ; tries++) {
      try {
        this.#run('createdb', ['--host', this.folder, '--port', String(this.port), `--username=${user}`, database!]);
        break;
      } catch (error) {
        if (tries === 50) throw new Error(`${String(error)}\n${first.log()}`);
        await sleep(200);
      }
    }
    await first.stop();
  }

  #daemon(args: readonly string[]): Daemon {
    // SIGINT: its fast way to stop, which images of PostgreSQL set as theirs
    return startDaemon([join(this.#programs, 'postgres'), ...args], {
      cwd: this.folder,
      env: {},
      stopSignal: 'SIGINT',
      ...this.#as,
    });
  }

  #run(program: string, args: readonly string[]): void {
    execFileSync(join(this.#programs, program), args, { cwd: this.folder, stdio: 'pipe', ...this.#as });
  }
}

function userOf(name: string): { uid: number; gid: number } {
  const id = (flag: string): number => Number(execFileSync('id', [flag, name], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}
