import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { TempProject } from '../temp-project.js';

/** What is registered where, as project.yml says it. */
export const BY_FILES = 'register: { metastore: warehouse/.trino }';

/**
 * A project of a few models instead of the analytics project: the same folder, command line and ways to read.
 *
 * @param files by path
 * @param target further lines of the target `dev`, e.g. {@link BY_FILES}
 */
export function smallProject(
  files: Readonly<Record<string, string>>,
  target: string = BY_FILES,
  targets: string = '',
): TempProject {
  const project = new TempProject();
  for (const part of ['models', 'macros', 'seeds', 'tests', 'dashboards', 'ingest', 'ml', 'node_modules'])
    rmSync(project.path(part), { recursive: true, force: true });
  symlinkSync(resolve(import.meta.dirname, '..', '..', 'node_modules'), project.path('node_modules'));
  mkdirSync(join(project.dir, 'models'));
  project.write(
    'project.yml',
    `name: small\ntargets:\n  dev:\n    type: duckdb\n    ${target}\n${targets}target: dev\nmodels:\n  small:\n    +materialized: table\n`,
  );
  for (const [path, content] of Object.entries(files)) project.write(path, content);
  return project;
}

/** Runs a command that must succeed, and returns what it printed. */
export async function succeed(project: TempProject, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await project.tsdbt(args);
  if (code !== 0) throw new Error(`tsdbt ${args.join(' ')} ended with ${code}:\n${stderr}`);
  return stdout + stderr;
}
