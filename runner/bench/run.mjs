// Runs the benchmarks, all of them or those whose path contains a word:
//   npm run bench            npm run bench -- ml
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));
const words = process.argv.slice(2);
const benchmarks = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.mjs'))
  .map((entry) => join(entry.parentPath, entry.name))
  .filter((path) => path !== fileURLToPath(import.meta.url) && !/-data\.mjs$|support/.test(path))
  .filter((path) => words.every((word) => relative(folder, path).includes(word)))
  .sort();
if (benchmarks.length === 0) {
  process.stderr.write(`no benchmark has "${words.join(' ')}" in its path\n`);
  process.exit(2);
}
for (const path of benchmarks) {
  process.stdout.write(`\n== ${relative(folder, path)}\n`);
  const { status } = spawnSync(process.execPath, [path], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
