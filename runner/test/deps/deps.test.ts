import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { writeFiles } from '../cli/recording-effects.js';
import { DepsProject, packageFiles } from './deps-project.js';

let project: DepsProject;
afterEach(() => project.remove());

describe('a project whose packages are not there', () => {
  it('is told so, and how to get them', async () => {
    project = new DepsProject('packages:\n  - package: acme/tools\n    version: 1.0.0\n');
    const { code, stderr } = await project.run(['parse']);
    expect(code).toBe(2);
    expect(stderr).toContain(
      'TSD1032  dbt_packages holds 0 of the 1 packages that packages.yml lists: missing acme/tools',
    );
    expect(stderr).toContain('packages.yml:2:5');
    expect(stderr).toContain('run "tsdbt deps" to install them');
  });

  it('has no packages to install where it lists none', async () => {
    project = new DepsProject('packages: []\n');
    expect(await project.run(['deps'])).toMatchObject({ code: 0, stderr: 'No packages: packages.yml lists none.\n' });
  });
});

describe('local folders', () => {
  const packages = 'packages:\n  - local: ../tools\n';
  const uses = { 'models/a.sql': "select '{{ tools.hello() }}' as said, '{{ base.hello() }}' as below" };

  it('are linked under the name of their project, with the packages that they ask for', async () => {
    project = new DepsProject(packages, {
      ...uses,
      '../base/dbt_project.yml': 'name: base\n',
      '../base/macros/hello.sql': '{% macro hello() %}base{% endmacro %}',
      '../tools/packages.yml': 'packages: [{local: ../base}]\n',
      '../tools/dbt_project.yml': 'name: tools\n',
      '../tools/macros/hello.sql': '{% macro hello() %}tools{% endmacro %}',
    });
    const { code, stderr } = await project.run(['deps']);
    expect(stderr.split('\n').slice(0, 2)).toEqual(['  linked     tools  ../tools', '  linked     base   ../base']);
    expect(code).toBe(0);
    expect(lstatSync(join(project.folder, 'dbt_packages/tools')).isSymbolicLink()).toBe(true);
    expect((await project.run(['compile', '-s', 'a'])).stdout).toContain("select 'tools' as said, 'base' as below");
  });

  it('may be written for tsdbt: their project.yml is as strict as ever', async () => {
    project = new DepsProject(packages, {
      '../tools/project.yml': 'name: tools\nmodel-path: [x]\n',
    });
    expect((await project.run(['deps'])).code).toBe(0);
    expect((await project.run(['parse'])).stderr).toContain('unknown key "model-path"');
    project.write({ '../tools/project.yml': 'name: tools\n', '../tools/models/gold/b.sql': 'select 1 as x' });
    expect((await project.run(['ls', '--output', 'name'])).stdout).toBe('b\n');
  });

  it.each([
    ['there is no such folder', '../nothing', 'TSD1974  there is no folder ../nothing'],
    ['the folder is no project', '../empty', 'TSD1974  local ../empty holds no dbt_project.yml'],
    ['it has the name of the project', '../same', `TSD1977  a package has the project's own name, "shop"`],
    ['it asks for another dbt', '../old', 'TSD1009  the package old requires dbt <1.0.0'],
  ])('are refused where %s', async (_, path, message) => {
    project = new DepsProject(`packages: [{local: ${path}}]\n`, {
      '../empty/README.md': '',
      '../same/dbt_project.yml': 'name: shop\n',
      '../old/dbt_project.yml': 'name: old\nrequire-dbt-version: "<1.0.0"\n',
    });
    const { code, stderr } = await project.run(['deps']);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
    expect(existsSync(join(project.folder, 'dbt_packages'))).toBe(false);
  });

  it('of one name are two too many', async () => {
    project = new DepsProject('packages: [{local: ../a}, {local: ../b}]\n', {
      '../a/dbt_project.yml': 'name: tools\n',
      '../b/dbt_project.yml': 'name: tools\n',
    });
    expect((await project.run(['deps'])).stderr).toContain('TSD1977  two packages have the name "tools"');
  });
});

