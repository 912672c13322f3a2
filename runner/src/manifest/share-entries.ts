import { findFiles } from '../project/find-files.js';
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
 */
export function shareEntries(states: readonly ParseState[]): void {
  if (states.length < 2) return;
  for (const [kind, extensions] of Object.entries(KINDS) as [keyof typeof KINDS, readonly string[]][]) {
    const names = new Map<ParseState, ReadonlySet<string>>();
    const namesOf = (state: ParseState): ReadonlySet<string> => {
      const known = names.get(state);
      if (known !== undefined) return known;
      const files = findFiles(state.project.projectDir, state.project.paths[kind]);
      const found = new Set(files.filter((file) => extensions.includes(file.extension)).map((file) => file.stem));
      names.set(state, found);
      return found;
    };
    for (const state of states) {
      for (const located of state.index[kind].values()) {
        const { name } = located.entry;
        // the files of versions have names of their own, and a snapshot may be YAML alone
        if (namesOf(state).has(name) || 'versions' in located.entry || 'relation' in located.entry) continue;
        const owner = states.find((other) => other !== state && namesOf(other).has(name));
        if (owner === undefined) continue;
        state.index[kind].take(name);
        owner.index[kind].adopt(located, state.errors);
      }
    }
  }
}
