import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { SelectionOptions } from '../../src/cli/flags.js';
import { selectedBy } from '../../src/cli/selection.js';
import { buildManifest } from '../../src/manifest/build-manifest.js';
import { openProject } from '../../src/manifest/open-project.js';

const folder = fileURLToPath(new URL('../fixtures/selectors', import.meta.url));
/** What dbt 1.12 selects: `node scripts/dbt-selectors.mjs` writes it. */
const cases: { args: string[]; selects: string[] }[] = JSON.parse(readFileSync(`${folder}/cases.json`, 'utf8'));

const KEYS: Readonly<Record<string, keyof SelectionOptions>> = {
  '--select': 'select',
  '--exclude': 'exclude',
  '--selector': 'selector',
  '--indirect-selection': 'indirectSelection',
  '--resource-type': 'resourceType',
  '--exclude-resource-type': 'excludeResourceType',
};

function optionsOf(args: readonly string[]): SelectionOptions {
  const given: Record<string, unknown> = {};
  let key = '';
  for (const word of args) {
    if (word.startsWith('--')) key = KEYS[word]!;
    else if (['selector', 'indirectSelection'].includes(key)) given[key] = word;
    else given[key] = [...((given[key] as string[] | undefined) ?? []), word];
  }
  return given;
}

describe('selection', async () => {
  const project = await openProject({ projectDir: folder, profilesDir: folder, env: {} });
  const manifest = await buildManifest(project);

  it.each(cases.map((one) => [one.args.join(' ') || '(nothing)', one] as const))('is dbt’s: %s', (_, one) => {
    expect([...selectedBy(optionsOf(one.args), manifest)].sort()).toEqual([...one.selects].sort());
  });
});
