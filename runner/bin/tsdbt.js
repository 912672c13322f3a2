#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';

const entry = new URL('../dist/program/main.js', import.meta.url);
if (!existsSync(fileURLToPath(entry))) {
  process.stderr.write('tsdbt has not been built yet: run "npm run build" in the repository, then try again.\n');
  process.exit(2);
}
// Most of a command's code runs for less than a second: optimizing it took a fifth of a command's CPU time. Code that stays hot is
// optimized all the same, a few milliseconds later.
setFlagsFromString('--interrupt-budget=540000');
const { main } = await import(entry.href);
const args = process.argv.slice(2);
process.exitCode = await main(args);
const command = args.find((word) => !word.startsWith('-'));
if (process.exitCode === 0 && command !== undefined) (await import('./load-program.js')).keepCode(command);
