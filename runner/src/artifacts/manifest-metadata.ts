import { createHash } from 'node:crypto';
import { relative } from 'node:path';
import type { Manifest } from '../manifest/manifest.js';
import type { Project } from '../project/project.js';
import { artifactMetadata, type Invocation, WAREHOUSE } from './write-artifact.js';

/** `metadata` of `manifest.json`. */
export function metadataOf({ project }: Manifest, invocation: Invocation): Record<string, unknown> {
  return {
    ...artifactMetadata('manifest', invocation, project, warehouseOf(project)),
    project_name: project.name,
    project_id: createHash('md5').update(project.name).digest('hex'),
    user_id: null,
    send_anonymous_usage_stats: false,
    adapter_type: project.target.type,
    quoting: { database: true, schema: true, identifier: true, column: null, ...project.quoting },
    run_started_at: invocation.startedAt.toISOString(),
  };
}

/** Where the Delta tables lie, for those who read them by another project's state. */
function warehouseOf({ target, projectDir, warehouse }: Project): Record<string, string> {
  return target.storage === 'delta' ? { [WAREHOUSE]: relative(projectDir, warehouse) } : {};
}
