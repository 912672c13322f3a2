import { formatPlace } from '../errors/source-text.js';
import { ProjectError, TsdbtErrors } from '../errors/tsdbt-error.js';
import { type PackageEntry, type PackagesRendering, readPackagesFile } from '../project/packages-file.js';
import { depsCodes } from './codes.js';
import { withoutCredentials } from './credentials.js';
import type { FetchedPackage, PackageFetcher } from './fetch-package.js';
import {
  formatBounds,
  isPrerelease,
  newest,
  satisfiesBounds,
  type VersionBound,
  versionBounds,
} from './version-range.js';

/** What somebody asks for. */
interface Request {
  readonly entry: PackageEntry;
  /** `the project`, or the name of a package */
  readonly by: string;
  /** folder of who asks */
  readonly from: string;
}

/** A package that will be installed. */
export interface ResolvedPackage {
  readonly entry: PackageEntry;
  readonly from: string;
  /** of a hub's package */
  readonly version: string | undefined;
}

/** Versions are chosen anew until nothing changes; a project that needs more rounds has a circle that never settles. */
const MOST_ROUNDS = 50;

/**
 * Decides what is installed for the entries of a project, with all that the packages ask for themselves. Of a hub's package it is the newest
 * version that fits everybody who asks and this version of dbt's language.
 *
 * @throws ProjectError TSD1972 where requests exclude each other, with all of them; TsdbtErrors for mistakes in packages' own files
 */
export async function resolvePackages(
  entries: readonly PackageEntry[],
  fetcher: PackageFetcher,
  rendering: PackagesRendering,
): Promise<ResolvedPackage[]> {
  const root = fetcher.options.projectDir;
  let chosen = new Map<string, string>();
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const requests = await allRequests(
      entries.map((entry) => ({ entry, by: 'the project', from: root })),
      chosen,
      fetcher,
      rendering,
    );
    const next = new Map<string, string>();
    let conflict: ProjectError | undefined;
    for (const [key, wanted] of requests) {
      if (wanted[0]!.entry.kind !== 'package') continue;
      const version = await choose(wanted, fetcher);
      if (typeof version === 'string') next.set(key, version);
      else conflict ??= version;
    }
    if (sameEntries(chosen, next)) {
      if (conflict !== undefined) throw conflict;
      return [...requests].map(([key, [first]]) => ({ ...first!, version: next.get(key) }));
    }
    chosen = next;
  }
  throw new ProjectError(
    depsCodes.versionConflict,
    'the versions of packages never settle: each choice asks for another',
    {
      hint: `name exact versions in packages.yml (${[...chosen].map(([key, version]) => `${key.split('\n')[1]} ${version}`).join(', ')})`,
    },
  );
}

/** Everything that is asked for, given the versions chosen so far, by package. */
async function allRequests(
  from: readonly Request[],
  chosen: ReadonlyMap<string, string>,
  fetcher: PackageFetcher,
  rendering: PackagesRendering,
): Promise<Map<string, Request[]>> {
  const found = new Map<string, Request[]>();
  const pending = [...from];
  for (let request = pending.shift(); request !== undefined; request = pending.shift()) {
    const key = identity(request.entry);
    const known = found.get(key);
    if (known !== undefined) {
      known.push(request);
      found.set(key, agreeing(known));
      continue;
    }
    found.set(key, [request]);
    pending.push(...(await requestsOf(request, chosen.get(key), fetcher, rendering)));
  }
  return found;
}

/** What a package asks for itself. A hub tells it without a download. */
async function requestsOf(
  { entry, from }: Request,
  version: string | undefined,
  fetcher: PackageFetcher,
  rendering: PackagesRendering,
): Promise<Request[]> {
  if (entry.kind === 'package') {
    if (version === undefined) return [];
    const { versions } = await fetcher.hub.package(entry);
    const by = `${entry.location} ${version}`;
    return (versions.get(version)?.packages ?? []).map((one) => ({
      entry: { ...entry, written: one.package, location: one.package, values: { ...one }, raw: { ...one } },
      by,
      from,
    }));
  }
  const fetched = await fetcher.fetch(entry, from);
  const errors: ProjectError[] = [];
  const file = readPackagesFile(fetched.folder, rendering, errors, `${fetched.name}/`);
  if (errors.length > 0) throw new TsdbtErrors(errors);
  return (file?.entries ?? []).map((one) => ({ entry: one, by: fetched.name, from: fetched.folder }));
}

