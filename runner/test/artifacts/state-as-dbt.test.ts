import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { selectedBy } from '../../src/cli/selection.js';
import { buildManifest } from '../../src/manifest/build-manifest.js';
import { openProject } from '../../src/manifest/open-project.js';
import { STATE_ASPECTS } from '../../src/manifest/select/previous-state.js';
import { temporaryFolder } from '../cli/recording-effects.js';

interface Case {
  /** what is changed */
  readonly change: string;
  /** said on the command line */
  readonly given?: { readonly target?: string; readonly vars?: Readonly<Record<string, unknown>> };
  readonly edits?: readonly ({ file: string; from: string; to: string } | { file: string; text: string | null })[];
  /** what dbt 1.12 selects then, by selector; those that select nothing are left out */
  readonly dbt: Readonly<Record<string, readonly string[]>>;
}

const project = fileURLToPath(new URL('../fixtures/dbt-artifacts', import.meta.url));
const fixture = fileURLToPath(new URL('../fixtures/dbt-state', import.meta.url));
/** `node scripts/dbt-state.mjs` writes them, with the manifest.json that dbt makes of the unchanged project. */
const cases: Case[] = JSON.parse(readFileSync(join(fixture, 'cases.json'), 'utf8'));

const PARTS = ['modified', ...STATE_ASPECTS.map((aspect) => `modified.${aspect}`)];

const important = ['test.gallery.every_work_has_an_artist.51cf1f62af'];
const atLeast = ['test.gallery.at_least_stg_works_price___var_minimum_.6bb2f25806'];

/** What tsdbt selects where dbt selects something else, and why. */
const departures: Readonly<Record<string, Case['dbt']>> = {
  // dbt does not look at these yet
  'type_params of a metric': { modified: ['metric.gallery.doubled'] },
  'filter of a metric': { modified: ['metric.gallery.revenue'] },
  // the column that is gone had no description: there is no comment to change
  'a column of a contract': {
    modified: ['model.gallery.artist_totals'],
    'modified.contract': ['model.gallery.artist_totals'],
  },
  // the config of a test in YAML is part of its code in dbt, so that `modified.body` has tests that `modified` does not have
  'severity of a test': { modified: important, 'modified.configs': important },
  'where of a test': { modified: important, 'modified.configs': important },
  'tags of a test': {},
  'limit of a test': { modified: atLeast, 'modified.configs': atLeast },
};
/** The macro of this test names its severity: that of dbt_project.yml means nothing to it. */
const untouched: Readonly<Record<string, readonly string[]>> = { 'severity of tests in dbt_project.yml': atLeast };

const { folder, remove } = temporaryFolder();
afterAll(remove);
mkdirSync(join(folder, 'of-dbt'));
writeFileSync(join(folder, 'of-dbt', 'manifest.json'), gunzipSync(readFileSync(join(fixture, 'manifest.json.gz'))));

/** What tsdbt selects by `state:modified` and its parts after a change. */
async function selected({ given = {}, edits = [] }: Case, state: string): Promise<Case['dbt']> {
  const changed = join(folder, 'changed');
  rmSync(changed, { recursive: true, force: true });
  cpSync(project, changed, { recursive: true });
  for (const edit of edits) {
    const path = join(changed, edit.file);
    if ('from' in edit)
      writeFileSync(
        path,
        readFileSync(path, 'utf8').replace(edit.from, () => edit.to),
      );
    else if (edit.text === null) rmSync(path);
    else {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, edit.text);
    }
  }
  const { target, vars } = given;
  const opened = await openProject({ projectDir: changed, profilesDir: changed, env: {}, target, vars });
  const manifest = await buildManifest(opened);
  const found = PARTS.map((part) => {
    const select = [`state:${part}`];
    // as `dbt ls` leaves them out
    const excludeResourceType = ['analysis'];
    const options = { select, excludeResourceType, indirectSelection: 'empty', state: join(folder, state) } as const;
    const ids = selectedBy(options, manifest);
    return [part, [...ids].sort()] as const;
  });
  return Object.fromEntries(found.filter(([, ids]) => ids.length > 0));
}

describe('state:modified beside dbt, with its manifest as the state', () => {
  it.each(cases.map((one) => [one.change, one] as const))('%s', async (change, one) => {
    const left = untouched[change] ?? [];
    const byDbt = Object.entries(one.dbt).map(([part, ids]) => [part, ids.filter((id) => !left.includes(id))]);
    expect(await selected(one, 'of-dbt')).toEqual(departures[change] ?? Object.fromEntries(byDbt));
  });
});
