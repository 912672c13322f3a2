import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { run } from './temp-project.js';

const RUNNER = resolve(import.meta.dirname, '..', 'runner');

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

/** What npm sets for the script that runs the specs would mislead an npm in another folder. */
const clean = Object.fromEntries(
  Object.keys(process.env)
    .filter((name) => /^npm_(package|lifecycle|config_(local_prefix|workspace))|^INIT_CWD$/.test(name))
    .map((name) => [name, undefined]),
);
const npm = (args: readonly string[], cwd: string) => run('npm', args, cwd, clean);

const folder = mkdtempSync(join(tmpdir(), 'tsdbt-package-'));
const home = join(folder, 'home');
const project = join(home, 'my-project');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Packs the engine as it is built, and installs the package in an empty folder outside of the repository. */
async function install(): Promise<Packed | undefined> {
  const pack = await npm(['pack', '--json', '--ignore-scripts', '--pack-destination', folder], RUNNER);
  if (pack.code !== 0) throw new Error(pack.stderr);
  const [packed] = JSON.parse(pack.stdout) as [Packed];
  mkdirSync(home);
  writeFileSync(join(home, 'package.json'), '{}\n');
  const flags = ['--prefer-offline', '--no-audit', '--no-fund', '--fetch-retries', '1', '--fetch-timeout', '20000'];
  const installed = await npm(['install', ...flags, join(folder, packed.filename)], home);
  if (installed.code === 0) return packed;
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ENOTCACHED|network/i.test(installed.stderr)) {
    console.warn('e2e: the npm registry cannot be reached, the specs of the package are skipped');
    return undefined;
  }
  throw new Error(installed.stderr);
}

const packed = await install();

describe.runIf(packed !== undefined)('the packed engine', () => {
  it('holds what a user needs, and neither sources nor specs', () => {
    const tops = new Set(packed!.files.map(({ path }) => path.split('/')[0]));
    expect([...tops].sort()).toEqual(
      ['LICENSE', 'README.md', 'bin', 'dist', 'explanations', 'macros', 'package.json', 'schemas', 'templates'].sort(),
    );
    const paths = packed!.files.map(({ path }) => path);
    expect(paths).toContain('bin/tsdbt.js');
    expect(paths).toContain('dist/index.d.ts');
    expect(paths).toContain('macros/tests/generic.sql');
    expect(paths).toContain('schemas/project.schema.json');
    expect(paths.filter((path) => /\.test\.|(^|\/)(test|src|fixtures)\//.test(path))).toEqual([]);
  });

  it('is small', () => {
    console.log(
      `${packed!.filename}: ${Math.round(packed!.size / 1024)} KiB, unpacked ${Math.round(packed!.unpackedSize / 1024)} KiB, ${packed!.files.length} files`,
    );
    expect(packed!.size).toBeLessThan(1.5 * 1024 * 1024);
  });

  it('has a README that leads nowhere outside of the package', () => {
    const readme = readFileSync(join(home, 'node_modules', 'tsdbt', 'README.md'), 'utf8');
    expect(readme).not.toMatch(/\]\([^)]*\)/);
    expect(readme).not.toContain('http');
  });

  it('explains its error codes', async () => {
    const { code, stdout, stderr } = await run('npx', ['tsdbt', 'explain', 'TSD2003'], home, clean);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^TSD2003 {2}an end tag that closes nothing\n/);
  });

  it('makes a project that builds at once', async () => {
    const init = await run('npx', ['tsdbt', 'init', 'my-project'], home, clean);
    expect(init.code, init.stderr).toBe(0);
    const dependencies = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as { dependencies: object };
    // made with a packed tsdbt, it takes the same one
    expect(dependencies.dependencies).toEqual({ tsdbt: expect.stringMatching(/^file:.*\.tgz$/) });

    const flags = ['--prefer-offline', '--no-audit', '--no-fund'];
    const installed = await npm(['install', ...flags], project);
    expect(installed.code, installed.stderr).toBe(0);
    expect(existsSync(join(project, 'node_modules', 'tsdbt', 'bin', 'tsdbt.js'))).toBe(true);

    const build = await run('npx', ['tsdbt', 'build'], project, clean);
    expect(build.code, build.stderr).toBe(0);
    expect(build.stderr).toMatch(/Finished build in .*: 5 succeeded, 17 passed/);
    for (const table of ['seeds/raw_orders', 'bronze/orders_bronze', 'silver/orders', 'gold/revenue_by_day'])
      expect(existsSync(join(project, 'warehouse', table, '_delta_log')), table).toBe(true);
  }, 120_000);

  it('documents it: what the pages’ program is put together from is in the package', async () => {
    const { code, stderr } = await run('npx', ['tsdbt', 'docs', 'generate'], project, clean);
    expect(code, stderr).toBe(0);
    expect(readFileSync(join(project, 'target/docs/app.js'), 'utf8')).toContain('"docs-site/browser/main"');
  }, 60_000);

  it('does what its README promises of the new project', async () => {
    const readme = readFileSync(join(home, 'node_modules', 'tsdbt', 'README.md'), 'utf8');
    const models = [...readme.matchAll(/```\w+\n(?:--|\/\/) (models\/\S+)\n([\s\S]*?)```/g)];
    expect(models.map((model) => model[1])).toEqual([
      'models/gold/best_sellers.sql',
      'models/gold/busiest_customers.ts',
    ]);
    for (const [, path, text] of models) writeFileSync(join(project, path!), text!);
    const yaml = /```yaml\n([\s\S]*?)```/.exec(readme)![1]!;
    writeFileSync(join(project, 'models/gold/best_sellers.yml'), yaml);

    const build = await run('npx', ['tsdbt', 'build', '--select', 'best_sellers', 'busiest_customers'], project, clean);
    expect(build.code, build.stderr).toBe(0);
    expect(build.stderr).toMatch(/2 succeeded, 3 passed/);
    const show = await run('npx', ['tsdbt', 'show', '--select', 'best_sellers', '--output', 'json'], project, clean);
    const { show: rows } = JSON.parse(show.stdout) as { show: { product: string; orders: number }[] };
    expect(rows.reduce((sum, row) => sum + row.orders, 0)).toBe(12);
    const inline = ['show', '--inline', "select count(*) as orders from {{ ref('orders') }}", '--output', 'json'];
    const counted = await run('npx', ['tsdbt', ...inline], project, clean);
    expect(JSON.parse(counted.stdout)).toMatchObject({ show: [{ orders: 12 }] });
  }, 60_000);
});
