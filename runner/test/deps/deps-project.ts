import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { main } from '../../src/cli/main.js';
import { type Outcome, recordingEffects, temporaryFolder, writeFiles } from '../cli/recording-effects.js';

/** A dbt project that lists packages, in a folder `shop` with room for others beside it. */
export class DepsProject {
  readonly #temporary = temporaryFolder();
  readonly around = this.#temporary.folder;
  readonly folder = join(this.around, 'shop');

  constructor(packages: string, files: Readonly<Record<string, string>> = {}) {
    this.write({
      'dbt_project.yml': 'name: shop\nprofile: shop\n',
      'profiles.yml': 'shop: {target: dev, outputs: {dev: {type: duckdb, path: shop.duckdb, threads: 2}}}\n',
      'packages.yml': packages,
      ...files,
    });
  }

  /** Paths begin at the project; `../x` lies beside it. */
  write(files: Readonly<Record<string, string>>): void {
    writeFiles(this.folder, files);
  }

  read(path: string): string {
    return readFileSync(join(this.folder, path), 'utf8');
  }

  /** Git is found by the path, as a user's is. */
  async run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
    const { effects, stdout, stderr } = recordingEffects(this.folder, {
      PATH: process.env.PATH!,
      HOME: this.around,
      ...env,
    });
    // pauses before another attempt are none
    const code = await main(args, { ...effects, sleep: async () => {} });
    return { code, stdout: stdout.text, stderr: stderr.text };
  }

  /** Makes a repository beside the project and commits what is in it. @returns the commit */
  commit(repository: string, files: Readonly<Record<string, string>>, tag?: string): string {
    const folder = join(this.around, repository);
    writeFiles(folder, files);
    const git = (...words: string[]): string =>
      execFileSync('git', ['-c', 'user.name=spec', '-c', 'user.email=spec@localhost', ...words], {
        cwd: folder,
        encoding: 'utf8',
        env: { PATH: process.env.PATH, HOME: this.around },
      });
    git('init', '-q', '-b', 'main');
    git('add', '-A');
    git('commit', '-q', '--allow-empty', '-m', 'a commit');
    if (tag !== undefined) git('tag', tag);
    return git('rev-parse', 'HEAD').trim();
  }

  remove(): void {
    this.#temporary.remove();
  }
}

/** Files of the smallest package. */
export function packageFiles(name: string, more = ''): Record<string, string> {
  return {
    'dbt_project.yml': `name: ${name}\n${more}`,
    'macros/hello.sql': `{% macro hello() %}${name}{% endmacro %}\n`,
  };
}

/** A `.tar.gz` of one folder, made by the system's own tar. */
export function archive(folderName: string, files: Readonly<Record<string, string>>): Buffer {
  const temporary = temporaryFolder();
  try {
    mkdirSync(join(temporary.folder, folderName));
    writeFiles(join(temporary.folder, folderName), files);
    return execFileSync('tar', ['-czf', '-', folderName], { cwd: temporary.folder });
  } finally {
    rmSync(temporary.folder, { recursive: true, force: true });
  }
}

interface HubPackages {
  readonly [name: string]: {
    readonly [version: string]: { readonly packages?: object[]; readonly require_dbt_version?: string[] };
  };
}

/** A package hub on this machine, with dbt's HTTP interface; archives hold a package of the version's name. */
export class LocalHub {
  readonly asked: string[] = [];
  /** answers with this status as many times as there are numbers */
  readonly failures: number[] = [];
  /** archives are asked for and never sent */
  isStuck = false;
  #server: Server | undefined;
  address = '';

  constructor(readonly packages: HubPackages) {}

  async start(): Promise<this> {
    const server = createServer((request, response) => {
      const path = request.url!;
      this.asked.push(path);
      if (this.isStuck && path.startsWith('/archives/')) return;
      const failure = this.failures.shift();
      const body = failure === undefined ? this.#answer(path) : undefined;
      response.writeHead(failure ?? (body === undefined ? 404 : 200));
      response.end(body);
    });
    this.#server = server;
    await new Promise<void>((started) => server.listen(0, '127.0.0.1', started));
    this.address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return this;
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((stopped) => this.#server?.close(stopped));
  }

  #answer(path: string): string | Buffer | undefined {
    if (path === '/api/v1/index.json') return JSON.stringify(Object.keys(this.packages));
    const name = /^\/api\/v1\/(.+)\.json$/.exec(path)?.[1];
    if (name !== undefined) return this.#describe(name);
    const [, owner, short, version] = /^\/archives\/(.+)\/(.+)\/(.+)\.tar\.gz$/.exec(path) ?? [];
    if (this.packages[`${owner}/${short}`]?.[version!] === undefined) return undefined;
    return archive(`${owner}-${short}-4f2c`, packageFiles(short!, `version: ${version}\n`));
  }

  #describe(name: string): string | undefined {
    const versions = this.packages[name];
    if (versions === undefined) return undefined;
    const [namespace, short] = name.split('/');
    const described = Object.entries(versions).map(([version, details]) => [
      version,
      {
        name: short,
        version,
        packages: [],
        require_dbt_version: [],
        ...details,
        downloads: { format: 'tgz', tarball: `${this.address}/archives/${name}/${version}.tar.gz` },
      },
    ]);
    return JSON.stringify({ name: short, namespace, versions: Object.fromEntries(described) });
  }
}
