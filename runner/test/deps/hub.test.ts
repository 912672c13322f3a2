import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { DepsProject, LocalHub } from './deps-project.js';

let project: DepsProject;
let hub: LocalHub;
beforeEach(async () => {
  hub = await new LocalHub({
    'acme/base': {
      '0.9.0': {},
      '1.0.0': {},
      '1.1.0': {},
      '1.2.0-rc1': {},
      '2.0.0': { require_dbt_version: ['>=9.0.0'] },
    },
    'acme/tools': {
      '1.0.0': { packages: [{ package: 'acme/base', version: ['>=0.9.0', '<1.1.0'] }] },
      '1.1.0': { packages: [{ package: 'acme/base', version: '>=1.1.0' }] },
    },
    'acme/strict': { '1.0.0': { packages: [{ package: 'acme/tools', version: '<1.1.0' }] } },
  }).start();
});
afterEach(async () => {
  await hub.stop();
  project.remove();
});

const deps = (...words: string[]) => project.run(['deps', ...words], { DBT_PACKAGE_HUB_URL: hub.address });
const locked = (): Record<string, string> =>
  Object.fromEntries(
    (parse(project.read('package-lock.yml')).packages as { name: string; version: string }[]).map((one) => [
      one.name,
      one.version,
    ]),
  );

describe('packages of a hub', () => {
  it('come in the newest version that is finished, fits the bounds and this language, with their own packages', async () => {
    project = new DepsProject('packages:\n  - package: acme/tools\n    version: [">=1.0.0", "<2.0.0"]\n');
    const { code, stderr } = await deps();
    expect(stderr.split('\n').slice(0, 2)).toEqual([
      '  installed  tools  1.1.0  acme/tools',
      '  installed  base   1.1.0  acme/base',
    ]);
    expect(code).toBe(0);
    expect(locked()).toEqual({ tools: '1.1.0', base: '1.1.0' });
    expect(project.read('dbt_packages/base/dbt_project.yml')).toContain('version: 1.1.0');
    expect((await project.run(['parse'])).code).toBe(0);
  });

  it('fit everybody who asks: a choice is taken back where another needs it', async () => {
    project = new DepsProject(
      'packages: [{package: acme/tools, version: ">=1.0.0"}, {package: acme/strict, version: 1.0.0}, {package: acme/base, version: "<1.1.0"}]\n',
    );
    expect((await deps()).code).toBe(0);
    expect(locked()).toEqual({ tools: '1.0.0', strict: '1.0.0', base: '1.0.0' });
  });

  it('that nothing fits are told with all who ask', async () => {
    project = new DepsProject(
      'packages: [{package: acme/tools, version: 1.1.0}, {package: acme/base, version: 0.9.0}]\n',
    );
    const { code, stderr } = await deps();
    expect(stderr).toContain('TSD1972  no version of acme/base fits all that is asked for');
    expect(stderr).toContain('  the project asks for 0.9.0 (packages.yml:1:52)');
    expect(stderr).toContain('  acme/tools 1.1.0 asks for >=1.1.0 (packages.yml:1:13)');
    expect(stderr).toContain('the hub has 0.9.0, 1.0.0, 1.1.0, 2.0.0');
    expect([code, existsSync(join(project.folder, 'package-lock.yml'))]).toEqual([2, false]);
  });

  it.each([
    [
      '{package: acme/base, version: ">=2.0.0"}',
      'every version of acme/base that fits requires another version of dbt',
    ],
    ['{package: acme/base, version: 3.0.0}', 'acme/base has no version 3.0.0'],
    ['{package: acme/bsae, version: 1.0.0}', 'the hub has no package "acme/bsae"'],
    ['{package: acme/bsae, version: 1.0.0}', 'did you mean "acme/base"?'],
    ['{package: base, version: 1.0.0}', 'namespace/name'],
  ])('%s cannot be had', async (entry, message) => {
    project = new DepsProject(`packages: [${entry}]\n`);
    const { code, stderr } = await deps();
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });

  it('before their release are taken where they are asked for', async () => {
    project = new DepsProject(
      'packages: [{package: acme/base, version: ">=1.0.0,<2.0.0", install_prerelease: true}]\n',
    );
    await deps();
    expect(locked()).toEqual({ base: '1.2.0-rc1' });
  });

  it('stay as they are locked, with a note of newer ones; --upgrade takes these', async () => {
    project = new DepsProject('packages: [{package: acme/base, version: 1.0.0}]\n');
    await deps('--lock');
    expect(existsSync(join(project.folder, 'dbt_packages'))).toBe(false);
    const first = await deps();
    expect(first.stderr).toContain('note       base 1.1.0 is there');
    project.write({ 'packages.yml': 'packages: [{package: acme/base, version: ">=1.0.0"}]\n' });
    await deps();
    expect(locked()).toEqual({ base: '1.1.0' });
  });

  it('survive a hub that fails for a moment, and tell of one that stays away', async () => {
    project = new DepsProject('packages: [{package: acme/base, version: 1.0.0}]\n');
    hub.failures.push(503);
    expect((await deps()).code).toBe(0);
    await hub.stop();
    const { code, stderr } = await deps();
    expect(stderr).toMatch(
      /TSD1970 {2}http:\/\/127\.0\.0\.1:\d+\/api\/v1\/acme\/base\.json cannot be fetched: ECONNREFUSED/,
    );
    expect(code).toBe(2);
    // what was there is there
    expect(existsSync(join(project.folder, 'dbt_packages/base/dbt_project.yml'))).toBe(true);
  });

  it('as archives have an address of their own', async () => {
    project = new DepsProject(`packages: [{tarball: "${hub.address}/archives/acme/base/1.0.0.tar.gz", name: base}]\n`);
    expect((await deps()).code).toBe(0);
    expect(project.read('dbt_packages/base/dbt_project.yml')).toContain('version: 1.0.0');
    project.write({ 'packages.yml': `packages: [{tarball: "${hub.address}/nothing.tar.gz", name: base}]\n` });
    expect((await deps()).stderr).toContain('TSD1970  there is nothing at http://127.0.0.1');
    project.write({ 'packages.yml': `packages: [{tarball: "${hub.address}/api/v1/index.json", name: base}]\n` });
    expect((await deps()).stderr).toContain('cannot be unpacked: it is no tar archive');
  });

  it('leave what was there where the program is killed in the midst of it; the next one removes what is left of that', async () => {
    project = new DepsProject('packages: [{package: acme/base, version: 1.0.0}]\n');
    await deps();
    project.write({ 'packages.yml': 'packages: [{package: acme/base, version: 1.1.0}]\n' });
    hub.isStuck = true;
    const program = join(import.meta.dirname, '../../bin/tsdbt.js');
    const env = { PATH: process.env.PATH, DBT_PACKAGE_HUB_URL: hub.address };
    const child = spawn(process.execPath, [program, 'deps'], { cwd: project.folder, env, stdio: 'ignore' });
    const ended = new Promise((done) => child.on('close', done));
    while (!hub.asked.includes('/archives/acme/base/1.1.0.tar.gz')) await new Promise((again) => setTimeout(again, 20));
    child.kill('SIGKILL');
    await ended;
    const hidden = () => readdirSync(project.folder).filter((name) => name.startsWith('.dbt_packages'));
    expect(hidden()).toHaveLength(1);
    expect(project.read('dbt_packages/base/dbt_project.yml')).toContain('version: 1.0.0');
    hub.isStuck = false;
    expect((await deps()).code).toBe(0);
    expect(project.read('dbt_packages/base/dbt_project.yml')).toContain('version: 1.1.0');
    expect(hidden()).toEqual([]);
  });
});
