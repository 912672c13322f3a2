import { mergeLayers } from './merge-config.js';
import type { ModelVersion } from './model-versions.js';
import type { WrittenConfig } from './nodes.js';
import { entryLayer, type Located } from './property-index.js';

/** The config of a YAML entry as it is written there, of one version of a model where it has versions. */
export function writtenConfig(located: Located<unknown>, versioned?: ModelVersion): WrittenConfig {
  const at = versioned === undefined ? located.at : [...located.at, 'versions', versioned.position];
  return {
    given: mergeLayers(entryLayer(located.entry as Parameters<typeof entryLayer>[0])),
    raw: located.document.recordAt([...at, 'config']),
  };
}
