import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Compared, Comparison } from './deltalake.js';

const run = promisify(execFile);
const SCRIPT = fileURLToPath(new URL('./delta-kernel-session.mjs', import.meta.url));
/** DuckDB and its extension must be of exactly the same version; the engine of this project is a later one. */
const DUCKDB = '@duckdb/node-api@1.5.5-r.5';
const EXTENSION = 'duckdb-extension-delta==1.5.5';

/**
 * Delta Kernel, inside an extension of DuckDB, installed under the system's temporary folder.
 * Undefined, with a notice, where npm or pip cannot have the packages.
 */
export async function findDeltaKernel(): Promise<DeltaKernel | undefined> {
  const folder = join(tmpdir(), `tsdbt-delta-kernel-1.5.5-${process.getuid?.() ?? 0}`);
  if (!existsSync(folder)) {
    const making = `${folder}.${process.pid}`;
    try {
      await mkdir(making, { recursive: true });
      await writeFile(join(making, 'package.json'), '{"private": true}');
      await run('npm', ['install', '--no-audit', '--no-fund', DUCKDB], { cwd: making });
      await run('python3', ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', join(making, 'py'), EXTENSION]);
      await rename(making, folder);
    } catch (error) {
      await rm(making, { recursive: true, force: true });
      if (!existsSync(folder)) {
        process.stderr.write(`skipped: no Delta Kernel (${String((error as Error).message).split('\n')[0]})\n`);
        return undefined;
      }
    }
  }
  const extension = join(folder, 'py', 'duckdb_extension_delta', 'extensions', 'v1.5.5', 'delta.duckdb_extension');
  return new DeltaKernel(folder, extension);
}

export class DeltaKernel {
  constructor(
    private readonly folder: string,
    private readonly extension: string,
  ) {}

  /** Reads a version of a table into a Parquet file. */
  async read(location: string, into: string, version?: number): Promise<void> {
    await this.#run(location, [{ version, into }], []);
  }

  /** Reads versions, and counts rows of the latest by predicates. */
  async compare(location: string, { reads, predicates }: Comparison): Promise<Compared> {
    return { counts: await this.#run(location, reads, predicates) };
  }

  async #run(
    location: string,
    reads: readonly { readonly version?: number | undefined; readonly into: string }[],
    predicates: readonly string[],
  ): Promise<number[]> {
    const { folder, extension } = this;
    const child = spawn(process.execPath, [SCRIPT], { stdio: ['pipe', 'pipe', 'pipe'] });
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text) => {
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      err += text;
    });
    child.stdin.end(JSON.stringify({ folder, extension, location, reads, predicates }));
    const code = await new Promise((resolve, reject) => child.on('close', resolve).on('error', reject));
    if (code !== 0) throw new Error(`Delta Kernel: ${err.trim().split('\n').slice(0, 6).join(' | ')}`);
    return JSON.parse(out) as number[];
  }
}
