import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { selectorsSchema } from '../../src/manifest/select/yaml-selectors.js';
import { type JsonSchema, jsonSchemas, toJsonSchema } from '../../src/project/json-schemas.js';
import { temporaryFolder, tsdbt } from '../cli/recording-effects.js';

const folder = new URL('../../schemas/', import.meta.url);

/** `UPDATE_SCHEMAS=1 npx vitest run runner/test/project/json-schemas.test.ts` writes the files. */
const update = process.env.UPDATE_SCHEMAS === '1';

describe('the JSON schemas that ship with the package', () => {
  const expected: Readonly<Record<string, JsonSchema>> = {
    ...jsonSchemas(),
    'selectors.schema.json': toJsonSchema(selectorsSchema, 'selectors.yml'),
  };

  it.each(Object.keys(expected))('%s says what the loader checks', (name) => {
    const file = fileURLToPath(new URL(name, folder));
    const text = `${JSON.stringify(expected[name], null, 2)}\n`;
    if (update) writeFileSync(file, text);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(JSON.parse(text));
  });

  it('know the keys of project.yml and of config by folder', () => {
    const project = expected['project.schema.json'] as unknown as {
      properties: object;
      $defs: { modelsTree: { properties: object } };
    };
    expect(Object.keys(project.properties)).toEqual(expect.arrayContaining(['name', 'vars', 'targets', 'warehouse']));
    expect(Object.keys(project.$defs.modelsTree.properties)).toContain('+materialized');
  });
});

/** The schema of a YAML file by its path, as docs/working-day.md tells editors. */
function schemaOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const known: Readonly<Record<string, string>> = {
    'project.yml': 'project',
    'dbt_project.yml': 'dbt-project',
    'profiles.yml': 'profiles',
    'packages.yml': 'packages',
    'dependencies.yml': 'dependencies',
    'package-lock.yml': 'package-lock',
    'selectors.yml': 'selectors',
  };
  if (path.includes('dashboards/')) return name === 'page.yml' ? 'dashboard-page' : 'dashboard';
  return known[name] ?? 'properties';
}

describe('YAML files of projects fit the schemas', () => {
  const ajv = new Ajv2020({ allowUnionTypes: true, strictTypes: false });
  const check = (path: string, text: string): string[] => {
    const name = `${schemaOf(path)}.schema.json`;
    const validate =
      ajv.getSchema(name) ??
      ajv.addSchema(JSON.parse(readFileSync(new URL(name, folder), 'utf8')), name).getSchema(name)!;
    return validate(parse(text, { merge: true }))
      ? []
      : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
  };
  const yamlBelow = (root: string): string[] =>
    readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.yml') && !/(^|\/)(node_modules|target|warehouse|logs)\//.test(path))
      .map((path) => `${root}/${path}`);
  const repository = fileURLToPath(new URL('../../../', import.meta.url)).replace(/\/$/, '');
  const made = temporaryFolder();
  afterAll(() => made.remove());

  it('those of this repository, and of the project in the specs', () => {
    const files = ['models', 'seeds', 'dashboards', 'macros', 'tests', 'runner/test/fixtures'].flatMap((root) =>
      yamlBelow(`${repository}/${root}`),
    );
    files.push(`${repository}/project.yml`);
    expect(files.length).toBeGreaterThan(20);
    expect(
      files.flatMap((file) => check(file, readFileSync(file, 'utf8')).map((error) => `${file}: ${error}`)),
    ).toEqual([]);
  });

  it('those of a new project, which name their schemas', async () => {
    expect((await tsdbt(made.folder, ['init', 'shop'])).code).toBe(0);
    const files = yamlBelow(`${made.folder}/shop`);
    expect(files).toHaveLength(5);
    for (const file of files) {
      const text = readFileSync(file, 'utf8');
      expect(check(file, text), file).toEqual([]);
      const named = /^# yaml-language-server: \$schema=(.*)$/m.exec(text)?.[1];
      expect(resolve(file, '..', named ?? '')).toBe(
        `${made.folder}/shop/node_modules/tsdbt/schemas/${schemaOf(file)}.schema.json`,
      );
    }
  });

  it.each([
    [
      'dbt_project.yml',
      'name: shop\nprofile: "{{ env_var(\'P\') }}"\nversion: 1.0\nmodels:\n  shop:\n    +enabled: "{{ var(\'x\') }}"\n    staging: {+materialized: view}\nvars: {x: true}\n',
    ],
    [
      'profiles.yml',
      'shop:\n  target: dev\n  outputs:\n    dev: {type: duckdb, path: x.duckdb, threads: "{{ env_var(\'T\') }}"}\n    prod: {type: snowflake, account: a}\n',
    ],
    [
      'packages.yml',
      'packages:\n  - {package: a/b, version: [">=1.0.0", "<2.0.0"]}\n  - {git: x, revision: v1, warn-unpinned: false}\n  - {npm: "@a/b", version: ^1.0.0}\n',
    ],
    [
      'package-lock.yml',
      'packages:\n  - {name: b, package: a/b, version: 1.0.0}\n  - {git: x, name: y, revision: abc}\nsha1_hash: abc\n',
    ],
    ['dependencies.yml', 'projects: [{name: other}]\npackages: [{local: ../x}]\n'],
    ['selectors.yml', 'selectors:\n  - name: nightly\n    definition: {method: tag, value: nightly}\n'],
  ])('%s of a dbt project', (path, text) => {
    expect(check(path, text)).toEqual([]);
  });

  it.each([
    ['dbt_project.yml', 'name: shop\nmodel-path: [x]\n'],
    ['dbt_project.yml', 'name: shop\ntargets: {}\n'],
    ['project.yml', 'name: shop\nmodels: {+materialised: table}\n'],
    ['profiles.yml', 'shop: {outputs: {dev: {type: duckdb, pat: x}}}\n'],
    ['packages.yml', 'packages: [{git: x, revison: v1}]\n'],
    ['models/x.yml', 'models: [{name: a, colums: []}]\n'],
    ['selectors.yml', 'selectors: [{nam: x}]\n'],
  ])('%s with a mistake does not', (path, text) => {
    expect(check(path, text)).not.toEqual([]);
  });
});
