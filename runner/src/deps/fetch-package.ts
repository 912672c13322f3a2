import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { ProjectError } from '../errors/tsdbt-error.js';
import type { PackageEntry } from '../project/packages-file.js';
import { depsCodes } from './codes.js';
import { withoutCredentials } from './credentials.js';
import { type DownloadOptions, download } from './download.js';
import { clone } from './git.js';
import { Hub } from './hub.js';
import { installedNpmPackage, npmPackage } from './npm.js';
import { type PackageHead, readPackageHead } from './package-head.js';
import { ArchiveError, unpack } from './tar.js';

/** A package at hand. */
export interface FetchedPackage extends PackageHead {
  readonly folder: string;
  /** stays where it is and is linked; else it lies in the folder for downloads and is moved */
  readonly linked: boolean;
  /** keys that name exactly this in package-lock.yml, apart from its name */
  readonly pinned: Readonly<Record<string, unknown>>;
  /** version, commit or place, for messages */
  readonly at: string;
}

export interface FetchOptions extends Omit<DownloadOptions, 'place'> {
  readonly projectDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** folder for what is downloaded */
  readonly downloads: string;
}

/** Brings packages to this machine, each once. */
export class PackageFetcher {
  readonly hub: Hub;
  readonly #fetched = new Map<string, FetchedPackage>();

  constructor(readonly options: FetchOptions) {
    this.hub = new Hub(options.env, options);
  }

  /**
   * @param from folder of the project that asks
   * @param version of a hub's package
   */
  async fetch(entry: PackageEntry, from: string, version?: string): Promise<FetchedPackage> {
    const revision = version ?? textOf(entry.values.revision) ?? '';
    const key = [entry.kind, entry.location, textOf(entry.values.subdirectory) ?? '', revision].join('\n');
    const known = this.#fetched.get(key);
    if (known !== undefined) return known;
    const fetched = await this.#fetchNew(entry, from, version);
    this.#fetched.set(key, fetched);
    const { revision: commit } = fetched.pinned;
    if (commit !== undefined) this.#fetched.set([...key.split('\n').slice(0, 3), commit].join('\n'), fetched);
    return fetched;
  }

  async #fetchNew(entry: PackageEntry, from: string, version: string | undefined): Promise<FetchedPackage> {
    switch (entry.kind) {
      case 'local': {
        const folder = this.#localFolder(entry, from);
        return this.#described(entry, {
          folder,
          linked: true,
          pinned: this.#pinnedFolder(entry, folder),
          at: entry.location,
        });
      }
      case 'npm': {
        const { folder, version: installed } = npmPackage(entry, from);
        return this.#described(entry, {
          folder,
          linked: true,
          pinned: this.#pinnedNpm(entry, folder),
          at: installed,
        });
      }
      case 'git': {
        const subdirectory = textOf(entry.values.subdirectory);
        const { env, signal, projectDir } = this.options;
        const { folder, commit } = await clone({
          address: entry.location,
          revision: textOf(entry.values.revision),
          subdirectory,
          into: this.#newFolder(),
          projectDir,
          env,
          signal,
          place: entry.place,
        });
        const pinned = {
          git: entry.written,
          revision: commit,
          ...(subdirectory === undefined ? {} : { subdirectory }),
        };
        return this.#described(entry, { folder, linked: false, pinned, at: commit.slice(0, 10) });
      }
      case 'tarball': {
        const folder = await this.#unpacked(entry, entry.location);
        const pinned = { tarball: entry.written, name: entry.values.name };
        return this.#described(entry, { folder, linked: false, pinned, at: 'archive' });
      }
      case 'package': {
        const chosen = version ?? String([entry.values.version].flat()[0]);
        const { versions } = await this.hub.package(entry);
        const tarball = versions.get(chosen)?.tarball;
        if (tarball === undefined)
          throw new ProjectError(depsCodes.versionConflict, `the hub has no version ${chosen} of ${entry.location}`, {
            place: entry.place,
            hint: 'tsdbt deps --upgrade chooses anew',
          });
        const folder = await this.#unpacked(entry, tarball);
        const pinned = { package: entry.written, version: chosen };
        return this.#described(entry, { folder, linked: false, pinned, at: chosen });
      }
    }
  }

  #described(entry: PackageEntry, found: Pick<FetchedPackage, 'folder' | 'linked' | 'pinned' | 'at'>): FetchedPackage {
    const label = `${entry.kind} ${withoutCredentials(entry.location)}`;
    return { ...readPackageHead(found.folder, label, entry.place, `${withoutCredentials(entry.location)}/`), ...found };
  }

  /** dbt takes every path as relative to the root project; one in a package may as well be relative to that. */
  #localFolder(entry: PackageEntry, from: string): string {
    const places = [resolve(this.options.projectDir, entry.location), resolve(from, entry.location)];
    const folder = places.find((place) => existsSync(place) && statSync(place).isDirectory());
    if (folder !== undefined) return folder;
    throw new ProjectError(depsCodes.noProject, `there is no folder ${entry.location}`, {
      place: entry.place,
      hint: `looked for ${places[0]}`,
    });
  }

  #pinnedFolder(entry: PackageEntry, folder: string): Record<string, unknown> {
    const { projectDir } = this.options;
    const isFromRoot = resolve(projectDir, entry.location) === folder;
    return { local: isFromRoot ? entry.written : relative(projectDir, folder).replaceAll('\\', '/') };
  }

  /** npm's own lock file keeps the version; a copy that only the asking package sees is named by its folder. */
  #pinnedNpm(entry: PackageEntry, folder: string): Record<string, unknown> {
    const { projectDir } = this.options;
    if (installedNpmPackage(entry.location, projectDir) !== folder) return this.#pinnedFolder(entry, folder);
    const { version } = entry.raw;
    return { npm: entry.written, ...(version === undefined ? {} : { version }) };
  }

  async #unpacked(entry: PackageEntry, address: string): Promise<string> {
    const shown = withoutCredentials(address);
    const archive = await download(address, { ...this.options, place: entry.place });
    if (archive === undefined)
      throw new ProjectError(depsCodes.download, `there is nothing at ${shown}`, { place: entry.place });
    const folder = this.#newFolder();
    mkdirSync(folder, { recursive: true });
    try {
      unpack(archive, folder);
    } catch (cause) {
      if (!(cause instanceof ArchiveError)) throw cause;
      throw new ProjectError(depsCodes.archive, `the archive ${shown} cannot be unpacked: ${cause.message}`, {
        place: entry.place,
        cause,
      });
    }
    const [only, ...others] = readdirSync(folder);
    if (only === undefined || others.length > 0)
      throw new ProjectError(
        depsCodes.archive,
        `the archive ${shown} holds ${others.length === 0 ? 'nothing' : `${others.length + 1} things`} instead of one folder`,
        { place: entry.place },
      );
    return join(folder, only);
  }

  #newFolder(): string {
    return join(this.options.downloads, String(this.#folders++));
  }

  #folders = 0;
}

function textOf(value: unknown): string | undefined {
  return value === undefined || value === null ? undefined : String(value);
}