describe('what is installed', () => {
  const packages = 'packages: [{local: ../tools}]\n';

  it('takes the place of what was there as a whole, and only when all is fetched', async () => {
    project = new DepsProject(packages, { '../tools/dbt_project.yml': 'name: tools\n' });
    await project.run(['deps']);
    project.write({ 'packages.yml': 'packages: [{local: ../tools}, {git: ../no-repository}]\n' });
    const failed = await project.run(['deps']);
    expect([failed.code, readdirSync(join(project.folder, 'dbt_packages'))]).toEqual([2, ['tools']]);
    project.write({ '../other/dbt_project.yml': 'name: other\n', 'packages.yml': 'packages: [{local: ../other}]\n' });
    await project.run(['deps']);
    expect(readdirSync(join(project.folder, 'dbt_packages'))).toEqual(['other']);
  });

  it('leaves no folders of its own, and removes those of a program that was killed', async () => {
    project = new DepsProject(packages, { '../tools/dbt_project.yml': 'name: tools\n' });
    const left = join(project.folder, '.dbt_packages-AbCdEf');
    mkdirSync(join(left, 'packages/half'), { recursive: true });
    const machine = await import('../../src/run/process-identity.js');
    // process 1 began before this one, so nobody is both
    writeFileSync(join(left, 'owner.json'), JSON.stringify({ ...machine.identityOf(), birth: '0' }));
    await project.run(['deps']);
    expect(readdirSync(project.folder).filter((name) => name.startsWith('.dbt_packages'))).toEqual([]);
  });

  it('is removed by clean, which follows no link', async () => {
    project = new DepsProject(packages, {
      'dbt_project.yml': 'name: shop\nprofile: shop\nclean-targets: [target, dbt_packages]\n',
      '../tools/dbt_project.yml': 'name: tools\n',
    });
    await project.run(['deps']);
    const { code, stderr } = await project.run(['clean']);
    expect([code, stderr]).toEqual([0, '  absent   target\n  removed  dbt_packages\n']);
    expect(existsSync(join(project.around, 'tools/dbt_project.yml'))).toBe(true);
    // and clean works without packages, so that it can be said again
    expect((await project.run(['clean'])).code).toBe(0);
  });
});

describe('npm packages', () => {
  const packages = 'packages:\n  - npm: "@acme/models"\n    version: ^1.2.0\n';
  const install = (version: string): void =>
    writeFiles(join(project.folder, 'node_modules/@acme/models'), {
      'package.json': JSON.stringify({ name: '@acme/models', version }),
      ...packageFiles('acme_models'),
    });

  it('are linked from node_modules, where npm has put them', async () => {
    project = new DepsProject(packages, { 'models/a.sql': "select '{{ acme_models.hello() }}' as said" });
    install('1.4.1');
    const { code, stderr } = await project.run(['deps']);
    expect(stderr).toContain('  linked     acme_models  1.4.1  @acme/models\n');
    expect(code).toBe(0);
    expect((await project.run(['compile', '-s', 'a'])).stdout).toContain("select 'acme_models' as said");
    // npm's lock file keeps the version: a newer one that fits needs no new lock
    const lock = project.read('package-lock.yml');
    install('1.5.0');
    expect((await project.run(['deps'])).stderr).toContain('1.5.0  @acme/models');
    expect(project.read('package-lock.yml')).toBe(lock);
  });

  it.each([
    [undefined, 'TSD1976  the npm package @acme/models is not installed'],
    ['2.0.0', 'TSD1976  the npm package @acme/models is installed as 2.0.0, ^1.2.0 is asked for'],
  ])('in version %s are refused, with the command that helps', async (version, message) => {
    project = new DepsProject(packages);
    if (version !== undefined) install(version);
    const { code, stderr } = await project.run(['deps']);
    expect(stderr).toContain(message);
    expect(stderr).toContain('npm install @acme/models@"^1.2.0"');
    expect(code).toBe(2);
  });
});

