import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

const IMPORT = /(?:\bfrom|\bimport\s*\(?|\brequire\s*\()\s*['"](\.[^'"]+)['"]/g;
const ENDINGS = ['', '.ts', '.mts', '.js', '.mjs', '.cjs', '.json', '/index.ts', '/index.js'];

/** Whether a module is one of some files, or imports one, over any number of relative imports. Paths are absolute. */
export function reaches(module: string, files: ReadonlySet<string>): boolean {
  const seen = new Set<string>();
  const pending = [module];
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    if (files.has(path)) return true;
    pending.push(...importsOf(path));
  }
  return false;
}

function importsOf(path: string): string[] {
  if (!existsSync(path)) return [];
  return [...readFileSync(path, 'utf8').matchAll(IMPORT)].flatMap(([, specifier]) => {
    const target = resolve(dirname(path), specifier!);
    // TypeScript writes `./x.js` for x.ts
    const stem = target.replace(/\.(m?)js$/, '.$1ts');
    const candidates = [stem, ...ENDINGS.map((ending) => target + ending)];
    const found = candidates.find((one) => statSync(one, { throwIfNoEntry: false })?.isFile());
    // a file that was removed is a change as well
    return found === undefined ? [stem] : [found];
  });
}
