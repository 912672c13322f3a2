// The program is one file, and V8 keeps what it has made of it: the code of every function that a command has run, in a
// file beside the program. Reading that takes a fraction of the time that compiling takes.
import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { cachedDataVersionTag } from 'node:v8';
import { Script } from 'node:vm';

const FOLDER = fileURLToPath(new URL('../dist/program/', import.meta.url));
/** So many versions of Node, or sets of its flags, have their code kept beside each other. */
const KEPT = 4;
/** Commands that the code is known to serve, in the first line of the file; the code follows. */
const LONGEST_HEAD = 4096;

/** @type {{ script: Script, parts: Record<string, () => Record<string, unknown>>, path: string, commands: readonly string[] } | undefined} */
let loaded;

/**
 * What a part of the program exports. All parts come from one copy of it, whatever is asked for first.
 *
 * @param {string} name of an entry point: `main`, `index`, …
 * @param {string} hash of the program's text: code of another text is never taken
 * @returns {Record<string, unknown>}
 */
export function loadProgram(name, hash) {
  loaded ??= load(hash);
  return loaded.parts[name]();
}

/**
 * Keeps the code of what has run, where a command ran that it was not kept for yet. A folder that cannot be written keeps none.
 *
 * @param {string} command by its name
 */
export function keepCode(command) {
  if (loaded === undefined || loaded.commands.includes(command)) return;
  const { script, path, commands } = loaded;
  const head = JSON.stringify([...commands, command]);
  if (head.length > LONGEST_HEAD) return;
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, Buffer.concat([Buffer.from(`${head}\n`), script.createCachedData()]));
    renameSync(temporary, path);
    const others = readdirSync(FOLDER).filter((file) => file.endsWith('.code'));
    const byAge = others.map((file) => [statSync(FOLDER + file).mtimeMs, file]).sort(([a], [b]) => b - a);
    for (const [, file] of byAge.slice(KEPT)) rmSync(FOLDER + file, { force: true });
  } catch {
    rmSync(temporary, { force: true });
  }
}

function load(hash) {
  const file = `${FOLDER}program.cjs`;
  // the tag is made of V8's version, its flags and the processor's features
  const path = `${FOLDER}${hash}-${cachedDataVersionTag().toString(16)}.code`;
  const { commands, code } = kept(path);
  const text = readFileSync(file, 'latin1');
  const script = new Script(`(function (exports, module, require, moduleUrl) {${text}\n})`, {
    filename: file,
    cachedData: code,
  });
  const module = { exports: {} };
  // the modules in it find the package's files from where the entry points lie
  const url = new URL('../dist/program/main.js', import.meta.url).href;
  script.runInThisContext()(module.exports, module, createRequire(file), url);
  return { script, parts: module.exports, path, commands: script.cachedDataRejected === false ? commands : [] };
}

function kept(path) {
  try {
    const bytes = readFileSync(path);
    const end = bytes.subarray(0, LONGEST_HEAD + 1).indexOf('\n');
    const commands = JSON.parse(bytes.toString('utf8', 0, end));
    return { commands, code: bytes.subarray(end + 1) };
  } catch {
    // none yet
    return { commands: [], code: undefined };
  }
}
