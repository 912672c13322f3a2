import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { afterAll } from 'vitest';

const RUNNER = fileURLToPath(new URL('../..', import.meta.url));

/**
 * The engine's sources and one script of a spec as plain JavaScript in a temporary folder, so that processes of their own
 * start at once.
 * @param script path of a TypeScript file under `runner/`
 * @returns path of the script's JavaScript
 */
export function plainJavaScript(script: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'tsdbt-plain-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  symlinkSync(join(RUNNER, '..', 'node_modules'), join(folder, 'node_modules'));
  for (const part of ['package.json', 'macros', 'schemas'])
    cpSync(join(RUNNER, part), join(folder, part), { recursive: true });
  const files = readdirSync(join(RUNNER, 'src'), { recursive: true, encoding: 'utf8' });
  const scriptPath = relative(RUNNER, script);
  for (const file of [...files.map((name) => join('src', name)), scriptPath]) {
    const target = join(folder, file);
    if (!file.endsWith('.ts')) {
      if (/\.\w+$/.test(file)) {
        mkdirSync(dirname(target), { recursive: true });
        cpSync(join(RUNNER, file), target);
      }
      continue;
    }
    const { outputText } = ts.transpileModule(readFileSync(join(RUNNER, file), 'utf8'), {
      compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
    });
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target.replace(/\.ts$/, '.js'), outputText);
  }
  return join(folder, scriptPath.replace(/\.ts$/, '.js'));
}