describe('entries of packages.yml', () => {
  it.each([
    ['- repository: x', 'TSD1031  an entry says where its package comes from: package, git, local, tarball or npm'],
    ['- lokal: x', 'did you mean "local"?'],
    ['- {git: x, revison: v1}', 'unknown key "revison"'],
    ['- {package: a/b}', 'the key "packages[1].version" is missing'],
    ['- {package: a/b, version: latest}', 'TSD1978  "latest" is not a version'],
    ['- private: x/y', "private: is resolved by dbt's platform only"],
    [`- git: "{{ env_var('NOT_SET') }}"`, 'the environment variable NOT_SET is not set'],
  ])('%s is a mistake at its place', async (entry, message) => {
    project = new DepsProject(`packages:\n  ${entry}\n`);
    const { code, stderr } = await project.run(['deps'], { DBT_PACKAGE_HUB_URL: 'http://127.0.0.1:9' });
    expect(stderr).toContain(message);
    expect(stderr).toContain('packages.yml:2');
    expect(code).toBe(2);
  });

  it('stand in packages.yml or in dependencies.yml, not in both', async () => {
    project = new DepsProject('packages: [{local: ../a}]\n', { 'dependencies.yml': 'packages: [{local: ../b}]\n' });
    expect((await project.run(['deps'])).stderr).toContain('packages.yml and dependencies.yml both list packages');
    project.write({ 'packages.yml': '', '../b/dbt_project.yml': 'name: b\n' });
    expect((await project.run(['deps'])).code).toBe(0);
  });

  it('are added by --add-package, which keeps comments', async () => {
    project = new DepsProject('# ours\npackages:\n  - local: ../a # keep\n', {
      '../a/dbt_project.yml': 'name: a\n',
      '../b/dbt_project.yml': 'name: b\n',
    });
    const added = await project.run(['deps', '--add-package', '../b', '--source', 'local']);
    expect(added.stderr).toContain('  added    ../b in packages.yml\n');
    expect(added.code).toBe(0);
    expect(project.read('packages.yml')).toBe('# ours\npackages:\n  - local: ../a # keep\n  - local: ../b\n');
    const locked = await project.run(['deps', '--lock', '--add-package', 'x/y@>=1.0.0,<2.0.0'], {
      DBT_PACKAGE_HUB_URL: 'http://127.0.0.1:9',
    });
    expect(locked.code).toBe(2);
    expect(parse(project.read('packages.yml')).packages[2]).toEqual({ package: 'x/y', version: ['>=1.0.0', '<2.0.0'] });
    expect((await project.run(['deps', '--add-package', 'x/y'])).stderr).toContain('takes a version after an @');
  });

  it('make the hash that dbt-core 1.12 makes of them, so that both share the lock file', async () => {
    const { readPackageEntries } = await import('../../src/project/packages-file.js');
    const { hashOf } = await import('../../src/deps/lock-file.js');
    const { YamlDocument } = await import('../../src/project/yaml-document.js');
    const { SourceText } = await import('../../src/errors/source-text.js');
    project = new DepsProject('');
    const text = `packages:
  - {package: dbt-labs/dbt_utils, version: [">=1.0.0", "<2.0.0"]}
  - {package: a/b, version: 1.0}
  - {git: https://h/r.git, revision: v1, warn-unpinned: false, subdirectory: s}
  - {git: u}
  - {local: ../x}
  - {tarball: http://t, name: n}
  - {package: a/c, version: 1.0.0, install_prerelease: true}
`;
    const entries = readPackageEntries(new YamlDocument(new SourceText('packages.yml', text), 'dbt'), undefined, []);
    // what dbt's own function gives for this file
    expect(hashOf(entries)).toBe('c6a914c51638bf0bbd1d510c5919b6a4bccc22ef');
  });
});

it('a version that is a number keeps its form in dbt_project.yml', async () => {
  project = new DepsProject('', {
    'dbt_project.yml': 'name: shop\nprofile: shop\nversion: 1.0\nconfig-version: 2.0\n',
  });
  expect((await project.run(['parse'])).code).toBe(0);
  expect(readFileSync(join(project.folder, 'dbt_project.yml'), 'utf8')).toContain('1.0');
});
