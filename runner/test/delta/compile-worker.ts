import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const runner = fileURLToPath(new URL('../../', import.meta.url));
/** What `write-worker.ts` is made of. */
const PARTS = [
  'src/errors',
  'src/delta',
  'test/delta/duckdb-parquet.ts',
  'test/delta/mixed-steps.ts',
  'test/delta/different-work.ts',
  'test/delta/write-worker.ts',
];

let compiled: string | undefined;

/**
 * Compiles `write-worker.ts` into a temporary folder, once: a process that is to be killed soon should not take seconds to start.
 *
 * @returns the path of the script
 */
export function compileWorker(): string {
  if (compiled !== undefined) return compiled;
  const folder = mkdtempSync(join(tmpdir(), 'tsdbt-worker-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const packages = createRequire(import.meta.url)
    .resolve('@duckdb/node-api')
    .split('@duckdb')[0]!;
  symlinkSync(packages, join(folder, 'node_modules'), 'junction');
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  for (const part of PARTS) compile(join(runner, part), folder);
  compiled = join(folder, 'test/delta/write-worker.js');
  return compiled;
}

function compile(path: string, folder: string): void {
  const to = join(folder, relative(runner, path));
  if (!path.endsWith('.ts')) {
    for (const name of readdirSync(path)) compile(join(path, name), folder);
    return;
  }
  const { outputText } = ts.transpileModule(readFileSync(path, 'utf8'), {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
  });
  mkdirSync(join(to, '..'), { recursive: true });
  writeFileSync(to.replace(/\.ts$/, '.js'), outputText);
}
