import { join } from 'node:path';
import { GraphError } from '../errors/tsdbt-error.js';
import { graphCodes } from '../manifest/codes.js';
import type { Manifest } from '../manifest/manifest.js';
import type { PreviousState, StateChange } from '../manifest/select/previous-state.js';
import { timeOf } from '../materialize/microbatch.js';
import { stateEntries } from './manifest-json.js';
import { readArtifact } from './read-artifact.js';
import { stateChanges } from './state-changes.js';
import { StateManifest } from './state-manifest.js';

interface ResultsFile {
  readonly results: readonly Readonly<Record<string, unknown>>[];
}

/**
 * The artifacts of an earlier run, tsdbt's or dbt's. Each is read when it is first asked for.
 *
 * @param folder absolute
 * @returns what throws GraphError TSD3025 where an artifact is missing or cannot be read
 */
export function readPreviousState(folder: string, manifest: Manifest): PreviousState {
  const before = once(() => StateManifest.read(folder));
  const statuses = once(() => valuesOf(folder, 'run_results.json', 'status'));
  const loadedBefore = once(() => valuesOf(folder, 'sources.json', 'max_loaded_at'));
  const loadedNow = once(() => valuesOf(manifest.project.targetPath, 'sources.json', 'max_loaded_at'));
  const now = once(() => stateEntries(manifest));
  const macros = once(() => ({ before: before().macros, after: now().macros, persistsAll: !manifest.project.isDbt }));
  const changes = new Map<string, readonly StateChange[]>();
  return {
    isNew: (node) => before().entry(node.uniqueId) === undefined,
    changesOf: (node) => {
      const known = changes.get(node.uniqueId);
      if (known !== undefined) return known;
      const then = before().entry(node.uniqueId);
      const found = then === undefined ? [] : stateChanges(then, now().entry(node), macros());
      changes.set(node.uniqueId, found);
      return found;
    },
    resultOf: (id) => statuses().get(id),
    isFresher: (id) => {
      const [then, now] = [timeOf(loadedBefore().get(id) ?? ''), timeOf(loadedNow().get(id) ?? '')];
      return now !== undefined && (then === undefined || now > then);
    },
  };
}

function valuesOf(folder: string, name: string, key: string): ReadonlyMap<string, string> {
  const file = readArtifact<ResultsFile>(folder, name);
  if (file !== undefined)
    return new Map(file.results.map((result) => [String(result.unique_id), String(result[key] ?? '')]));
  throw new GraphError(graphCodes.unreadableState, `${join(folder, name)} is not there`, {
    hint:
      name === 'sources.json'
        ? 'tsdbt source freshness writes it'
        : '--state names a copy of the target folder of an earlier run',
  });
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
