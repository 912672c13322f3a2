import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';

const ROOT = resolve(import.meta.dirname, '..');
const PARTS = ['project.yml', 'package.json', 'models', 'macros', 'seeds', 'tests', 'ingest', 'ml', 'dashboards'];
const SHARED = resolve(ROOT, '..', 'shared', 'data');

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** True where the real data that the specs use lies beside the checkout. */
export const hasRealData = existsSync(join(SHARED, 'kaggle_sample.csv.gz'));
if (!hasRealData) console.warn('e2e: no real data beside the checkout, the specs on it are skipped');

/** What the tables hold: the version that each stands at, and its rows. */
export interface LakeState {
  readonly versions: Readonly<Record<string, number>>;
  readonly counts: Readonly<Record<string, number>>;
}

/** A copy of the analytics project in a folder of its own, with the command line as a user runs it. */
export class TempProject {
  readonly dir = mkdtempSync(join(tmpdir(), 'tsdbt-e2e-'));

  constructor() {
    for (const part of PARTS) cpSync(join(ROOT, part), join(this.dir, part), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(this.dir, 'node_modules'));
  }

  path(...parts: string[]): string {
    return join(this.dir, ...parts);
  }

  write(path: string, content: string | Uint8Array): void {
    mkdirSync(resolve(this.path(path), '..'), { recursive: true });
    writeFileSync(this.path(path), content);
  }

  read(path: string): string {
    return readFileSync(this.path(path), 'utf8');
  }

  /** Puts the real catalogue and the three account exports where a user would. */
  addRealData(): void {
    this.write('data/kaggle/dataset.csv', gunzipSync(readFileSync(join(SHARED, 'kaggle_sample.csv.gz'))));
    for (const [file, folder] of [
      ['account_2020_StreamingHistory0', '2020'],
      ['account_2022_StreamingHistory0', '2022'],
      ['account_2022_StreamingHistory1', '2022'],
    ] as const) {
      const name = file.split('_')[2]!;
      this.write(
        `data/spotify-export/${folder}/${name}.json`,
        gunzipSync(readFileSync(join(SHARED, 'history', `${file}.json.gz`))),
      );
    }
  }

  /** Runs `tsdbt <args>` as a process of its own. */
  tsdbt(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<CommandResult> {
    return run(process.execPath, [join(ROOT, 'runner', 'bin', 'tsdbt.js'), ...args], this.dir, env);
  }

  /** Reads the lake as a BI tool would: through the file of views. */
  async query(sql: string): Promise<Record<string, unknown>[]> {
    const instance = await DuckDBInstance.create(this.path('warehouse', 'lake.duckdb'), { access_mode: 'READ_ONLY' });
    try {
      const connection = await instance.connect();
      await connection.run("SET TimeZone = 'UTC'");
      const rows = (await connection.runAndReadAll(sql)).getRowObjectsJson() as Record<string, unknown>[];
      connection.closeSync();
      return rows;
    } finally {
      instance.closeSync();
    }
  }

  /** The one cell that `sql` gives, as a number. */
  async number(sql: string): Promise<number> {
    const [row] = await this.query(sql);
    return Number(Object.values(row!)[0]);
  }

  /** Every Delta table of the warehouse, `schema.name`, with the version it stands at. */
  versions(): Record<string, number> {
    const versions: Record<string, number> = {};
    for (const schema of this.#folders('warehouse')) {
      for (const table of this.#folders(join('warehouse', schema))) {
        const log = this.path('warehouse', schema, table, '_delta_log');
        if (!existsSync(log)) continue;
        const commits = readdirSync(log).flatMap((name) => /^(\d{20})\.json$/.exec(name)?.[1] ?? []);
        if (commits.length > 0) versions[`${schema}.${table}`] = Math.max(...commits.map(Number));
      }
    }
    return versions;
  }

  /** Versions of all tables and their rows as readers of the lake see them. */
  async state(): Promise<LakeState> {
    const versions = this.versions();
    const counts: Record<string, number> = {};
    const tables = Object.keys(versions);
    const rows = await this.query(
      tables.map((table) => `select '${table}' as name, count(*) as n from ${table}`).join(' union all '),
    );
    for (const { name, n } of rows) counts[name as string] = Number(n);
    return { versions, counts };
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }

  #folders(path: string): string[] {
    if (!existsSync(this.path(path))) return [];
    return readdirSync(this.path(path), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
      .sort();
  }
}

/** Runs a program and gathers what it prints; `as` is the user to run it as, for root. */
export function run(
  program: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string | undefined>> = {},
  as: { readonly uid?: number; readonly gid?: number } = {},
): Promise<CommandResult> {
  return new Promise((done, fail) => {
    const child = spawn(program, args, {
      ...as,
      cwd,
      env: { ...process.env, NO_COLOR: '1', CI: 'true', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', fail);
    child.on('close', (code) => done({ code: code ?? -1, stdout, stderr }));
  });
}
