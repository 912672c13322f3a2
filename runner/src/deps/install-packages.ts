import { resolve } from 'node:path';
import { type ProjectError, TsdbtErrors } from '../errors/tsdbt-error.js';
import {
  type PackageEntry,
  type PackagesFile,
  type PackagesRendering,
  readPackagesFile,
} from '../project/packages-file.js';
import type { EvaluateValue } from '../project/project.js';
import { renderValues } from '../project/render-values.js';
import { valueScope } from '../project/value-scope.js';
import { Vars } from '../project/vars.js';
import type { DownloadOptions } from './download.js';
import { type FetchedPackage, PackageFetcher } from './fetch-package.js';
import { hashOf, readLock, writeLock } from './lock-file.js';
import { readPackageHead } from './package-head.js';
import { checkNames, resolvePackages } from './resolve.js';
import { Staging } from './staging.js';
import { isPrerelease, newest } from './version-range.js';

export interface InstallOptions extends Omit<DownloadOptions, 'place'> {
  readonly projectDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** of `--vars` */
  readonly vars: Readonly<Record<string, unknown>>;
  readonly evaluate: EvaluateValue;
  /** choose versions anew, whatever the lock file says */
  readonly upgrade: boolean;
  /** write the lock file and install nothing */
  readonly lockOnly: boolean;
}

/** What became of one package. */
export interface InstalledPackage {
  readonly name: string;
  /** `linked` to a folder that is not copied, `installed`, or `locked` only */
  readonly how: 'linked' | 'installed' | 'locked';
  readonly entry: PackageEntry;
  /** version, commit or folder */
  readonly at: string;
  /** a newer version that the hub has */
  readonly newer: string | undefined;
  /** the name under which the hub goes on with it */
  readonly movedTo: string | undefined;
  /** a branch instead of a version or a commit: what it holds changes */
  readonly unpinned: boolean;
}

export interface Installation {
  /** file that lists the packages; undefined where none does */
  readonly file: string | undefined;
  /** whether versions were chosen, or taken from the lock file */
  readonly resolved: boolean;
  readonly installPath: string;
  readonly packages: readonly InstalledPackage[];
}

/**
 * Installs the packages of a project below its `dbt_packages`: those of the lock file where it was made for packages.yml as it is, else those
 * that are chosen now. What is there stays until all are fetched.
 *
 * @throws ProjectError, TsdbtErrors
 */
export async function installPackages(options: InstallOptions): Promise<Installation> {
  const { projectDir, env, vars } = options;
  const head = readPackageHead(projectDir, projectDir);
  const rendering: PackagesRendering = {
    evaluate: options.evaluate,
    scope: valueScope(new Vars({}, vars, new Set()), env, undefined),
  };
  const errors: ProjectError[] = [];
  const file = readPackagesFile(projectDir, rendering, errors);
  const at = ['packages-install-path'];
  const installPath = String(
    renderValues(head.installPath, head.document, rendering.evaluate, rendering.scope, () => false, errors, at),
  );
  if (errors.length > 0) throw new TsdbtErrors(errors);
  if (file === undefined || file.entries.length === 0)
    return { file: file?.name, resolved: false, installPath, packages: [] };

  const staging = new Staging(resolve(projectDir, installPath));
  try {
    const fetcher = new PackageFetcher({ ...options, downloads: staging.downloads });
    const plan = await planOf(file, rendering, fetcher, options);
    if (options.lockOnly && !plan.resolved) {
      const packages = plan.wanted.map(({ entry }) => described(entry, 'locked', entry.location, undefined));
      return { file: file.name, resolved: false, installPath, packages: await Promise.all(packages) };
    }
    const fetched: FetchedPackage[] = [];
    for (const { entry, from, version } of plan.wanted) fetched.push(await fetcher.fetch(entry, from, version));
    checkNames(fetched, head.name);
    const hows = options.lockOnly ? [] : fetched.map((one) => staging.add(one));
    if (plan.resolved) writeLock(projectDir, hashOf(file.entries), fetched);
    if (!options.lockOnly) staging.publish();
    const packages = plan.wanted.map(({ entry }, i) =>
      described(entry, hows[i] ?? 'locked', fetched[i]!.at, fetched[i]!.name, fetcher),
    );
    return { file: file.name, resolved: plan.resolved, installPath, packages: await Promise.all(packages) };
  } finally {
    staging.remove();
  }
}

interface Plan {
  readonly wanted: readonly {
    readonly entry: PackageEntry;
    readonly from: string;
    readonly version: string | undefined;
  }[];
  readonly resolved: boolean;
}

async function planOf(
  file: PackagesFile,
  rendering: PackagesRendering,
  fetcher: PackageFetcher,
  options: InstallOptions,
): Promise<Plan> {
  const lock = options.upgrade ? undefined : readLock(options.projectDir, rendering);
  if (lock === undefined || lock.hash !== hashOf(file.entries))
    return { wanted: await resolvePackages(file.entries, fetcher, rendering), resolved: true };
  const wanted = lock.entries.map((entry) => ({ entry, from: options.projectDir, version: undefined }));
  return { wanted, resolved: false };
}

async function described(
  entry: PackageEntry,
  how: InstalledPackage['how'],
  at: string,
  name: string | undefined,
  fetcher?: PackageFetcher,
): Promise<InstalledPackage> {
  const known = { name: name ?? String(entry.values.name ?? entry.written), how, entry, at };
  const revision = String(entry.values.revision ?? 'HEAD');
  const unpinned =
    entry.kind === 'git' && entry.values['warn-unpinned'] !== false && ['HEAD', 'main', 'master'].includes(revision);
  if (entry.kind !== 'package' || fetcher === undefined)
    return { ...known, newer: undefined, movedTo: undefined, unpinned };
  const { versions, movedTo } = await fetcher.hub.package(entry);
  const latest = newest([...versions].filter(([one, { fits }]) => fits && !isPrerelease(one)).map(([one]) => one));
  const newer = latest === undefined || newest([latest, at]) === at ? undefined : latest;
  return { ...known, newer, movedTo, unpinned };
}
