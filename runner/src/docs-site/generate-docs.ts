import { cpSync, existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { type Catalog, readCatalog, writeCatalog } from '../artifacts/catalog.js';
import { type CompiledResult, writeCompiledResults } from '../artifacts/compiled-results.js';
import { tsdbtErrorsOf } from '../errors/tsdbt-error.js';
import type { EventBus } from '../events/events.js';
import type { Manifest } from '../manifest/manifest.js';
import { selectNodes } from '../manifest/select/select-nodes.js';
import type { Project } from '../project/project.js';
import { compiledPath } from '../run/run-state.js';
import { buildSite } from './build-site.js';
import { type CompiledForDocs, compileForDocs } from './compile-for-docs.js';
import { ENTRY_POINTS, isWebAddress } from './entry-points.js';
import { readRunResults } from './read-run-results.js';
import type { EntryPoint } from './site-data.js';
import { writeSite } from './write-site.js';

export interface GenerateDocsOptions {
  /** whether SQL is compiled anew; else that of the last run is shown */
  readonly compile: boolean;
  /** unique ids of what is compiled and stands in the catalog; undefined: everything. The pages show everything anyway */
  readonly selected?: ReadonlySet<string> | undefined;
  /** the warehouse is asked for nothing */
  readonly emptyCatalog?: boolean | undefined;
  /** also `static_index.html`: the pages as one file */
  readonly oneFile?: boolean | undefined;
  /** takes secrets out of every text of the pages */
  readonly redact: (text: string) => string;
  readonly invocationId: string;
  readonly now: Date;
  /** flags by dbt's names */
  readonly args: Readonly<Record<string, unknown>>;
  readonly bus: EventBus;
  readonly signal: AbortSignal;
}

export interface GeneratedDocs {
  /** absolute */
  readonly folder: string;
  readonly nodes: number;
  /** tables and views that exist in the warehouse */
  readonly tables: number;
}

/** Absolute path of the folder that holds a project's pages. */
export function docsFolder(project: Project): string {
  return path.join(project.targetPath, 'docs');
}

/** Makes the pages of a project from its manifest, the Delta logs and the last run's results; a project that never ran has pages too. */
export async function generateDocs(manifest: Manifest, options: GenerateDocsOptions): Promise<GeneratedDocs> {
  const { project } = manifest;
  const { bus, signal } = options;
  const lastRun = readRunResults(project.targetPath);
  const { selected } = options;
  const catalog = options.emptyCatalog ? EMPTY : await readCatalog(manifest, { bus, signal });
  for (const problem of catalog.problems.values()) bus.emit({ event: 'log', level: 'warn', message: problem });
  signal.throwIfAborted();
  const compiled = await compileForDocs(manifest, lastRun, { compile: options.compile, selected, bus, signal });
  const site = buildSite({ manifest, catalog, lastRun, compiled, generatedAt: options.now });
  for (const message of brokenEntryPoints(manifest, site.index.entryPoints))
    bus.emit({ event: 'log', level: 'warn', message });
  const invocation = { invocationId: options.invocationId, startedAt: options.now };
  const results = resultsOf(manifest, compiled).filter(({ uniqueId }) => selected?.has(uniqueId) ?? true);
  if (options.compile)
    writeCompiledResults(manifest, results, {
      ...invocation,
      completedAt: new Date(),
      args: options.args,
      reportsEphemeral: false,
    });
  writeCatalog(manifest, selected === undefined ? catalog : only(catalog, selected), invocation);
  const folder = docsFolder(project);
  const assets = copyAssets(project);
  const oneFile = options.oneFile ? path.join(project.targetPath, 'static_index.html') : undefined;
  await writeSite(site, {
    assets,
    oneFile,
    folder,
    cacheDir: path.join(project.targetPath, 'cache'),
    redact: options.redact,
  });
  return { folder, nodes: site.index.nodes.length, tables: catalog.entries.size };
}

const EMPTY: Catalog = { entries: new Map(), problems: new Map() };

function only({ entries, problems }: Catalog, selected: ReadonlySet<string>): Catalog {
  return { entries: new Map([...entries].filter(([id]) => selected.has(id))), problems };
}

/** Copies the folders of `asset-paths` to where dbt has them for its pages, below the target folder. @returns those that are there, by their names */
function copyAssets({ projectDir, targetPath, paths }: Project): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const name of paths.assets.map((one) => path.normalize(one))) {
    const folder = path.join(projectDir, name);
    // what lies outside of the project would be written outside of the target folder
    if (path.isAbsolute(name) || /^\.($|\.)/.test(name) || !existsSync(folder)) continue;
    found.set(name, folder);
    const copy = path.join(targetPath, name);
    rmSync(copy, { recursive: true, force: true });
    cpSync(folder, copy, { recursive: true });
  }
  return found;
}

/** Cards whose selector selects nothing, with a suggestion. */
function brokenEntryPoints(manifest: Manifest, entries: readonly EntryPoint[]): string[] {
  return entries.flatMap(({ title, target }) => {
    if (isWebAddress(target)) return [];
    try {
      selectNodes(manifest, { select: [target] });
      return [];
    } catch (thrown) {
      const errors = tsdbtErrorsOf(thrown);
      if (errors.length === 0) throw thrown;
      return errors.map(
        ({ message, hint }) => `${ENTRY_POINTS}: "${title}": ${message}${hint === undefined ? '' : ` (${hint})`}`,
      );
    }
  });
}

/** What became of every node. */
function resultsOf(manifest: Manifest, compiled: ReadonlyMap<string, CompiledForDocs>): readonly CompiledResult[] {
  const results: CompiledResult[] = [];
  for (const node of [...manifest.nodes.values(), ...manifest.functions.values(), ...manifest.analyses.values()]) {
    const { sql, note } = compiled.get(node.uniqueId) ?? {};
    const file = path.relative(manifest.project.projectDir, compiledPath(manifest.project.targetPath, node));
    results.push({
      uniqueId: node.uniqueId,
      sql,
      error: sql === undefined ? note : undefined,
      path: sql === undefined ? undefined : file.replaceAll('\\', '/'),
    });
  }
  return results;
}
