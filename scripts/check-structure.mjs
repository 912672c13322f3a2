// Holds the rules of the house that no type checker knows. Prints violations as file:line, and ends with 1 if there are any.
//   - a folder of runner/src imports only from folders before it
//   - no TypeScript file is longer than 400 lines
//   - the project imports the engine by its name, never its files
//   - the engine knows nothing of the project: no music, no Spotify, no Kaggle
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const LONGEST = 400;

/** Each level imports only from those above it; folders on one level do not import from each other. */
const LEVELS = [
  ['errors', 'events'],
  ['delta'],
  ['engines'],
  ['project'],
  ['template'],
  ['manifest'],
  ['lineage'],
  ['quality'],
  ['materialize'],
  ['run'],
  ['artifacts'],
  ['docs-site', 'dashboards', 'register', 'schedule', 'deps', 'codegen'],
  ['report'],
  ['cli'],
  ['api'],
];
/** Events carry errors. */
const ALSO_ALLOWED = new Set(['events>errors']);

const PROJECT_FOLDERS = ['models', 'ingest', 'ml', 'macros', 'tests', 'e2e', 'dashboards', 'scripts'];
const FOREIGN_WORDS = /music|spotify|kaggle/i;
const SKIPPED = new Set(['node_modules', 'dist', 'target', 'warehouse', 'logs', '.git']);
const IMPORT = /(?:\bfrom\s*|\bimport\s*\(\s*|^\s*import\s+)(['"])([^'"]+)\1/g;

const levelOf = new Map(LEVELS.flatMap((folders, level) => folders.map((folder) => [folder, level])));

/**
 * @param {string} root the repository's folder, absolute
 * @returns {string[]} violations, `path:line: what is wrong`
 */
function violations(root) {
  const found = [];
  const source = join(root, 'runner', 'src');
  for (const file of files(source)) {
    const path = relative(root, file);
    const text = readFileSync(file, 'utf8');
    const lines = text.split('\n');
    if (file.endsWith('.ts')) {
      for (const { line, specifier } of importsOf(lines)) {
        const problem = wrongImport(source, file, specifier);
        if (problem !== undefined) found.push(`${path}:${line}: ${problem}`);
      }
    }
    for (const [i, line] of lines.entries())
      if (FOREIGN_WORDS.test(line))
        found.push(`${path}:${i + 1}: the engine knows nothing of the project that uses it`);
  }
  for (const folder of ['runner/src', 'runner/test', 'runner/bench', ...PROJECT_FOLDERS]) {
    for (const file of files(join(root, folder))) {
      if (!/\.(ts|mts|mjs|js)$/.test(file)) continue;
      const length = readFileSync(file, 'utf8').replace(/\n$/, '').split('\n').length;
      if (length > LONGEST) found.push(`${relative(root, file)}:${LONGEST + 1}: ${length} lines, more than ${LONGEST}`);
    }
  }
  for (const folder of PROJECT_FOLDERS) {
    for (const file of files(join(root, folder))) {
      if (!/\.(ts|mts|mjs|js)$/.test(file)) continue;
      for (const { line, specifier } of importsOf(readFileSync(file, 'utf8').split('\n'))) {
        const inside = specifier.startsWith('.') && within(resolve(dirname(file), specifier), join(root, 'runner'));
        if (inside || /^tsdbt\/(src|dist)\//.test(specifier))
          found.push(`${relative(root, file)}:${line}: import the engine as "tsdbt", not its files (${specifier})`);
      }
    }
  }
  return found;
}

function wrongImport(source, file, specifier) {
  if (!specifier.startsWith('.')) return undefined;
  const [from, ...rest] = relative(source, file).split(sep);
  // index.ts hands on what is public
  if (rest.length === 0) return undefined;
  const target = relative(source, resolve(dirname(file), specifier)).split(sep);
  const to = target[0];
  if (to === '..') return undefined;
  if (target.length === 1) return `${from} must not import the public index`;
  if (to === from || ALSO_ALLOWED.has(`${from}>${to}`)) return undefined;
  if (!levelOf.has(from)) return `the folder ${from} has no place in the order of folders`;
  if (!levelOf.has(to)) return `the folder ${to} has no place in the order of folders`;
  return levelOf.get(to) < levelOf.get(from) ? undefined : `${from} must not import from ${to}, which comes after it`;
}

function* importsOf(lines) {
  for (const [i, line] of lines.entries()) {
    if (/^\s*(\*|\/\/)/.test(line)) continue;
    for (const match of line.matchAll(IMPORT)) yield { line: i + 1, specifier: match[2] };
  }
}

function* files(folder) {
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    return;
  }
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (SKIPPED.has(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* files(path);
    else yield path;
  }
}

function within(path, folder) {
  const way = relative(folder, path);
  return way === '' || !way.startsWith('..');
}

// the repository's folder may be given, for a check of another tree
const root = resolve(process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), '..'));
const found = violations(root);
for (const line of found) console.error(line);
if (found.length > 0) console.error(`${found.length} violation${found.length === 1 ? '' : 's'} of the structure`);
process.exitCode = found.length === 0 ? 0 : 1;
