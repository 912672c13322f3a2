import { type FSWatcher, lstatSync, readdirSync, statSync, watch } from 'node:fs';
import { join } from 'node:path';

/** Milliseconds without another event after which a change counts as whole: editors write in several steps. */
const QUIET = 100;
/** Where the system gives no events (no watches left, a network drive), files are looked at so often. Milliseconds. */
const POLL = 1_000;

export interface WatchedFiles {
  /** folders and single files, absolute; links below them are not followed */
  readonly roots: readonly string[];
  /** folders that are left out, absolute */
  readonly ignored: ReadonlySet<string>;
  /** whether a file counts, by its name */
  readonly counts: (name: string) => boolean;
}

/**
 * Tells which files have changed. The system's events say only when to look: what changed is found by comparing times and sizes, so that
 * a lost or doubled event does no harm.
 */
export class FileWatcher {
  readonly #watched = new Map<string, FSWatcher>();
  #files: Map<string, string>;
  #timer: NodeJS.Timeout | undefined;
  #poll: NodeJS.Timeout | undefined;

  /** @param changed called with absolute paths of files that are new, different or gone */
  constructor(
    readonly options: WatchedFiles,
    readonly changed: (paths: readonly string[]) => void,
  ) {
    this.#files = this.#look();
  }

  get size(): number {
    return this.#files.size;
  }

  close(): void {
    clearTimeout(this.#timer);
    clearInterval(this.#poll);
    for (const watcher of this.#watched.values()) watcher.close();
    this.#watched.clear();
  }

  #compare(): void {
    const before = this.#files;
    const now = this.#look();
    this.#files = now;
    const paths = [...new Set([...before.keys(), ...now.keys()])].filter((path) => before.get(path) !== now.get(path));
    if (paths.length > 0) this.changed(paths);
  }

  #soon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#compare(), QUIET);
  }

  /** Time and size of each file; every folder on the way is watched. */
  #look(): Map<string, string> {
    const files = new Map<string, string>();
    const folders = new Set<string>();
    const visit = (path: string, name: string): void => {
      const stat = statSync(path, { throwIfNoEntry: false });
      if (stat?.isFile()) {
        if (this.options.counts(name)) files.set(path, `${stat.mtimeMs} ${stat.size}`);
        return;
      }
      if (stat === undefined || !stat.isDirectory() || this.options.ignored.has(path)) return;
      folders.add(path);
      for (const entry of entriesOf(path)) {
        const below = join(path, entry);
        if (lstatSync(below, { throwIfNoEntry: false })?.isSymbolicLink() !== true) visit(below, entry);
      }
    };
    for (const root of this.options.roots) visit(root, root.slice(root.lastIndexOf('/') + 1));
    for (const folder of folders) this.#watch(folder);
    for (const [folder, watcher] of this.#watched) {
      if (folders.has(folder)) continue;
      watcher.close();
      this.#watched.delete(folder);
    }
    return files;
  }

  #watch(folder: string): void {
    if (this.#watched.has(folder) || this.#poll !== undefined) return;
    try {
      const watcher = watch(folder, () => this.#soon());
      watcher.on('error', () => this.#soon());
      this.#watched.set(folder, watcher);
    } catch {
      this.#poll = setInterval(() => this.#compare(), POLL);
    }
  }
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name !== 'node_modules' && (!name.startsWith('.') || name === '.env'));
  } catch {
    // gone in the meantime
    return [];
  }
}
