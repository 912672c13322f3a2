import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { identityOf, isAlive, type ProcessIdentity } from '../run/process-identity.js';
import type { FetchedPackage } from './fetch-package.js';

/** Says whose a folder is. */
const OWNER = 'owner.json';

/**
 * A folder beside the install folder, on the same disk, in which packages are put together. Only when all of them are there does it take the
 * install folder's place, by renaming: whoever is killed before leaves what was there as it was.
 */
export class Staging {
  readonly #folder: string;
  readonly #packages: string;
  readonly downloads: string;

  /** @param target absolute path of the install folder */
  constructor(readonly target: string) {
    mkdirSync(dirname(target), { recursive: true });
    removeLeftovers(target);
    this.#folder = mkdtempSync(join(dirname(target), prefixOf(target)));
    writeFileSync(join(this.#folder, OWNER), JSON.stringify(identityOf()));
    this.#packages = join(this.#folder, 'packages');
    this.downloads = join(this.#folder, 'downloads');
    mkdirSync(this.#packages);
    mkdirSync(this.downloads);
  }

  /** Puts a package under its name. @returns how: `linked` to where it lies, or `installed` */
  add(one: FetchedPackage): 'linked' | 'installed' {
    const to = join(this.#packages, one.name);
    if (!one.linked) {
      renameSync(one.folder, to);
      return 'installed';
    }
    try {
      symlinkSync(this.#linkText(one), to, 'dir');
      return 'linked';
    } catch {
      // systems on which links take privileges
      cpSync(one.folder, to, { recursive: true, dereference: true });
      return 'installed';
    }
  }

  /** Relative to where the link will be, so that the project can be moved together with what it links to. */
  #linkText(one: FetchedPackage): string {
    const place = join(realpathSync(dirname(this.target)), basename(this.target));
    return relative(place, realpathSync(one.folder));
  }

  /** Takes the install folder's place. */
  publish(): void {
    const before = join(this.#folder, 'before');
    if (existsSync(this.target)) renameSync(this.target, before);
    renameSync(this.#packages, this.target);
  }

  /** Removes what is left, whether it was published or not. */
  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function prefixOf(target: string): string {
  return `.${basename(target)}-`;
}

/** Folders of programs that were killed. */
function removeLeftovers(target: string): void {
  for (const name of readdirSync(dirname(target))) {
    if (!name.startsWith(prefixOf(target))) continue;
    const folder = join(dirname(target), name);
    const owner = ownerOf(folder);
    if (owner !== undefined && isAlive(owner) === false) rmSync(folder, { recursive: true, force: true });
  }
}

function ownerOf(folder: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, OWNER), 'utf8')) as ProcessIdentity;
  } catch {
    return undefined;
  }
}
