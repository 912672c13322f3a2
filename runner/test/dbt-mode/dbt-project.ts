import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { main } from '../../src/cli/main.js';

/** What one command did. */
export interface DbtRun {
  readonly exitCode: number;
  /** everything that was printed */
  readonly output: string;
  /** statuses of run_results.json by unique id */
  readonly statuses: Readonly<Record<string, string>>;
}

/** A small dbt project in a folder of its own, with a profile that names `shop.duckdb` beside it. */
export class DbtProject {
  readonly folder = mkdtempSync(join(tmpdir(), 'tsdbt-dbt-mode-'));

  constructor(files: Readonly<Record<string, string>> = {}) {
    this.write({
      'dbt_project.yml': 'name: shop\nprofile: shop\n',
      'profiles.yml': 'shop: {target: dev, outputs: {dev: {type: duckdb, path: shop.duckdb, threads: 2}}}\n',
      ...files,
    });
  }

  write(files: Readonly<Record<string, string>>): void {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.folder, path)), { recursive: true });
      writeFileSync(join(this.folder, path), text);
    }
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Runs a command as the command line would. */
  async run(...words: readonly string[]): Promise<DbtRun> {
    let output = '';
    const write = (text: string): boolean => {
      output += text;
      return true;
    };
    const stream = { write, columns: 120, isTTY: false };
    const env = { PATH: process.env.PATH, HOME: this.folder };
    const exitCode = await main([...words], { stdout: stream, stderr: stream, env, cwd: this.folder });
    const file = this.path('target/run_results.json');
    const results: { unique_id: string; status: string }[] = existsSync(file)
      ? JSON.parse(readFileSync(file, 'utf8')).results
      : [];
    return { exitCode, output, statuses: Object.fromEntries(results.map((one) => [one.unique_id, one.status])) };
  }

  /** Rows of a query on the database file, which no run holds any more. */
  async rows(sql: string, file = 'shop.duckdb'): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const instance = await DuckDBInstance.create(this.path(file), { access_mode: 'READ_ONLY' });
    try {
      const connection = await instance.connect();
      const result = await connection.runAndReadAll(sql);
      connection.closeSync();
      return result.getRowObjectsJson() as readonly Readonly<Record<string, unknown>>[];
    } finally {
      instance.closeSync();
    }
  }
}
