import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const SCRIPT = fileURLToPath(new URL('./deltalake-session.py', import.meta.url));
const PACKAGES = ['deltalake==1.6.*', 'pyarrow'];

/**
 * A Python with the package deltalake, in a virtual environment kept under the system's temporary folder.
 * Undefined, with a notice, where Python or pip is missing or the packages cannot be had.
 */
export async function findDeltalake(): Promise<Deltalake | undefined> {
  const folder = join(tmpdir(), `tsdbt-deltalake-1.6-${process.getuid?.() ?? 0}`);
  const python = join(folder, 'bin', 'python');
  if (!existsSync(python)) {
    const making = `${folder}.${process.pid}`;
    try {
      await mkdir(making, { recursive: true });
      // made under another name, so that what stands under the right one is whole
      await run('python3', ['-m', 'venv', making]);
      await run(join(making, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', ...PACKAGES]);
      await rename(making, folder);
    } catch (error) {
      await rm(making, { recursive: true, force: true });
      if (!existsSync(python)) {
        process.stderr.write(
          `skipped: no Python with deltalake (${String((error as Error).message).split('\n')[0]})\n`,
        );
        return undefined;
      }
    }
  }
  return new Deltalake(python);
}

/** What an independent reader is to do with a table, all at once: starting it takes longer than reading. */
export interface Comparison {
  /** versions, each into a Parquet file */
  readonly reads: readonly { readonly version: number; readonly into: string }[];
  /** SQL conditions of DuckDB by which rows of the latest version are counted */
  readonly predicates: readonly string[];
  /** Parquet file of the latest version's rows */
  readonly ours: string;
}

export interface Compared {
  /** rows for which each predicate holds, from readers that know SQL */
  readonly counts?: readonly number[];
  /** filters of the reader's own that find other rows than there are */
  readonly wrong?: readonly string[];
}

export class Deltalake {
  constructor(private readonly python: string) {}

  /** Reads versions, and counts rows by filters: `wrong` tells those that find other rows than there are. */
  async compare(location: string, { reads, ours }: Comparison): Promise<Compared> {
    return (await this.ask({ do: 'compare', location, reads, ours })) as Compared;
  }

  /** Sends a request to `deltalake-session.py` and returns its answer. */
  async ask(request: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>> {
    const child = spawn(this.python, [SCRIPT], { stdio: ['pipe', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      err += text;
    });
    child.stdin.end(JSON.stringify(request));
    const code = await new Promise((resolve, reject) => child.on('close', resolve).on('error', reject));
    if (code !== 0) throw new Error(`deltalake: ${err.trim().split('\n').slice(-3).join(' | ')}`);
    return JSON.parse(out) as Record<string, unknown>;
  }
}
