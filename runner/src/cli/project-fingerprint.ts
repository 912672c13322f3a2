import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Manifest } from '../manifest/manifest.js';
import { ENTRY_FOLDER, PACKAGE_FOLDER } from '../project/package-folder.js';
import type { Project } from '../project/project.js';
import { TSDBT_VERSION } from '../project/tsdbt-version.js';
import type { Effects } from './effects.js';
import type { GlobalOptions } from './flags.js';

/** Files changed this shortly before a command may change again without another time. Milliseconds. */
const TOO_FRESH = 2000;
/** What gives a template another value each time. */
const CHANGING = /run_started_at|invocation_id|invocation_args_dict|\brandom\b|\bmodules\b.*\b(?:now|utcnow|today)\b/s;

/** The files of a project, as they were when it was read. */
export interface ReadFiles {
  /** folders whose files were read, absolute */
  readonly folders: readonly string[];
  /** hash of names, times and sizes of all files that were read, or would be if they were there */
  readonly files: string;
}

/**
 * The files that a manifest was made of; undefined where a second look at the same files could see something else: TypeScript
 * models, templates that ask for the time, files that were written just now.
 *
 * @param startedAt when the command began, before it read anything
 */
export function filesOf(
  manifest: Manifest,
  options: GlobalOptions,
  effects: Effects,
  startedAt: Date,
): ReadFiles | undefined {
  if (!found.has(manifest)) found.set(manifest, lookFor(manifest, options, effects, startedAt));
  return found.get(manifest);
}

/** A manifest is kept in two forms. */
const found = new WeakMap<Manifest, ReadFiles | undefined>();

function lookFor(manifest: Manifest, options: GlobalOptions, effects: Effects, startedAt: Date): ReadFiles | undefined {
  const { project } = manifest;
  const { value } = project.document;
  if (!isStable(manifest)) return undefined;
  if (typeof value === 'object' && value !== null && 'packages-install-path' in value) return undefined;
  const folders = [...new Set([project, ...project.packages].flatMap(foldersOf))];
  const { hash, newest } = fingerprint([...singleFiles(project.projectDir, options, effects), ...folders]);
  return newest > startedAt.getTime() - TOO_FRESH ? undefined : { folders, files: hash };
}

/** Whether all files are as they were. */
export function areUnchanged(read: ReadFiles, projectDir: string, options: GlobalOptions, effects: Effects): boolean {
  return read.files === fingerprint([...singleFiles(projectDir, options, effects), ...read.folders]).hash;
}

/** What an engine is: its version, its build and its macros. */
export function engineFacts(): readonly string[] {
  const { hash } = fingerprint([join(PACKAGE_FOLDER, 'macros'), join(ENTRY_FOLDER, 'main.js')]);
  return [TSDBT_VERSION, hash, process.version];
}

function foldersOf(project: Project): string[] {
  if (project.root !== undefined) return [project.projectDir];
  const { models, seeds, snapshots, macros, tests, analyses, functions, docs } = project.paths;
  const roots = [...models, ...seeds, ...snapshots, ...macros, ...tests, ...analyses, ...functions, ...docs];
  return roots.map((root) => join(project.projectDir, root));
}

function isStable(manifest: Manifest): boolean {
  const texts = new Set<string>();
  const called = new Set<string>();
  for (const node of [...manifest.all(), ...manifest.disabled.values()]) {
    if ('language' in node && node.language === 'typescript') return false;
    texts.add(node.source.text);
    if ('dependsOnMacros' in node) for (const id of node.dependsOnMacros) called.add(id);
  }
  for (const { name, uniqueId, place } of manifest.macros.all())
    if (called.has(uniqueId) || name.startsWith('generate_'))
      texts.add(place.source.text.slice(place.start, place.end));
  for (const text of texts) if (CHANGING.test(text)) return false;
  return true;
}

/** Files outside of the resource folders that a parse reads, also those that are not there. */
function singleFiles(projectDir: string, options: GlobalOptions, effects: Effects): string[] {
  const profiles = [options.profilesDir, effects.env.DBT_PROFILES_DIR, projectDir, join(homedir(), '.dbt')];
  const own = ['project.yml', 'project.yaml', 'dbt_project.yml', '.env', 'packages.yml', 'dependencies.yml'];
  return [
    ...[...own, 'selectors.yml', 'vars.yml', 'package-lock.yml'].map((name) => join(projectDir, name)),
    ...profiles.flatMap((one) => (one === undefined || one === '' ? [] : [resolve(effects.cwd, one, 'profiles.yml')])),
    join(projectDir, 'dbt_packages'),
  ];
}

/** Hash of files and of all below folders, and when the newest of them changed (milliseconds). */
export function fingerprint(paths: readonly string[]): { hash: string; newest: number } {
  const lines: string[] = [];
  let newest = 0;
  const visit = (path: string, isLink: boolean): void => {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) {
      lines.push(`${path}\0-`);
      return;
    }
    // links to folders are not followed when a project is read
    if (stat.isDirectory() && !isLink) {
      lines.push(`${path}\0/`);
      const entries = readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
      for (const entry of entries)
        if (!entry.name.startsWith('.') && entry.name !== 'node_modules' && entry.name !== '__pycache__')
          visit(join(path, entry.name), entry.isSymbolicLink());
      return;
    }
    newest = Math.max(newest, stat.ctimeMs, stat.mtimeMs);
    lines.push(`${path}\0${stat.size} ${stat.mtimeMs} ${stat.ctimeMs} ${stat.ino}`);
  };
  for (const path of paths) visit(path, false);
  return { hash: createHash('sha256').update(lines.join('\n')).digest('hex'), newest };
}
