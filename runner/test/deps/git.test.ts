import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { DepsProject, packageFiles } from './deps-project.js';

let project: DepsProject;
afterEach(() => project.remove());

const TOKEN = 'a-secret-that-nobody-sees';

describe('repositories', () => {
  it('are fetched at a tag, and locked at its commit', async () => {
    project = new DepsProject('packages: [{git: ../tools, revision: v1}]\n');
    const commit = project.commit('tools', packageFiles('tools', 'version: 1.0\n'), 'v1');
    project.commit('tools', packageFiles('tools', 'version: 2.0\n'), 'v2');
    const { code, stderr } = await project.run(['deps']);
    expect(stderr).toContain(`  installed  tools  ${commit.slice(0, 10)}  ../tools\n`);
    expect(code).toBe(0);
    expect(project.read('dbt_packages/tools/dbt_project.yml')).toContain('version: 1.0');
    expect(existsSync(join(project.folder, 'dbt_packages/tools/.git'))).toBe(false);
    expect(parse(project.read('package-lock.yml')).packages).toEqual([
      { git: '../tools', name: 'tools', revision: commit },
    ]);
  });

  it('stay at the commit of the lock file until --upgrade, or until packages.yml changes', async () => {
    project = new DepsProject('packages: [{git: ../tools, revision: main}]\n');
    project.commit('tools', packageFiles('tools', 'version: 1.0\n'));
    const first = await project.run(['deps']);
    expect(first.stderr).toContain('note       tools has no fixed revision');
    const second = project.commit('tools', packageFiles('tools', 'version: 2.0\n'));
    await project.run(['deps']);
    expect(project.read('dbt_packages/tools/dbt_project.yml')).toContain('version: 1.0');
    const upgraded = await project.run(['deps', '--upgrade']);
    expect(upgraded.stderr).toContain(second.slice(0, 10));
    expect(project.read('dbt_packages/tools/dbt_project.yml')).toContain('version: 2.0');
  });

  it('may hold the package in a folder; an abbreviated commit will do', async () => {
    project = new DepsProject('');
    const commit = project.commit('mono', { 'packages/tools/dbt_project.yml': 'name: tools\n', 'README.md': 'all' });
    project.commit('mono', { 'README.md': 'more' });
    project.write({
      'packages.yml': `packages: [{git: ../mono, revision: "${commit.slice(0, 9)}", subdirectory: packages/tools}]\n`,
    });
    const { code, stderr } = await project.run(['deps']);
    expect([code, stderr.split('\n')[0]]).toEqual([0, `  installed  tools  ${commit.slice(0, 10)}  ../mono`]);
    expect(existsSync(join(project.folder, 'dbt_packages/tools/dbt_project.yml'))).toBe(true);
  });

  it.each([
    [
      'no such revision',
      '{git: ../mono, revision: v9}',
      "TSD1973  git cannot fetch ../mono at v9: couldn't find remote ref v9",
    ],
    ['no package at its root', '{git: ../mono}', 'its folder "tools" holds one: subdirectory: tools'],
    ['no such folder', '{git: ../mono, subdirectory: tool}', 'TSD1974  ../mono has no folder "tool"'],
    ['a folder outside of it', '{git: ../mono, subdirectory: ../../..}', 'TSD1974  ../mono has no folder "../../.."'],
    ['an option for git', '{git: --upload-pack=touch x}', 'is no address and no revision'],
  ])('are refused where there is %s', async (_, entry, message) => {
    project = new DepsProject(`packages: [${entry}]\n`);
    project.commit('mono', { 'tools/dbt_project.yml': 'name: tools\n' });
    const { code, stderr } = await project.run(['deps']);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });

  it('asked for twice have to be asked for at one revision', async () => {
    project = new DepsProject('packages: [{git: ../tools, revision: v1}, {local: ../other}]\n', {
      '../other/dbt_project.yml': 'name: other\n',
      '../other/packages.yml': 'packages: [{git: ../tools.git, revision: v2}]\n',
    });
    project.commit('tools', packageFiles('tools'), 'v1');
    const { code, stderr } = await project.run(['deps']);
    expect(stderr).toContain('TSD1972  ../tools is asked for at v1 and at v2');
    expect(stderr).toContain('  the project asks for v1 (packages.yml:1:13)');
    expect(stderr).toContain('  other asks for v2 (other/packages.yml:1:13)');
    expect(code).toBe(2);
  });

  it('behind a token neither print it nor write it', async () => {
    // nobody listens there: git says the address in its error
    const address = `http://reader:{{ env_var('DBT_ENV_SECRET_TOKEN') }}@127.0.0.1:9/tools.git`;
    project = new DepsProject(`packages: [{git: "${address}"}]\n`);
    const { code, stderr } = await project.run(['deps'], { DBT_ENV_SECRET_TOKEN: TOKEN });
    expect(stderr).toContain('git cannot fetch http://*****@127.0.0.1:9/tools.git');
    expect(stderr).not.toContain(TOKEN);
    expect(code).toBe(2);
    // an address that works is locked as it is written
    project.write({ 'packages.yml': `packages: [{git: "{{ env_var('DBT_ENV_SECRET_TOKEN') }}"}]\n` });
    project.commit(`shop/${TOKEN}`, packageFiles('tools'));
    const found = await project.run(['deps'], { DBT_ENV_SECRET_TOKEN: TOKEN });
    expect(found.stderr).not.toContain(TOKEN);
    expect(found.code).toBe(0);
    expect(parse(project.read('package-lock.yml')).packages[0].git).toBe("{{ env_var('DBT_ENV_SECRET_TOKEN') }}");
    // another's token needs no other lock
    const lock = project.read('package-lock.yml');
    project.commit('shop/another-token', packageFiles('tools'));
    await project.run(['deps', '--lock'], { DBT_ENV_SECRET_TOKEN: 'another-token' });
    expect(project.read('package-lock.yml')).toBe(lock);
  });
});
