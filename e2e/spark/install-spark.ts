import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { commandsFor } from '../guides.js';

/** Installs as the guide says, in a folder outside of the repository that is kept. @returns that folder; its Python is `.venv/bin/python` */
export function installSpark(): string {
  const install = commandsFor('spark.md', 'test:spark', 'Install');
  const key = createHash('sha256')
    .update(JSON.stringify(install.map(({ command }) => command)))
    .digest('hex');
  const folder = join(process.env.TSDBT_CACHE ?? join(homedir(), '.cache', 'tsdbt'), `spark-${key.slice(0, 8)}`);
  const done = join(folder, 'installed');
  if (existsSync(done)) return folder;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const { command } of install) execFileSync('sh', ['-c', command], { cwd: folder, stdio: 'inherit' });
  writeFileSync(done, '');
  return folder;
}
