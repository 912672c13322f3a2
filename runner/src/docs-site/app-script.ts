import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { MODULE_EXTENSION, MODULES_FOLDER } from '../project/package-folder.js';

const OWN = fileURLToPath(import.meta.url);
const EXTENSION = MODULE_EXTENSION;
const SOURCES = MODULES_FOLDER;

/**
 * The pages' program as one classic script, for module scripts do not load from `file://`. It is put together from the
 * engine's own modules (`browser/main` and all that it imports), so that the selector box runs the code behind `--select`.
 *
 * @param cacheDir absolute folder that keeps the script between calls; undefined keeps none
 */
export async function appScript(cacheDir: string | undefined): Promise<string> {
  const { createJiti } = await import('jiti');
  const modules = gather(path.join(SOURCES, 'docs-site', 'browser', `main${EXTENSION}`));
  const hash = createHash('sha256');
  for (const [name, text] of modules) hash.update(`${name}\n${text}\n`);
  const cached = cacheDir === undefined ? undefined : path.join(cacheDir, `docs-${hash.digest('hex').slice(0, 16)}.js`);
  if (cached !== undefined) {
    try {
      return readFileSync(cached, 'utf8');
    } catch {
      // not made yet
    }
  }
  const jiti = createJiti(OWN, { fsCache: false });
  const parts = [...modules].map(([name, source]) => {
    const code = jiti.transform({ source, filename: `${name}${EXTENSION}`, ts: EXTENSION === '.ts', async: false });
    return `${JSON.stringify(name)}: function (exports, require) {\n${code.replace(/\n{2,}/g, '\n')}\n}`;
  });
  const script = `(() => {\nconst modules = {\n${parts.join(',\n')}\n};\n${LINKER}\n})();\n`;
  if (cached !== undefined) {
    mkdirSync(path.dirname(cached), { recursive: true });
    writeFileSync(cached, script);
  }
  return script;
}

/** The main module and everything it imports for its values, by name (`docs-site/browser/main`). */
function gather(main: string): Map<string, string> {
  const modules = new Map<string, string>();
  const visit = (file: string): void => {
    const name = nameOf(file);
    if (modules.has(name)) return;
    const text = readFileSync(file, 'utf8').replace(/^\/\/# sourceMappingURL=.*$/m, '');
    modules.set(name, text);
    for (const match of text.matchAll(/^(?:import|export)\s(?!type\b)[^;]*?\sfrom\s+'(\.[^']+)'/gms))
      visit(path.join(path.dirname(file), match[1]!.replace(/\.js$/, EXTENSION)));
  };
  visit(main);
  return modules;
}

function nameOf(file: string): string {
  return path.relative(SOURCES, file).replaceAll(path.sep, '/').slice(0, -EXTENSION.length);
}

/** Resolves the modules' names when the page opens. Of Node's own modules only what selectors use of `path` is there. */
const LINKER = `const loaded = {};
const path = {
  basename: (file) => file.replace(/\\/+$/, '').split('/').at(-1),
  extname: (file) => /(?<=[^/])\\.[^./]*$/.exec(file)?.[0] ?? '',
  normalize: (file) => {
    const parts = [];
    for (const part of file.split('/')) {
      if (part === '' || part === '.') continue;
      if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
      else parts.push(part);
    }
    return (file.startsWith('/') ? '/' : '') + parts.join('/') + (file.endsWith('/') && parts.length > 0 ? '/' : '') || '.';
  },
};
const load = (name) => {
  if (name === 'node:path') return { ...path, posix: path, default: { ...path, posix: path } };
  if (loaded[name] === undefined) {
    if (modules[name] === undefined) throw new Error('this page has no module ' + name);
    const own = (loaded[name] = {});
    modules[name](own, (wanted) => {
      if (!wanted.startsWith('.')) return load(wanted);
      const parts = name.split('/').slice(0, -1);
      for (const part of wanted.replace(/\\.js$/, '').split('/')) {
        if (part === '..') parts.pop();
        else if (part !== '.') parts.push(part);
      }
      return load(parts.join('/'));
    });
  }
  return loaded[name];
};
load('docs-site/browser/main');`;
