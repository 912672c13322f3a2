import { projectEnvironment } from '../../project/dotenv.js';
import { counted } from '../../report/node-line.js';
import type { Effects } from '../effects.js';
import type { SelectionOptions } from '../flags.js';
import { projectFolder } from '../project-folder.js';
import { warningEvent, withReporters } from '../reporters.js';
import { parseRecord, RECORD, unchangedParse } from '../unchanged-parse.js';

/** Reads the whole project and says what is in it. Nothing is read where nothing has changed since the last time. */
export async function parse(options: SelectionOptions, effects: Effects): Promise<number> {
  const startedAt = effects.now();
  const say = (name: string, summary: string) => {
    const seconds = (effects.now().getTime() - startedAt.getTime()) / 1000;
    return { event: 'log', level: 'info', message: `Parsed ${name} in ${seconds.toFixed(2)}s: ${summary}` } as const;
  };
  const projectDir = projectFolder(options, effects);
  const record = unchangedParse(projectDir, options, effects);
  if (record !== undefined) {
    const env = projectEnvironment(projectDir, effects.env);
    effects.hideSecretsOf?.(env);
    return withReporters(options, effects, { env, projectDir, logPath: record.logPath }, async (bus) => {
      for (const warning of record.warnings) bus.emit(warning);
      bus.emit(say(record.projectName, record.summary));
      return 0;
    });
  }
  const { withManifest } = await import('../open-project.js');
  return withManifest(options, effects, async ({ project, manifest, bus, invocationId }) => {
    // other commands read the selectors when one is named
    const { readSelectors } = await import('../../manifest/select/yaml-selectors.js');
    readSelectors(project);
    const counts = new Map<string, number>();
    for (const node of manifest.all()) counts.set(node.resourceType, (counts.get(node.resourceType) ?? 0) + 1);
    const parts = [...counts].map(([kind, count]) => counted(count, kind));
    if (manifest.disabled.size > 0) parts.push(`${manifest.disabled.size} disabled`);
    const summary = parts.join(', ') || 'nothing in it';
    const { writeManifest } = await import('../../artifacts/manifest-json.js');
    const { writeArtifact } = await import('../../artifacts/write-artifact.js');
    writeManifest(manifest, { invocationId, startedAt });
    const warnings = manifest.warnings.map(warningEvent);
    const found = parseRecord(manifest, options, effects, startedAt, { summary, warnings });
    if (found !== undefined && options.writeJson !== false) writeArtifact(project, RECORD, found);
    bus.emit(say(project.name, summary));
    return 0;
  });
}
