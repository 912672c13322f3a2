import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { writeManifest } from '../../src/artifacts/manifest-json.js';
import { writeRunResults } from '../../src/artifacts/run-results.js';
import { shopCopy } from '../manifest/temp-project.js';
import { LakeProject } from '../run/lake-project.js';

interface Result {
  readonly unique_id: string;
  readonly status: string;
  readonly message: string | null;
  readonly failures: number | null;
  readonly timing: readonly { readonly started_at: string; readonly completed_at: string }[];
  readonly adapter_response: {
    readonly outcome: string;
    readonly rows?: number;
    readonly version?: number;
    readonly unchanged?: boolean;
  };
}

describe('artifacts', () => {
  it('of the shop: what there is, and what each node did', async () => {
    const project = new LakeProject(shopCopy());
    const run = await project.build();
    expect([run.exitCode, run.errors]).toEqual([0, []]);
    writeManifest(run.request.manifest, {
      invocationId: run.request.invocationId,
      startedAt: run.request.runStartedAt,
    });
    writeRunResults(run.request, run.result);
    const read = (name: string) => JSON.parse(readFileSync(project.path('target', name), 'utf8'));

    const manifest = read('manifest.json');
    expect(manifest.metadata).toMatchObject({
      dbt_schema_version: 'https://schemas.getdbt.com/dbt/manifest/v12.json',
      project_name: 'shop',
      adapter_type: 'duckdb',
    });
    expect(manifest.nodes['model.shop.customers'].depends_on.nodes).toEqual(['seed.shop.raw_customers']);
    expect(manifest.child_map['seed.shop.raw_customers']).toContain('model.shop.customers');
    expect(Object.keys(manifest.parent_map).sort()).toEqual(
      [...run.request.manifest.all()].map((node) => node.uniqueId).sort(),
    );

    const { results, metadata, elapsed_time } = read('run_results.json');
    expect(metadata.invocation_id).toBe(run.request.invocationId);
    expect(elapsed_time).toBeGreaterThan(0);
    const reports = (id: string) => /^(model|seed|test)\./.test(id) && !id.endsWith('.order_payments');
    expect(results.map((result: Result) => result.unique_id).sort()).toEqual(
      [...run.request.selected].filter(reports).sort(),
    );
    const customers = results.find((result: Result) => result.unique_id === 'model.shop.customers') as Result;
    expect(customers).toMatchObject({ status: 'success', adapter_response: { version: 0, unchanged: false } });
    expect(Date.parse(customers.timing[0]!.completed_at)).toBeGreaterThanOrEqual(
      Date.parse(customers.timing[0]!.started_at),
    );
    expect(readdirSync(project.path('target')).filter((name) => name.endsWith('.tmp'))).toEqual([]);

    const again = await project.build();
    expect(
      again.result.results.filter(({ outcome }) => outcome.unchanged === false).map(({ node }) => node.name),
    ).toEqual([]);
  });

  it('a blocked node counts as an error, with its reason; its own word is kept', async () => {
    const project = new LakeProject({
      'models/s/a.sql': 'select null::int as n, 9007199254740993::bigint as big',
      'models/s/b.sql': `select * from {{ ref('a') }}`,
      'models/s/s.yml': 'models: [{name: a, columns: [{name: n, data_tests: [not_null]}]}]\n',
    });
    const run = await project.build();
    writeRunResults(run.request, run.result);
    const { results } = JSON.parse(readFileSync(project.path('target/run_results.json'), 'utf8'));
    const of = (id: string) => results.find((result: Result) => result.unique_id.startsWith(id)) as Result;
    expect(of('model.p.a')).toMatchObject({ status: 'error', adapter_response: { outcome: 'blocked' } });
    expect(of('model.p.a').message).toContain('not_null_a_n');
    expect(of('test.p.not_null_a_n')).toMatchObject({ status: 'fail', failures: 1 });
    expect(of('model.p.b')).toMatchObject({ status: 'skipped', message: 'a was not published' });
  });
});
