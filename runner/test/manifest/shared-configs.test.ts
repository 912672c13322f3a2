import { describe, expect, it } from 'vitest';
import { bytesOfManifest, manifestFrom } from '../../src/manifest/keep-manifest.js';
import type { Manifest } from '../../src/manifest/manifest.js';
import { toNodeConfig } from '../../src/manifest/merge-config.js';
import { SharedConfigs } from '../../src/manifest/shared-configs.js';
import { WholeFloat } from '../../src/project/yaml-dialect.js';
import { parse } from './parse-project.js';

describe('configs of nodes', () => {
  it('are one object where their layers come to the same', () => {
    const configs = new SharedConfigs();
    const layers = () => ({ tags: ['a', 'b'], meta: { owner: 'ada', levels: [1, null, true] } });
    const first = configs.of(layers(), 'models');
    expect(first).toEqual(toNodeConfig(layers(), 'models'));
    expect(configs.of(layers(), 'models')).toBe(first);
    expect(configs.of(layers(), 'seeds')).toEqual(toNodeConfig(layers(), 'seeds'));
  });

  it.each([
    [{ meta: { level: 1 } }, { meta: { level: '1' } }],
    [{ meta: { level: true } }, { meta: { level: 'true' } }],
    [{ meta: { level: null } }, { meta: { level: 'null' } }],
    [{ tags: ['a', 'b'] }, { tags: ['a,b'] }],
    [{ tags: ['a,', 'b'] }, { tags: ['a', ',b'] }],
    [{ meta: { levels: [1] } }, { meta: { levels: { 0: 1 } } }],
    [{ meta: { level: 1 } }, { meta: { level: new WholeFloat(1) } }],
    [{ meta: { a: {}, b: 1 } }, { meta: { a: { b: 1 } } }],
    [{ meta: { level: 0 } }, { meta: { level: -0 } }],
  ])('are two for %j and %j', (one, other) => {
    const configs = new SharedConfigs();
    expect(configs.of(one, 'models')).toEqual(toNodeConfig(one, 'models'));
    expect(configs.of(other, 'models')).toEqual(toNodeConfig(other, 'models'));
  });

  it('are shared in a project that is read, and in one that was kept', async () => {
    const long = 'a_name_that_is_so_long_that_together_with_the_name_of_the_test_it_is_made_short';
    const manifest = await parse({
      'dbt_project.yml': 'name: shop\nprofile: shop\n',
      'profiles.yml': 'shop:\n  target: dev\n  outputs:\n    dev: { type: duckdb, path: shop.duckdb }\n',
      'models/a.sql': `select 1 as id, 1 as ${long}`,
      'models/b.sql': "{{ config(tags=['b']) }} select 1 as id",
      'models/c.sql': 'select 1 as id',
      'models/schema.yml': `models:
  - { name: a, columns: [{ name: id, data_tests: [unique, not_null] }, { name: ${long}, data_tests: [unique, not_null] }] }
  - { name: b, columns: [{ name: id, data_tests: [unique: { config: { severity: warn } }] }] }
`,
    });
    for (const one of [manifest, manifestFrom(bytesOfManifest(manifest)!, manifest.project)]) {
      const of = configsOf(one);
      expect(of('a')).toBe(of('c'));
      expect(of('a')).not.toBe(of('b'));
      expect(of('unique_a_id')).toBe(of('not_null_a_id'));
      expect(of('unique_b_id')).toMatchObject({ severity: 'warn' });
      expect(of(`unique_a_${long}`).alias).toMatch(/^unique_a_[0-9a-f]{32}$/);
      expect(of('unique_a_id').alias).toBeUndefined();
    }
  });
});

function configsOf(manifest: Manifest) {
  const nodes = new Map([...manifest.nodes.values()].map((node) => [node.name, node.config]));
  return (name: string) => nodes.get(name)!;
}
