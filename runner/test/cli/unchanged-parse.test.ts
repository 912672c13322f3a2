import { rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.js';
import { recordingEffects, temporaryFolder, writeFiles } from './recording-effects.js';

let temporary: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  temporary = temporaryFolder();
  writeFiles(temporary.folder, {
    'dbt_project.yml': 'name: shop\nprofile: shop\nflags: {}\nmacro-paths: [macros]\n',
    'profiles.yml': 'shop:\n  target: dev\n  outputs:\n    dev: { type: duckdb, path: shop.duckdb }\n',
    'models/orders.sql': "select 1 as id, '{{ env_var('REGION', 'north') }}' as region",
    'models/schema.yml': 'models:\n  - name: orders\n    columns:\n      - { name: id, data_tests: [unique] }\n',
    'macros/cents.sql': '{% macro cents(x) %}{{ x }} / 100{% endmacro %}',
  });
});
afterEach(() => temporary.remove());

interface Parsed {
  readonly code: number;
  readonly said: string;
  /** whether the project was read: its manifest was written anew */
  readonly wasRead: boolean;
}

/** Runs `tsdbt parse` a while after the files were written, by its clock. */
async function parse(args: readonly string[] = [], env: Record<string, string> = {}): Promise<Parsed> {
  const manifest = join(temporary.folder, 'target', 'manifest.json');
  const inode = () => statSync(manifest, { throwIfNoEntry: false })?.ino;
  const before = inode();
  const { effects, stderr } = recordingEffects(temporary.folder, env);
  const later = { ...effects, now: () => new Date(Date.now() + 60_000) };
  const code = await main(['parse', ...args], later);
  return { code, said: stderr.text.replace(/\d+\.\d+s/, '…'), wasRead: inode() !== before };
}

const write = (path: string, text: string) => writeFileSync(join(temporary.folder, path), text);

describe('tsdbt parse, when it was run before', () => {
  it('says the same without reading a project in which nothing has changed', async () => {
    const first = await parse();
    const second = await parse();
    expect(first).toMatchObject({ code: 0, wasRead: true });
    expect(second).toEqual({ ...first, wasRead: false });
    expect(second.said).toContain('Parsed shop in …: 1 model, 1 test');
  });

  it('repeats its warnings', async () => {
    write('models/schema.yml', 'models:\n  - name: orders\n    descriptoin: x\n');
    const first = await parse();
    expect(first.said).toContain('descriptoin');
    expect(await parse()).toEqual({ ...first, wasRead: false });
  });

  const changes: Readonly<Record<string, () => void>> = {
    'a model': () => write('models/orders.sql', 'select 2 as id'),
    'a new model': () => write('models/customers.sql', 'select 1 as id'),
    'a removed file': () => rmSync(join(temporary.folder, 'models/schema.yml')),
    'a macro': () => write('macros/cents.sql', '{% macro cents(x) %}{{ x }} / 10{% endmacro %}'),
    'a first seed': () => writeFiles(temporary.folder, { 'seeds/a.csv': 'id\n1\n' }),
    'the project file': () => write('dbt_project.yml', 'name: store\nprofile: shop\n'),
    'the profile': () =>
      write('profiles.yml', 'shop:\n  target: x\n  outputs:\n    x: { type: duckdb, path: x.duckdb }\n'),
    '.env': () => write('.env', 'REGION=south\n'),
    'a package': () => writeFiles(temporary.folder, { 'dbt_packages/p/dbt_project.yml': 'name: p\n' }),
    'manifest.json, by another command': () => write('target/manifest.json', '{}'),
  };
  for (const [what, change] of Object.entries(changes))
    it(`reads the project again after a change of ${what}`, async () => {
      await parse();
      change();
      expect(await parse()).toMatchObject({ code: 0, wasRead: true });
    });

  it('reads it again for other variables, flags or another environment', async () => {
    await parse();
    expect((await parse([], { REGION: 'south' })).wasRead).toBe(true);
    expect((await parse(['--vars', '{a: 1}'])).wasRead).toBe(true);
    expect((await parse(['--target', 'dev'])).wasRead).toBe(true);
  });

  it('tells an error each time', async () => {
    write('models/orders.sql', "select * from {{ ref('nothing') }}");
    expect((await parse()).code).toBe(2);
    expect((await parse()).code).toBe(2);
  });

  it('reads templates that ask for the time each time', async () => {
    write('models/orders.sql', "{{ config(alias='o_' ~ run_started_at.strftime('%S')) }} select 1 as id");
    await parse();
    expect((await parse()).wasRead).toBe(true);
  });

  it('does not trust files that were written just now', async () => {
    const { effects } = recordingEffects(temporary.folder);
    const inode = () => statSync(join(temporary.folder, 'target', 'manifest.json')).ino;
    await main(['parse'], effects);
    const before = inode();
    await main(['parse'], effects);
    expect(inode()).not.toBe(before);
  });
});
