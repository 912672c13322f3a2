import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { temporaryFolder, tsdbt } from './recording-effects.js';

let temporary: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  temporary = temporaryFolder();
});
afterEach(() => temporary.remove());

const FILES = [
  '.gitignore',
  'README.md',
  'models/bronze/bronze.yml',
  'models/bronze/orders_bronze.sql',
  'models/gold/gold.yml',
  'models/gold/regular_customers.ts',
  'models/gold/revenue_by_day.sql',
  'models/silver/orders.sql',
  'models/silver/silver.yml',
  'package.json',
  'project.yml',
  'seeds/raw_orders.csv',
  'seeds/seeds.yml',
  'tests/revenue_adds_up.sql',
  'tsconfig.json',
];

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

describe('tsdbt init', () => {
  it('takes a packed tsdbt from where the folder around has it, and says nothing of installing where it is installed', async () => {
    const home = join(temporary.folder, 'home');
    mkdirSync(join(home, 'node_modules', 'tsdbt'), { recursive: true });
    writeFileSync(join(home, 'node_modules', 'tsdbt', 'package.json'), '{}');
    writeFileSync(join(home, 'package.json'), '{"dependencies": {"tsdbt": "file:../packed/tsdbt.tgz"}}');
    const { stderr } = await tsdbt(home, ['init', 'shop']);
    expect(stderr.split('\n').slice(-3)).toEqual(['  cd shop', '  npx tsdbt build', '']);
    expect(JSON.parse(readFileSync(join(home, 'shop', 'package.json'), 'utf8'))).toMatchObject({
      dependencies: { tsdbt: 'file:../../packed/tsdbt.tgz' },
    });
  });

  it('makes a project and says what to do next', async () => {
    const { code, stderr, stdout } = await tsdbt(temporary.folder, ['init', 'my-project']);
    expect(code).toBe(0);
    expect(stdout).toBe('');
    const folder = join(temporary.folder, 'my-project');
    expect(filesOf(folder)).toEqual(FILES);
    expect(stderr.split('\n').slice(-4)).toEqual([
      'The project my_project is ready in my-project. Next:',
      '  cd my-project && npm install',
      '  npx tsdbt build',
      '',
    ]);
    expect(parse(readFileSync(join(folder, 'project.yml'), 'utf8'))).toMatchObject({ name: 'my_project' });
    const version = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    expect(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))).toMatchObject({
      name: 'my-project',
      dependencies: { tsdbt: `^${version.version}` },
    });
    // the scaffold's own marks are gone, the project's templates are there
    const texts = filesOf(folder).map((file) => readFileSync(join(folder, file), 'utf8'));
    expect(texts.filter((text) => /<[$%#]/.test(text))).toEqual([]);
    expect(readFileSync(join(folder, 'models/silver/orders.sql'), 'utf8')).toContain("from {{ ref('orders_bronze') }}");
  });

  it('makes a dbt project with --dbt, whose nodes all pass', async () => {
    const { code, stderr } = await tsdbt(temporary.folder, ['init', 'my-shop', '--dbt']);
    expect(code).toBe(0);
    expect(stderr).toContain('The project my_shop is ready in my-shop. Next:');
    const folder = join(temporary.folder, 'my-shop');
    expect(filesOf(folder)).toEqual([
      '.gitignore',
      'README.md',
      'analyses/.gitkeep',
      'dbt_project.yml',
      'macros/.gitkeep',
      'models/marts/customers.sql',
      'models/marts/marts.yml',
      'models/marts/revenue_by_day.sql',
      'models/staging/staging.yml',
      'models/staging/stg_orders.sql',
      'package.json',
      'profiles.yml',
      'seeds/raw_orders.csv',
      'seeds/seeds.yml',
      'snapshots/.gitkeep',
      'tests/revenue_adds_up.sql',
    ]);
    expect(parse(readFileSync(join(folder, 'dbt_project.yml'), 'utf8'))).toMatchObject({
      name: 'my_shop',
      profile: 'my_shop',
    });
    const built = await tsdbt(folder, ['build', '--warn-error']);
    expect(built.code, built.stderr).toBe(0);
    const results: { status: string }[] = JSON.parse(
      readFileSync(join(folder, 'target', 'run_results.json'), 'utf8'),
    ).results;
    expect(new Set(results.map(({ status }) => status))).toEqual(new Set(['success', 'pass']));
    expect(existsSync(join(folder, 'my_shop.duckdb'))).toBe(true);
  });

  it('keeps what exists, and says so', async () => {
    const folder = join(temporary.folder, 'shop');
    mkdirSync(folder);
    writeFileSync(join(folder, 'README.md'), 'mine');
    const first = await tsdbt(temporary.folder, ['init', 'shop']);
    expect(first.stderr).toContain('  kept     README.md (it exists already)\n');
    expect(readFileSync(join(folder, 'README.md'), 'utf8')).toBe('mine');
    expect(filesOf(folder)).toEqual(FILES);
    const second = await tsdbt(temporary.folder, ['init', 'shop']);
    expect(second.code).toBe(0);
    expect(second.stderr).toContain('Nothing to do: shop has all of these files.');
  });

  it('takes names only that a project can have', async () => {
    const { code, stderr } = await tsdbt(temporary.folder, ['init', '2nd try!']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^TSD1911 {2}"2nd try!" cannot be the name of a project\n/);
    expect(existsSync(join(temporary.folder, '2nd try!'))).toBe(false);
  });
});
