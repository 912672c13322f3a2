import { didYouMean } from '../errors/suggest.js';
import { ProjectError } from '../errors/tsdbt-error.js';
import type { PackageEntry } from '../project/packages-file.js';
import { dbtLanguageVersion, satisfiesVersion } from '../project/required-version.js';
import { depsCodes } from './codes.js';
import { type DownloadOptions, download } from './download.js';

/** The hub that dbt uses; `DBT_PACKAGE_HUB_URL` names another, for dbt and tsdbt alike. */
const DEFAULT_HUB = 'https://hub.getdbt.com/';

/** A version of a package as the hub describes it. */
export interface HubVersion {
  readonly packages: readonly { readonly package: string; readonly version: unknown }[];
  readonly tarball: string;
  /** whether `require_dbt_version` takes this language */
  readonly fits: boolean;
}

/** What the hub says of a package. */
export interface HubPackage {
  readonly versions: ReadonlyMap<string, HubVersion>;
  /** the name it has moved to */
  readonly movedTo: string | undefined;
}

/** dbt's package hub: an HTTP API of JSON files. Each package is asked for once. */
export class Hub {
  readonly #base: string;
  readonly #known = new Map<string, Promise<HubPackage>>();

  constructor(
    env: Readonly<Record<string, string | undefined>>,
    private readonly options: Omit<DownloadOptions, 'place'>,
  ) {
    const given = env.DBT_PACKAGE_HUB_URL ?? '';
    this.#base = (given === '' ? DEFAULT_HUB : given).replace(/\/*$/, '/');
  }

  /** @throws ProjectError TSD1971 for a package that it does not have, TSD1970 where it does not answer */
  package(entry: PackageEntry): Promise<HubPackage> {
    const name = entry.location;
    const known = this.#known.get(name) ?? this.#read(entry);
    this.#known.set(name, known);
    return known;
  }

  async #read(entry: PackageEntry): Promise<HubPackage> {
    const name = entry.location;
    if (!/^[\w.-]+\/[\w.-]+$/.test(name))
      throw new ProjectError(depsCodes.hubPackage, `"${name}" is no name of the package hub`, {
        place: entry.place,
        hint: 'namespace/name, e.g. dbt-labs/dbt_utils',
      });
    const found = await this.#json(`api/v1/${name}.json`, entry);
    if (found === undefined) {
      const index = await this.#json('api/v1/index.json', entry).catch(() => undefined);
      throw new ProjectError(depsCodes.hubPackage, `the hub has no package "${name}"`, {
        place: entry.place,
        hint: didYouMean(name, Array.isArray(index) ? index.map(String) : []) ?? `asked: ${this.#base}`,
      });
    }
    return hubPackage(found, name) ?? this.#odd(`api/v1/${name}.json`, entry);
  }

  async #json(path: string, entry: PackageEntry): Promise<unknown> {
    const body = await download(`${this.#base}${path}`, { ...this.options, place: entry.place });
    if (body === undefined) return undefined;
    try {
      return JSON.parse(body.toString('utf8'));
    } catch {
      return this.#odd(path, entry);
    }
  }

  #odd(path: string, entry: PackageEntry): never {
    throw new ProjectError(depsCodes.download, `${this.#base}${path} does not answer as a package hub does`, {
      place: entry.place,
      hint: 'DBT_PACKAGE_HUB_URL names the hub',
    });
  }
}

function hubPackage(answer: unknown, name: string): HubPackage | undefined {
  const { versions, namespace, redirectnamespace, redirectname } = answer as Record<string, unknown>;
  if (typeof versions !== 'object' || versions === null) return undefined;
  const read = Object.entries(versions as Record<string, Record<string, unknown> | null>).map(([version, details]) => {
    const { packages, downloads, require_dbt_version: required } = details ?? {};
    const bounds = [required ?? []].flat().map(String);
    const { tarball } = (downloads ?? {}) as { tarball?: unknown };
    const listed = Array.isArray(packages) ? (packages as { package?: unknown; version?: unknown }[]) : [];
    return [
      version,
      {
        packages: listed.flatMap((one) =>
          typeof one?.package === 'string' ? [{ package: one.package, version: one.version ?? [] }] : [],
        ),
        tarball: String(tarball),
        fits: satisfiesVersion(dbtLanguageVersion, bounds),
      },
    ] as const;
  });
  const moved = [redirectnamespace || namespace, redirectname || name.split('/')[1]].map(String).join('/');
  return { versions: new Map(read), movedTo: redirectnamespace || redirectname ? moved : undefined };
}
