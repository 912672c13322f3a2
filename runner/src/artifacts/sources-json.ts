import { basename, dirname } from 'node:path';
import { criteriaOf } from '../manifest/entries/sources.js';
import type { Project } from '../project/project.js';
import type { FreshnessRun, SourceFreshness } from '../run/run-freshness.js';
import { artifactMetadata, type Invocation, writeArtifact } from './write-artifact.js';

/** Writes how fresh sources are, in the shape of dbt's `sources.json` (version 3), to an absolute path. */
export function writeSources(project: Project, path: string, run: FreshnessRun, invocation: Invocation): void {
  writeArtifact({ ...project, targetPath: dirname(path) }, basename(path), {
    metadata: artifactMetadata('sources', invocation, project),
    results: run.sources.map(resultOf),
    elapsed_time: run.elapsed,
  });
}

function resultOf({ node, result, error, startedAt, completedAt }: SourceFreshness): Record<string, unknown> {
  if (result === undefined) return { unique_id: node.uniqueId, error, status: 'runtime error' };
  return {
    unique_id: node.uniqueId,
    max_loaded_at: withOffset(result.maxLoadedAt),
    snapshotted_at: withOffset(result.snapshottedAt),
    max_loaded_at_time_ago_in_s: result.age,
    status: result.status,
    criteria: criteriaOf(node.freshness),
    adapter_response: {},
    timing: [
      { name: 'compile', started_at: startedAt.toISOString(), completed_at: startedAt.toISOString() },
      { name: 'execute', started_at: startedAt.toISOString(), completed_at: completedAt.toISOString() },
    ],
    thread_id: 'Thread-1 (worker)',
    execution_time: (completedAt.getTime() - startedAt.getTime()) / 1000,
  };
}

/** A time as Python writes it. */
function withOffset(time: Date): string {
  return time.toISOString().replace(/(?:\.000)?Z$/, '+00:00');
}