/** Two entries with one identity are one package. */
function identity({ kind, location, values }: PackageEntry): string {
  const name = kind === 'git' ? location.replace(/\/*$/, '').replace(/\.git$/, '') : location;
  return [kind, name, values.subdirectory ?? ''].join('\n');
}

/** Of several requests for one repository, the ones with a revision; they have to name the same. */
function agreeing(requests: readonly Request[]): Request[] {
  if (requests[0]!.entry.kind !== 'git') return [...requests];
  const named = requests.filter(({ entry }) => entry.values.revision != null);
  const revisions = new Set(named.map(({ entry }) => String(entry.values.revision)));
  if (revisions.size > 1)
    throw new ProjectError(
      depsCodes.versionConflict,
      `${withoutCredentials(named[0]!.entry.location)} is asked for at ${[...revisions].join(' and at ')}`,
      { place: named.at(-1)!.entry.place, detail: listed(named, ({ entry }) => String(entry.values.revision)) },
    );
  return named.length === 0 ? [...requests] : named;
}

/** The newest version that fits all requests, or why there is none. */
async function choose(requests: readonly Request[], fetcher: PackageFetcher): Promise<string | ProjectError> {
  const { entry } = requests[0]!;
  const boundsOf = (request: Request): VersionBound[] =>
    versionBounds(request.entry.values.version, request.entry.place);
  const bounds = requests.flatMap(boundsOf);
  const { versions } = await fetcher.hub.package(entry);
  const prereleases =
    requests.some((one) => one.entry.values.install_prerelease === true) ||
    bounds.some((bound) => isPrerelease(bound.version));
  const installable = [...versions].filter(([version]) => prereleases || !isPrerelease(version));
  const fitting = installable.filter(([version]) => satisfiesBounds(version, bounds));
  const found = newest(fitting.filter(([, { fits }]) => fits).map(([version]) => version));
  if (found !== undefined) return found;
  const reason =
    fitting.length > 0
      ? `every version of ${entry.location} that fits requires another version of dbt`
      : requests.length > 1
        ? `no version of ${entry.location} fits all that is asked for`
        : `${entry.location} has no version ${formatBounds(bounds)}`;
  const have = installable.map(([version]) => version);
  return new ProjectError(depsCodes.versionConflict, reason, {
    place: entry.place,
    detail: listed(requests, (request) => formatBounds(boundsOf(request))),
    hint: `the hub has ${have.length === 0 ? 'none' : have.slice(-12).join(', ')}`,
  });
}

function listed(requests: readonly Request[], what: (request: Request) => string): string {
  return requests
    .map((request) => `${request.by} asks for ${what(request)} (${formatPlace(request.entry.place)})`)
    .join('\n');
}

function sameEntries(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);
}

/** @throws ProjectError TSD1977 where two packages, or a package and the project, have one name */
export function checkNames(packages: readonly FetchedPackage[], project: string): void {
  const seen = new Map<string, FetchedPackage>();
  for (const one of packages) {
    const other = seen.get(one.name);
    const place = one.document.placeOf(['name']);
    if (one.name === project)
      throw new ProjectError(depsCodes.duplicatePackage, `a package has the project's own name, "${project}"`, {
        place,
      });
    if (other !== undefined)
      throw new ProjectError(depsCodes.duplicatePackage, `two packages have the name "${one.name}"`, {
        place,
        detail: [other, one].map(({ pinned }) => `${withoutCredentials(JSON.stringify(pinned))}`).join('\n'),
        hint: 'name one of them only: macros and models are found by it',
      });
    seen.set(one.name, one);
  }
}
