import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DbtProject } from './dbt-project.js';

interface Case {
  readonly expression: string;
  /** what dbt's context gives while a model is parsed; null for an error */
  readonly parse: string | null;
  /** and while it runs, with what was printed before it */
  readonly run: string | null;
}

const fixture = join(import.meta.dirname, '../fixtures/dbt-context');
/** What dbt 1.12 gives: `node scripts/dbt-context.mjs` writes it. */
const cases: readonly Case[] = JSON.parse(readFileSync(join(fixture, 'cases.json'), 'utf8'));

const files = Object.fromEntries(
  readdirSync(fixture, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(sql|yml)$/.test(path) && path !== 'models/m.sql')
    .map((path) => [path, readFileSync(join(fixture, path), 'utf8')]),
);
const config = "{{ config(materialized='table', tags=['a'], meta={'k': 1}) }}";
const read = "-- {{ ref('t') }} {{ ref('u') }} {{ source('raw', 'x') }}\n";

/** A project in which each expression stands in a model like that of the fixture, `m<i>`. */
function projectOf(indices: readonly number[], text: (expression: string) => string): DbtProject {
  const models = indices.map((i) => [`models/m${i}.sql`, `${text(cases[i]!.expression)} ${read}`] as const);
  const named = indices.map(
    (i) => `  - {name: m${i}, description: A model, columns: [{name: id, description: key}]}\n`,
  );
  const yaml = `${files['models/s.yml']!.split('models:')[0]}models:\n${named.join('')}`;
  return new DbtProject({ ...files, ...Object.fromEntries(models), 'models/s.yml': yaml });
}

/** The model's own name is that of the fixture's. */
function asInFixture(text: string, i: number): string {
  return text.replaceAll(new RegExp(`\\bm${i}\\b`, 'g'), 'm');
}

const all = cases.map((_, i) => i);

describe('dbt’s context', () => {
  it('gives what dbt gives while a model runs, or fails where dbt fails', async () => {
    const project = projectOf(
      all,
      (expression) => `${config} select 1 as id /* {% if execute %}<<{{ ${expression} }}>>{% endif %} */`,
    );
    const { output } = await project.run('run', '--threads', '1');
    const { results } = JSON.parse(readFileSync(project.path('target/run_results.json'), 'utf8')) as {
      results: readonly { unique_id: string; compiled_code: string | null; status: string; message: string }[];
    };
    const given = new Map(results.map((one) => [one.unique_id.split('.').at(-1)!, one]));
    const differing = all.flatMap((i) => {
      const { expression, run } = cases[i]!;
      const { compiled_code: code, status, message } = given.get(`m${i}`)!;
      const value = /<<([\s\S]*)>>/.exec(code ?? '')?.[1];
      if (run === null) return status === 'error' ? [] : [`${expression}: ${value}, not an error`];
      if (value === undefined) return [`${expression}: ${message}, not ${run}`];
      const own = asInFixture(value, i);
      const printed = run.endsWith(own) ? run.slice(0, run.length - own.length).trimEnd() : undefined;
      return printed !== undefined && output.includes(printed) ? [] : [`${expression}: ${own}, not ${run}`];
    });
    expect(differing).toEqual([]);
  });

  /** What dbt knows of a model by then from the last time that it was parsed, or does in a way of its own. */
  const ofItsOwn =
    /^(ref|source|builtins\.(ref|source))\(|^model\.(config|tags|description|meta|access)|^adapter\.dispatch/;

  it('gives what dbt gives while a model is parsed', async () => {
    const asked = all.filter((i) => cases[i]!.parse !== null && !ofItsOwn.test(cases[i]!.expression));
    expect(asked.length).toBeGreaterThan(200);
    const project = projectOf(asked, (e) => `${config}{{ config(meta={'value': '' ~ (${e})}) }} select 1 as id`);
    const { exitCode, output } = await project.run('parse');
    expect(exitCode, output).toBe(0);
    const { nodes } = JSON.parse(readFileSync(project.path('target/manifest.json'), 'utf8'));
    const differing = asked.flatMap((i) => {
      const value = asInFixture(String(nodes[`model.shop.m${i}`].config.meta.value), i);
      return value === cases[i]!.parse ? [] : [`${cases[i]!.expression}: ${value}, not ${cases[i]!.parse}`];
    });
    expect(differing).toEqual([]);
  });

  it('knows what is selected while a model runs; unit tests are not among it in a build', async () => {
    const project = new DbtProject({
      'models/a.sql': "select {{ selected_resources | length }} as n, '{{ dict.fromkeys('ab', 0) }}' as d",
      'models/a.yml': 'unit_tests: [{name: u, model: a, given: [], expect: {rows: [{d: x}]}}]\n',
      'models/b.sql': 'select {{ selected_resources | length }} as n',
    });
    await project.run('build');
    expect(await project.rows('select n from b')).toEqual([{ n: 2 }]);
  });

  it.each([
    [
      "{{ env_var('DBT_ENV_SECRET_KEY', 'x') }}",
      'allowed only in profiles.yml and packages.yml, not "DBT_ENV_SECRET_KEY"',
    ],
    ["{{ tojson(modules.datetime.date(2024, 1, 1), 'x') }}", 'Object of type date is not JSON serializable'],
  ])('refuses %s', async (template, message) => {
    const project = new DbtProject({ 'models/a.sql': `select '{% if execute %}${template}{% endif %}' as v` });
    const { exitCode, output } = await project.run('run');
    expect(exitCode).toBe(1);
    expect(output).toContain(message);
  });

  it('takes none for a default of the filters float and int', async () => {
    const project = new DbtProject({ 'models/a.sql': `select '{{ "x" | float(none) }} {{ "x" | int(none) }}' as v` });
    await project.run('run');
    expect(await project.rows('select v from a')).toEqual([{ v: 'None None' }]);
  });
});
