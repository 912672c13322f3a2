import { readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.js';
import { recordingEffects, temporaryFolder, writeFiles } from './recording-effects.js';

let temporary: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  temporary = temporaryFolder();
  writeFiles(temporary.folder, {
    'dbt_project.yml':
      "name: shop\nprofile: shop\nmacro-paths: [macros]\non-run-end: ['select {{ cents(1) }}']\nanalysis-paths: [analyses]\nseed-paths: [seeds]\n",
    'profiles.yml': 'shop:\n  target: dev\n  outputs:\n    dev: { type: duckdb, path: shop.duckdb }\n',
    'models/a.sql':
      "select 1 as id, 'é ☂' as sign {% if execute %}, cast(1 as {{ dbt.type_string() }}) as t{% endif %}",
    'models/b.sql': "select {{ cents(2) }} as id, '☂☂' as sign from {{ ref('a') }}",
    'models/c.sql': "select 'a-password' as c from {{ ref('b') }} {% if execute %}where {{ half(2) }} = 1{% endif %}",
    'models/schema.yml': `models:
  - { name: a, description: "Größe", columns: [{ name: id, data_tests: [unique, not_null] }] }
  - { name: b, columns: [{ name: id, data_tests: [{ accepted_values: { arguments: { values: [0.02] } } }] }] }
`,
    'macros/cents.sql': '{% macro cents(x) %}{{ x }} / 100{% endmacro %}{% macro half(x) %}{{ x }} / 2{% endmacro %}',
    'analyses/look.sql': "select * from {{ ref('c') }}",
    'seeds/days.csv': 'day\n1\n',
  });
});
afterEach(() => temporary.remove());

const path = (file: string) => join(temporary.folder, file);
const manifest = () => readFileSync(path('target/manifest.json'), 'utf8');
const createdAt = (text: string) => new Set([...text.matchAll(/"created_at":([\d.]+)/g)].map((match) => match[1]));

/** Runs a command a while after the files were written, by its clock. */
async function command(args: readonly string[], env: Record<string, string> = {}): Promise<void> {
  const { effects, stderr } = recordingEffects(temporary.folder, env);
  expect(await main(args, { ...effects, now: () => new Date(Date.now() + 60_000) }), stderr.text).toBe(0);
}

/** Without what differs between two commands, and the time at which the entries were made. */
function plain(text: string): string {
  return text
    .replace(/"(generated_at|invocation_id|invocation_started_at|run_started_at)":"[^"]*"/g, '"$1":""')
    .replace(/"created_at":[\d.]+/g, '"created_at":0');
}

/** The file that a command leaves, and the file that it would write whole. */
async function both(args: readonly string[], env: Record<string, string> = {}): Promise<[string, string]> {
  const before = readFileSync(path('target/cache/manifest-index.json'));
  const old = readFileSync(path('target/manifest.json'));
  await command(args, env);
  const [spliced, index] = [manifest(), readFileSync(path('target/cache/manifest-index.json'))];
  expect(index.equals(before)).toBe(false);
  const { atime, mtime } = statSync(path('target/manifest.json'));
  rmSync(path('target/cache/manifest-index.json'));
  await command(args, env);
  const whole = manifest();
  expect(createdAt(whole)).not.toEqual(createdAt(spliced));
  expect(createdAt(spliced)).toEqual(createdAt(old.toString()));
  // the next command goes on from the file that was spliced
  writeFileSync(path('target/manifest.json'), spliced);
  utimesSync(path('target/manifest.json'), atime, mtime);
  const { size, mtimeMs, ctimeMs, ino } = statSync(path('target/manifest.json'));
  const kept = { ...JSON.parse(index.toString()), file: `${size} ${mtimeMs} ${ctimeMs} ${ino}` };
  writeFileSync(path('target/cache/manifest-index.json'), JSON.stringify(kept));
  return [plain(spliced), plain(whole)];
}

const commands: readonly (readonly string[])[] = [
  ['compile', '--select', 'b'],
  ['compile', '--select', 'a'],
  ['compile', '--select', 'c'],
  ['compile', '--select', 'look'],
  ['build'],
  ['run', '--select', 'b'],
  ['test', '--select', 'a'],
  ['parse', '--no-partial-parse'],
  ['compile'],
  ['source', 'freshness'],
];

describe('manifest.json made of the one before', () => {
  it('is what a command would write whole, one command after the other', async () => {
    await command(['parse']);
    for (const args of commands) {
      if (args.includes('--no-partial-parse')) await command(args);
      else {
        const [spliced, whole] = await both(args);
        expect(spliced, args.join(' ')).toBe(whole);
        JSON.parse(spliced);
      }
    }
  });

  it('has the SQL of what was compiled this time, and the macros that were called for it', async () => {
    await command(['parse']);
    const compiledIn = () =>
      Object.values(JSON.parse(manifest()).nodes as Record<string, { unique_id: string; compiled?: boolean }>)
        .filter((node) => node.compiled)
        .map((node) => node.unique_id.split('.')[2]);
    const macros = () => Object.keys(JSON.parse(manifest()).macros);
    expect(macros()).not.toContain('macro.dbt.type_string');
    await command(['compile', '--select', 'a']);
    expect(compiledIn()).toEqual(['a', 'unique_a_id', 'not_null_a_id']);
    expect(macros()).toContain('macro.dbt.type_string');
    await command(['compile', '--select', 'c']);
    expect(compiledIn()).toEqual(['c']);
    expect(macros()).not.toContain('macro.dbt.type_string');
  });

  it('is written whole where the file is another one, or another secret is hidden', async () => {
    await command(['parse']);
    await command(['compile', '--select', 'c']);
    const first = createdAt(manifest());
    writeFileSync(path('target/manifest.json'), manifest().replace('shop', 'shed'));
    await command(['compile', '--select', 'b']);
    const second = createdAt(manifest());
    expect(second).not.toEqual(first);
    expect(manifest()).not.toContain('shed');
    await command(['compile', '--select', 'b']);
    expect(createdAt(manifest())).toEqual(second);
    await command(['compile', '--select', 'a'], { SHOP_PASSWORD: 'a-password' });
    expect(manifest()).not.toContain('a-password');
    expect(manifest()).toContain("'*****' as c");
    await command(['compile', '--select', 'a']);
    expect(manifest()).toContain("'a-password' as c");
  });

  it('is written whole where the project has changed', async () => {
    await command(['parse']);
    const first = createdAt(manifest());
    writeFileSync(path('models/d.sql'), 'select 1 as id');
    await command(['compile', '--select', 'b']);
    expect(createdAt(manifest())).not.toEqual(first);
    expect(Object.keys(JSON.parse(manifest()).nodes)).toContain('model.shop.d');
  });
});
