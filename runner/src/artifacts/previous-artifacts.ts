import { join } from 'node:path';
import { GraphError } from '../errors/tsdbt-error.js';
import { graphCodes } from '../manifest/codes.js';
import type { Manifest } from '../manifest/manifest.js';
import type { ManifestNode } from '../manifest/nodes.js';
import type { PreviousState, StateAspect } from '../manifest/select/previous-state.js';
import { manifestEntry, manifestMacros } from './manifest-json.js';
import { readArtifact } from './read-artifact.js';

type Entry = Readonly<Record<string, unknown>>;

interface ManifestFile {
  readonly nodes: Readonly<Record<string, Entry>>;
  readonly sources?: Readonly<Record<string, Entry>>;
  readonly exposures?: Readonly<Record<string, Entry>>;
  readonly macros?: Readonly<Record<string, Entry>>;
}

/** Keys of config that say where a relation lies, and not what it holds; they are compared on their own. */
const PLACE_KEYS = ['database', 'schema', 'alias'];

/**
 * Reads the artifacts of an earlier run: `manifest.json`, and `run_results.json` and `sources.json` where they are there. Nodes are
 * compared by what is written in their files, so that another target or another machine changes nothing.
 *
 * @param folder absolute
 * @throws {GraphError} TSD3025 when there is no manifest, or it cannot be read
 */
export function readPreviousState(folder: string, manifest: Manifest): PreviousState {
  const before = readArtifact<ManifestFile>(folder, 'manifest.json');
  if (before === undefined) {
    throw new GraphError(graphCodes.unreadableState, `${join(folder, 'manifest.json')} is not there`, {
      hint: '--state names a folder with the manifest.json of an earlier run: a copy of its target folder',
    });
  }
  const results = readArtifact<{ results: readonly Entry[] }>(folder, 'run_results.json');
  const statuses = new Map((results?.results ?? []).map((result) => [String(result.unique_id), String(result.status)]));
  const freshness = readArtifact<{ results: readonly Entry[] }>(folder, 'sources.json');
  const loadedBefore = new Map(
    (freshness?.results ?? []).map((result) => [String(result.unique_id), String(result.max_loaded_at ?? '')]),
  );
  const freshnessNow = readArtifact<{ results: readonly Entry[] }>(manifest.project.targetPath, 'sources.json');
  const loadedNow = new Map(
    (freshnessNow?.results ?? []).map((result) => [String(result.unique_id), String(result.max_loaded_at ?? '')]),
  );
  const macrosNow = manifestMacros(manifest);
  const entryBefore = (id: string): Entry | undefined =>
    before.nodes[id] ?? before.sources?.[id] ?? before.exposures?.[id];
  const changes = new Map<string, readonly StateAspect[]>();
  return {
    isNew: (node) => entryBefore(node.uniqueId) === undefined,
    changesOf: (node) => {
      const known = changes.get(node.uniqueId);
      if (known !== undefined) return known;
      const then = entryBefore(node.uniqueId);
      const found = then === undefined ? [] : compared(node, then, manifestEntry(node), before.macros ?? {}, macrosNow);
      changes.set(node.uniqueId, found);
      return found;
    },
    resultOf: (id) => statuses.get(id),
    isFresher: (id) => {
      const now = loadedNow.get(id);
      return now !== undefined && now > (loadedBefore.get(id) ?? '');
    },
  };
}

function compared(
  node: ManifestNode,
  then: Entry,
  now: Entry,
  macrosThen: Readonly<Record<string, Entry>>,
  macrosNow: Readonly<Record<string, Entry>>,
): StateAspect[] {
  const found: StateAspect[] = [];
  const differs = (key: string): boolean => text(then[key]) !== text(now[key]);
  const configs = (entry: Entry): Entry => (entry.config ?? {}) as Entry;
  if (node.resourceType === 'source' || node.resourceType === 'exposure') {
    const keys = [
      'source_name',
      'identifier',
      'schema',
      'location',
      'loaded_at_field',
      'type',
      'owner',
      'url',
      'depends_on',
    ];
    if (keys.some(differs)) found.push('body');
  } else if (differs('checksum') || (then.checksum === undefined && differs('raw_code'))) found.push('body');
  if (text(without(configs(then), PLACE_KEYS)) !== text(without(configs(now), PLACE_KEYS))) found.push('configs');
  if (PLACE_KEYS.some((key) => text(configs(then)[key]) !== text(configs(now)[key]))) found.push('relation');
  if (differs('description') || descriptions(then) !== descriptions(now)) found.push('persisted_descriptions');
  const called = new Set([...macrosOf(then), ...macrosOf(now)]);
  const body = (macros: Readonly<Record<string, Entry>>, id: string): unknown => macros[id]?.macro_sql;
  if ([...called].some((id) => id in macrosThen && body(macrosThen, id) !== body(macrosNow, id))) found.push('macros');
  if (isEnforced(now) && types(then) !== types(now)) found.push('contract');
  return found;
}

function macrosOf(entry: Entry): readonly string[] {
  return (entry.depends_on as { macros?: readonly string[] } | undefined)?.macros ?? [];
}

function columnsOf(entry: Entry): readonly Entry[] {
  return Object.values((entry.columns ?? {}) as Readonly<Record<string, Entry>>);
}

function descriptions(entry: Entry): string {
  return text(columnsOf(entry).map((column) => [column.name, column.description]));
}

function types(entry: Entry): string {
  return text(columnsOf(entry).map((column) => [column.name, column.data_type, column.constraints]));
}

function isEnforced(entry: Entry): boolean {
  return (entry.config as { contract?: { enforced?: boolean } } | undefined)?.contract?.enforced === true;
}

function without(entry: Entry, keys: readonly string[]): Entry {
  return Object.fromEntries(Object.entries(entry).filter(([key]) => !keys.includes(key)));
}

/** A value as text, whatever the order of its keys. */
function text(value: unknown): string {
  return (
    JSON.stringify(value, (_, inner: unknown) =>
      typeof inner === 'object' && inner !== null && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
        : inner,
    ) ?? 'undefined'
  );
}
