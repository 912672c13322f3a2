import { type FoundFile, findProjectFiles } from '../project/find-files.js';
import { configLayers } from './config-layers.js';
import { mergeLayers } from './merge-config.js';
import type { ParseState } from './parse-state.js';

/** Folders and extensions of what YAML entries describe. */
const KINDS = {
  models: ['.sql', '.ts', '.py'],
  seeds: ['.csv'],
  snapshots: ['.sql'],
} as const;

/**
 * Hands entries of YAML files to the packages that they speak of: as in dbt, an entry whose name the project itself does not have is that of
 * a model, seed or snapshot of another package. Its description, columns and config count there; its tests are the project's own.
 * Two entries for the same resource are TSD1021.
 * What the root project has disabled counts as what the package does not have.
 */
export function shareEntries(states: readonly ParseState[]): void {
  if (states.length < 2) return;
  for (const [kind, extensions] of Object.entries(KINDS) as [keyof typeof KINDS, readonly string[]][]) {
    const names = new Map<ParseState, ReadonlyMap<string, FoundFile>>();
    const namesOf = (state: ParseState): ReadonlyMap<string, FoundFile> => {
      const known = names.get(state);
      if (known !== undefined) return known;
      const files = findProjectFiles(state.project, state.project.paths[kind]);
      const own = files.filter((file) => extensions.includes(file.extension));
      const found = new Map(own.map((file) => [file.stem, file]));
      names.set(state, found);
      return found;
    };
    for (const state of states) {
      for (const located of state.index[kind].values()) {
        const { name } = located.entry;
        // the files of versions have names of their own, and a snapshot may be YAML alone
        if ('versions' in located.entry || 'relation' in located.entry) continue;
        const file = namesOf(state).get(name);
        const owner = states.find((other) => other !== state && namesOf(other).has(name));
        if (owner === undefined || (file !== undefined && !isDisabled(state, kind, file))) continue;
        state.index[kind].take(name);
        owner.index[kind].adopt(located, state.errors);
      }
    }
  }
}

/** Whether config trees disable a file; what a template says of itself is not known yet, and only the root project has the last word on it. */
function isDisabled({ project }: ParseState, kind: keyof typeof KINDS, file: FoundFile): boolean {
  const { own, root } = configLayers(project, kind, [project.name, ...file.folders, file.stem]);
  return mergeLayers(kind === 'seeds' ? [...own, ...root] : root).enabled === false;
}
