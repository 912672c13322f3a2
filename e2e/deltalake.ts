import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const SCRIPT = join(import.meta.dirname, 'read-lake.py');
const PACKAGES = ['deltalake==1.6.*', 'pyarrow'];

/**
 * A Python with the package deltalake, in a virtual environment that is kept under the system's temporary folder.
 * Undefined, with a notice, where Python or pip is missing or the packages cannot be had.
 */
export async function pythonWithDeltalake(): Promise<string | undefined> {
  const folder = join(tmpdir(), `tsdbt-deltalake-1.6-${process.getuid?.() ?? 0}`);
  const python = join(folder, 'bin', 'python');
  if (existsSync(python)) return python;
  // made under another name, so that what stands under the right one is whole
  const making = `${folder}.${process.pid}`;
  try {
    await mkdir(making, { recursive: true });
    await run('python3', ['-m', 'venv', making]);
    await run(join(making, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', ...PACKAGES]);
    await rename(making, folder);
  } catch (error) {
    await rm(making, { recursive: true, force: true });
    if (!existsSync(python)) {
      console.warn(`e2e: no Python with deltalake, its specs are skipped (${String(error).split('\n')[0]})`);
      return undefined;
    }
  }
  return python;
}

/** Sends a request to `read-lake.py` and returns its answer. */
export async function askDeltalake<T>(python: string, request: Readonly<Record<string, unknown>>): Promise<T> {
  const child = spawn(python, [SCRIPT], { stdio: ['pipe', 'pipe', 'pipe'] });
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
  return JSON.parse(out) as T;
}
