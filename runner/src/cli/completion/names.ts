import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CompletionNames } from '../../artifacts/completion-names.js';
import { projectFileIn } from '../../project/project-file.js';

const NONE: CompletionNames = { methods: {}, selectors: [], targets: [], commands: {}, macros: [] };
const FOLDERS = ['models', 'seeds', 'snapshots'];

/**
 * What the last command that read a project kept of it, and the names of files that have come since. The project itself is not read: that takes
 * longer than a key press may.
 */
export function completionNames(projectDir: string): CompletionNames {
  const kept = keptNames(projectDir);
  const fqn = [
    ...new Set([...(kept.methods.fqn ?? []), ...FOLDERS.flatMap((one) => stemsBelow(join(projectDir, one)))]),
  ];
  return { ...kept, methods: { ...kept.methods, fqn: fqn.sort() } };
}

function keptNames(projectDir: string): CompletionNames {
  const file = projectFileIn(projectDir);
  if (file === undefined) return NONE;
  try {
    const target = /^target-path:\s*["']?([^"'\n#]+?)["']?\s*(?:#.*)?$/m.exec(
      readFileSync(join(projectDir, file), 'utf8'),
    );
    const path = join(projectDir, target?.[1] ?? 'target', 'cache', 'completion.json');
    return { ...NONE, ...(JSON.parse(readFileSync(path, 'utf8')) as Partial<CompletionNames>) };
  } catch {
    return NONE;
  }
}

function stemsBelow(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' }).flatMap((path) => {
      const name = /([^/\\]+)\.(?:sql|csv|ts)$/.exec(path)?.[1];
      return name === undefined || name.endsWith('.d') ? [] : [name];
    });
  } catch {
    return [];
  }
}
