import { randomUUID } from 'node:crypto';
import { counted } from '../../report/node-line.js';
import type { Effects } from '../effects.js';
import type { SelectionOptions } from '../flags.js';
import { withManifest } from '../open-project.js';

/** Reads the whole project and says what is in it. */
export function parse(options: SelectionOptions, effects: Effects): Promise<number> {
  const start = effects.now().getTime();
  return withManifest(options, effects, async ({ project, manifest, bus }) => {
    const counts = new Map<string, number>();
    for (const node of manifest.all()) counts.set(node.resourceType, (counts.get(node.resourceType) ?? 0) + 1);
    const parts = [...counts].map(([kind, count]) => counted(count, kind));
    if (manifest.disabled.size > 0) parts.push(`${manifest.disabled.size} disabled`);
    const { writeManifest } = await import('../../artifacts/manifest-json.js');
    writeManifest(manifest, randomUUID());
    const seconds = (effects.now().getTime() - start) / 1000;
    const message = `Parsed ${project.name} in ${seconds.toFixed(2)}s: ${parts.join(', ') || 'nothing in it'}`;
    bus.emit({ event: 'log', level: 'info', message });
    return 0;
  });
}
