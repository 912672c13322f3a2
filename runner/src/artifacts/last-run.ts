import { mkdirSync, readFileSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Project } from '../project/project.js';

/** Where the results of the last run lie once those of a command that ran no nodes have their place. */
const KEPT = join('cache', 'last_run.json');
/** Commands that write results in a dbt project and run nothing, by dbt's names. */
const RUN_NOTHING: ReadonlySet<unknown> = new Set(['compile', 'generate', 'show']);

/** Moves `run_results.json` aside before such a command writes its own, so that pages of documentation still find what ran. */
export function keepLastRun({ targetPath, writesJson }: Pick<Project, 'targetPath' | 'writesJson'>): void {
  if (writesJson === false) return;
  const path = join(targetPath, 'run_results.json');
  const found = read(path);
  if (found === undefined || RUN_NOTHING.has(found.args?.which)) return;
  const kept = join(targetPath, KEPT);
  mkdirSync(dirname(kept), { recursive: true });
  renameSync(path, kept);
}

/** What the last command that ran nodes left as its results; undefined where there is none, or it cannot be read. */
export function lastRunResults(targetPath: string): unknown {
  const found = read(join(targetPath, 'run_results.json'));
  return found !== undefined && RUN_NOTHING.has(found.args?.which) ? read(join(targetPath, KEPT)) : found;
}

function read(path: string): { readonly args?: { readonly which?: unknown } } | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
