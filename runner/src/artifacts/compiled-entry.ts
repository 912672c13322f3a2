import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { CompiledEntry } from '../manifest/entries/entry-context.js';
import type { Project } from '../project/project.js';
import type { RunResult } from '../run/run-types.js';

/** The SQL of every node that a run compiled, by unique id. */
export function compiledOf(result: RunResult, project: Project): Map<string, CompiledEntry> {
  const found = new Map<string, CompiledEntry>();
  for (const { node, compiledCode: sql, compiledPath: path, compiledOverloads: overloads } of result.results) {
    if (sql === undefined) continue;
    const runPath = path?.replace('/compiled/', '/run/');
    const hasRun = runPath !== undefined && existsSync(join(project.projectDir, runPath));
    found.set(node.uniqueId, { sql, path, runPath: hasRun ? runPath : undefined, overloads });
  }
  return found;
}
