import { readdirSync } from 'node:fs';
import path from 'node:path';
import { behaves } from './behavior-flags.js';
import type { Project } from './project.js';

/** A file below one of a project's resource folders. */
export interface FoundFile {
  /** absolute */
  readonly absolutePath: string;
  /** relative to the project, forward slashes */
  readonly path: string;
  /** the resource folder it was found under, e.g. `models` */
  readonly root: string;
  /** folders between the resource folder and the file */
  readonly folders: readonly string[];
  /** file name without its last extension; `.sql.jinja` and the like are one, where the project's flags say so */
  readonly stem: string;
  /** lower case, with the dot; that of the text which a template makes */
  readonly extension: string;
}

/**
 * All files below the given folders of a project, in a stable order. Folders that do not exist are empty;
 * hidden folders and `node_modules` are left out.
 */
export function findFiles(projectDir: string, roots: readonly string[]): FoundFile[] {
  return merged(roots.map((root) => filesBelow(projectDir, root)));
}

type Listed = Pick<Project, 'projectDir' | 'flags'>;
const listed = new WeakMap<Listed, Map<string, readonly FoundFile[]>>();
/** What a dbt project may add to the extension of a template. */
const TEMPLATE_EXTENSIONS: ReadonlySet<string> = new Set(['.j2', '.jinja2', '.jinja']);

/** The same for a project that is being read: each of its folders is listed once. */
export function findProjectFiles(project: Listed, roots: readonly string[]): FoundFile[] {
  let known = listed.get(project);
  if (known === undefined) {
    known = new Map();
    listed.set(project, known);
  }
  const found: (readonly FoundFile[])[] = [];
  for (const root of roots) {
    let files = known.get(root);
    if (files === undefined) {
      files = filesBelow(project.projectDir, root);
      if (behaves(project, 'allow_jinja_file_extensions')) files = files.map(asTemplate);
      known.set(root, files);
    }
    found.push(files);
  }
  return merged(found);
}

/** The folders of a project are listed anew: it is read from its beginning. */
export function forgetProjectFiles(project: Listed): void {
  listed.delete(project);
}

/** `orders.sql.jinja` is read as `orders.sql` is. */
function asTemplate(file: FoundFile): FoundFile {
  if (!TEMPLATE_EXTENSIONS.has(file.extension)) return file;
  const extension = path.extname(file.stem).toLowerCase();
  if (extension !== '.sql' && extension !== '.md') return file;
  return { ...file, stem: file.stem.slice(0, -extension.length), extension };
}

/** Folders may lie in each other: a file is found once. */
function merged(lists: readonly (readonly FoundFile[])[]): FoundFile[] {
  if (lists.length === 1) return [...lists[0]!];
  const found = new Map<string, FoundFile>();
  for (const list of lists) for (const file of list) found.set(file.absolutePath, file);
  return [...found.values()];
}

function filesBelow(projectDir: string, root: string): readonly FoundFile[] {
  const found: FoundFile[] = [];
  const clean = path.posix.normalize(root.replaceAll('\\', '/')).replace(/\/$/, '');
  walk(path.join(projectDir, clean), clean, [], found);
  return found;
}

function walk(directory: string, root: string, folders: readonly string[], found: FoundFile[]): void {
  let entries: import('node:fs').Dirent[];
  try {
    entries = readdirSync(directory, { withFileTypes: true });
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return;
    throw error;
  }
  const below = [...(root === '.' ? [] : [root]), ...folders, ''].join('/');
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    if (entry.name.startsWith('.') || entry.name === 'node_modules' || entry.name === '__pycache__') continue;
    const absolutePath = directory + path.sep + entry.name;
    if (entry.isDirectory()) {
      walk(absolutePath, root, [...folders, entry.name], found);
      continue;
    }
    if (!entry.isFile() && !entry.isSymbolicLink()) continue;
    // declarations describe modules and are none
    if (entry.name.endsWith('.d.ts')) continue;
    const extension = path.extname(entry.name);
    found.push({
      absolutePath,
      path: below + entry.name,
      root,
      folders,
      stem: entry.name.slice(0, entry.name.length - extension.length),
      extension: extension.toLowerCase(),
    });
  }
}
