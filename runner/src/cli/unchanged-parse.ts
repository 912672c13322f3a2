import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { RunEvent } from '../events/events.js';
import type { Manifest } from '../manifest/manifest.js';
import { projectEnvironment } from '../project/dotenv.js';
import { ENTRY_FOLDER, PACKAGE_FOLDER } from '../project/package-folder.js';
import type { Project } from '../project/project.js';
import { TSDBT_VERSION } from '../project/tsdbt-version.js';
import type { Effects } from './effects.js';
import type { GlobalOptions } from './flags.js';

/** What `parse` found, for the next time, when nothing has changed. */
export interface ParseRecord {
  /** engine, flags and environment */
  readonly key: string;
  /** folders whose files were read, absolute */
  readonly folders: readonly string[];
  /** hash of names, times and sizes of all files that were read, or would be if they were there */
  readonly files: string;
  /** the same of `manifest.json`, which other commands write as well */
  readonly manifest: string;
  readonly logPath: string;
  readonly projectName: string;
  /** what the project holds, as `parse` says it */
  readonly summary: string;
  readonly warnings: readonly RunEvent[];
}

/** Files changed this shortly before a command may change again without another time. Milliseconds. */
const TOO_FRESH = 2000;
/** What gives a template another value each time. */
const CHANGING = /run_started_at|invocation_id|invocation_args_dict|\brandom\b|\bmodules\b.*\b(?:now|utcnow|today)\b/s;

/** The record of a project that is as it was when `parse` last read it, for the same flags and environment; else undefined. */
export function unchangedParse(projectDir: string, options: GlobalOptions, effects: Effects): ParseRecord | undefined {
  if (options.partialParse === false) return undefined;
  let record: ParseRecord;
  try {
    record = JSON.parse(readFileSync(recordPath(projectDir), 'utf8')) as ParseRecord;
  } catch {
    return undefined;
  }
  if (record.key !== keyOf(projectDir, options, effects)) return undefined;
  if (record.manifest !== fingerprint([join(projectDir, 'target', 'manifest.json')]).hash) return undefined;
  const now = fingerprint([...singleFiles(projectDir, options, effects), ...record.folders]);
  return record.files === now.hash ? record : undefined;
}

/**
 * What is to be kept of a parse; undefined where a second look at the same files could see something else: TypeScript
 * models, templates that ask for the time, files that were written just now, another target folder.
 *
 * @param startedAt when the command began, before it read anything
 */
export function parseRecord(
  manifest: Manifest,
  options: GlobalOptions,
  effects: Effects,
  startedAt: Date,
  said: Pick<ParseRecord, 'summary' | 'warnings'>,
): ParseRecord | undefined {
  const { project } = manifest;
  const { projectDir, targetPath, logPath } = project;
  if (targetPath !== join(projectDir, 'target') || !isStable(manifest)) return undefined;
  const { value } = project.document;
  if (typeof value === 'object' && value !== null && 'packages-install-path' in value) return undefined;
  const folders = [...new Set([project, ...project.packages].flatMap(foldersOf))];
  const files = fingerprint([...singleFiles(projectDir, options, effects), ...folders]);
  if (files.newest > startedAt.getTime() - TOO_FRESH) return undefined;
  mkdirSync(join(targetPath, 'cache'), { recursive: true });
  return {
    key: keyOf(projectDir, options, effects),
    folders,
    files: files.hash,
    manifest: fingerprint([join(targetPath, 'manifest.json')]).hash,
    logPath,
    projectName: project.name,
    ...said,
  };
}

/** Path of the record below the target folder. */
export const RECORD = join('cache', 'parse.json');

function recordPath(projectDir: string): string {
  return join(projectDir, 'target', RECORD);
}

function foldersOf(project: Project): string[] {
  if (project.root !== undefined) return [project.projectDir];
  const { models, seeds, snapshots, macros, tests, analyses, docs } = project.paths;
  const roots = [...models, ...seeds, ...snapshots, ...macros, ...tests, ...analyses, ...docs];
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

/** The environment counts whole: any of it may be asked for. Of secrets a hash is kept. */
function keyOf(projectDir: string, options: GlobalOptions, effects: Effects): string {
  const env = Object.entries(projectEnvironment(projectDir, effects.env)).sort(([a], [b]) => (a < b ? -1 : 1));
  const engine = fingerprint([join(PACKAGE_FOLDER, 'macros'), join(ENTRY_FOLDER, 'main.js')]).hash;
  const facts = [TSDBT_VERSION, engine, process.version, projectDir, effects.cwd, options, env];
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex');
}

/** Files outside of the resource folders that a parse reads, also those that are not there. */
function singleFiles(projectDir: string, options: GlobalOptions, effects: Effects): string[] {
  const profiles = [options.profilesDir, effects.env.DBT_PROFILES_DIR, projectDir, join(homedir(), '.dbt')];
  const own = ['project.yml', 'project.yaml', 'dbt_project.yml', '.env', 'packages.yml', 'dependencies.yml'];
  return [
    ...[...own, 'selectors.yml', 'package-lock.yml'].map((name) => join(projectDir, name)),
    ...profiles.flatMap((one) => (one === undefined || one === '' ? [] : [resolve(effects.cwd, one, 'profiles.yml')])),
    join(projectDir, 'dbt_packages'),
  ];
}

/** Hash of files and of all below folders, and when the newest of them changed (milliseconds). */
function fingerprint(paths: readonly string[]): { hash: string; newest: number } {
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
