import { resolve } from 'node:path';
import type { FreshnessRun } from '../../run/run-freshness.js';
import type { Effects } from '../effects.js';
import { oneOf } from '../flag-values.js';
import type { SourceOptions } from '../flags.js';
import { interruptible } from '../interrupt.js';
import { withManifest } from '../open-project.js';
import { selectedBy } from '../selection.js';

/** `source freshness`: says how old the newest rows of sources are. */
export async function source(options: SourceOptions, effects: Effects, action: string): Promise<number> {
  oneOf('source', ['freshness', 'snapshot-freshness'])(action);
  return (await lookAtSources(options, effects)).exitCode;
}

/** Looks at the newest rows of sources, and writes what it found to `target/sources.json`. */
export function lookAtSources(options: SourceOptions, effects: Effects): Promise<FreshnessRun> {
  const startedAt = effects.now();
  return withManifest(options, effects, async ({ project, manifest, bus, invocationId }) => {
    const selected = selectedBy(options, manifest, ['source']);
    const { runFreshness } = await import('../../run/run-freshness.js');
    const { writeManifest } = await import('../../artifacts/manifest-json.js');
    const { writeSources } = await import('../../artifacts/sources-json.js');
    const invocation = { invocationId, startedAt };
    writeManifest(manifest, invocation);
    const run = await interruptible(
      effects,
      (signal) => runFreshness({ project, manifest, selected, bus, signal, now: effects.now }),
      (message) => bus.emit({ event: 'log', level: 'info', message }),
    );
    const path =
      options.output === undefined
        ? resolve(project.targetPath, 'sources.json')
        : resolve(project.projectDir, options.output);
    writeSources(project, path, run, invocation);
    return run;
  });
}
