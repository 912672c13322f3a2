import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunEvent } from '../events/events.js';
import type { Manifest } from '../manifest/manifest.js';
import { projectEnvironment } from '../project/dotenv.js';
import type { Effects } from './effects.js';
import type { GlobalOptions } from './flags.js';
import { areUnchanged, engineFacts, filesOf, fingerprint, type ReadFiles } from './project-fingerprint.js';

/** What `parse` found, for the next time, when nothing has changed. */
export interface ParseRecord extends ReadFiles {
  /** engine, flags and environment */
  readonly key: string;
  /** the same of `manifest.json` and `semantic_manifest.json`, which other commands write as well */
  readonly manifest: string;
  readonly logPath: string;
  readonly projectName: string;
  /** what the project holds, as `parse` says it */
  readonly summary: string;
  readonly warnings: readonly RunEvent[];
}

/** The record of a project that is as it was when `parse` last read it, for the same flags and environment; else undefined. */
export function unchangedParse(projectDir: string, options: GlobalOptions, effects: Effects): ParseRecord | undefined {
  if (options.partialParse === false) return undefined;
  let record: ParseRecord;
  try {
    record = JSON.parse(readFileSync(recordPath(projectDir), 'utf8')) as ParseRecord;
  } catch {
    return undefined;
  }
  if (record.key !== keyOf(projectDir, options, effects)) return undefined;
  if (record.manifest !== fingerprint(manifestsIn(join(projectDir, 'target'))).hash) return undefined;
  return areUnchanged(record, projectDir, options, effects) ? record : undefined;
}

/**
 * What is to be kept of a parse; undefined where {@link filesOf} trusts nothing, or for another target folder.
 *
 * @param startedAt when the command began, before it read anything
 */
export function parseRecord(
  manifest: Manifest,
  options: GlobalOptions,
  effects: Effects,
  startedAt: Date,
  said: Pick<ParseRecord, 'summary' | 'warnings'>,
): ParseRecord | undefined {
  const { projectDir, targetPath, logPath, name } = manifest.project;
  if (targetPath !== join(projectDir, 'target')) return undefined;
  const files = filesOf(manifest, options, effects, startedAt);
  if (files === undefined) return undefined;
  mkdirSync(join(targetPath, 'cache'), { recursive: true });
  return {
    key: keyOf(projectDir, options, effects),
    ...files,
    manifest: fingerprint(manifestsIn(targetPath)).hash,
    logPath,
    projectName: name,
    ...said,
  };
}

function manifestsIn(targetPath: string): string[] {
  return ['manifest.json', 'semantic_manifest.json'].map((name) => join(targetPath, name));
}

/** Path of the record below the target folder. */
export const RECORD = join('cache', 'parse.json');

function recordPath(projectDir: string): string {
  return join(projectDir, 'target', RECORD);
}

/** The environment counts whole: any of it may be asked for. Of secrets a hash is kept. */
function keyOf(projectDir: string, options: GlobalOptions, effects: Effects): string {
  const env = Object.entries(projectEnvironment(projectDir, effects.env)).sort(([a], [b]) => (a < b ? -1 : 1));
  const facts = [...engineFacts(), projectDir, effects.cwd, options, env];
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex');
}
