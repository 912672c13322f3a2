import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const SCRIPT = join(import.meta.dirname, '..', 'superset', 'scripts', 'install.sh');

/** Installs Superset from PyPI where it is not there yet. @returns the folder of its virtual environment */
export async function installSuperset(): Promise<string> {
  const { stdout } = await promisify(execFile)('sh', [SCRIPT], { maxBuffer: 2 ** 26 });
  return stdout.trim().split('\n').at(-1)!;
}
