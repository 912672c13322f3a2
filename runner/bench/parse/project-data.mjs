// A dbt project of any size: staging views of sources, joins of two of them, summaries; every model with a description, columns and
// two tests, a macro call, a loop; macros, docs blocks, YAML files of twenty models.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const sourceTables = 20;
const modelsPerFile = 20;
const layers = ['staging', 'intermediate', 'marts'];

/**
 * Writes the project.
 * @param {string} folder
 * @param {number} count number of models, at least 20; tests are twice as many
 * @returns {{ sources: string[], last: string }} statements that make the source tables, and the name of one model at the end of the graph
 */
export function writeProject(folder, count) {
  const write = (path, text) => {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  };
  write(
    'dbt_project.yml',
    `name: shop\nversion: '1.0'\nprofile: shop\nmodel-paths: [models]\nmacro-paths: [macros]\nseed-paths: [seeds]\nvars:\n  first_day: '2020-01-01'\nmodels:\n  shop:\n    +materialized: view\n${layers
      .map((layer) => `    ${layer}:\n      +tags: [${layer}]\n`)
      .join('')}`,
  );
  write(
    'profiles.yml',
    'shop:\n  target: dev\n  outputs:\n    dev:\n      type: duckdb\n      path: "{{ env_var(\'BENCH_DATABASE\') }}"\n      threads: 2\n',
  );
  write(
    'models/sources.yml',
    `version: 2\nsources:\n  - name: shop\n    schema: raw\n    description: What the shop's database holds.\n    tables:\n${range(
      sourceTables,
    )
      .map(
        (i) =>
          `      - name: events_${i}\n        description: Events of shard ${i}.\n        columns:\n          - name: id\n            description: One per event.\n`,
      )
      .join('')}`,
  );
  write(
    'models/docs.md',
    range(10)
      .map(
        (i) =>
          `{% docs term_${i} %}\nTerm **${i}** of the glossary, with a sentence on what it means.\n{% enddocs %}\n`,
      )
      .join('\n'),
  );
  for (const i of range(20)) write(`macros/measure_${i}.sql`, macro(i));
  const names = range(count).map((i) => `${layerOf(i, count).slice(0, 3)}_model_${i}`);
  const entries = new Map(layers.map((layer) => [layer, []]));
  for (const [i, name] of names.entries()) {
    const layer = layerOf(i, count);
    write(`models/${layer}/group_${Math.floor(i / modelsPerFile)}/${name}.sql`, model(i, layer, count, names));
    entries.get(layer).push([i, properties(i, name)]);
  }
  for (const [layer, list] of entries)
    for (let at = 0; at < list.length; at += modelsPerFile)
      write(
        `models/${layer}/schema_${at / modelsPerFile}.yml`,
        `version: 2\nmodels:\n${list
          .slice(at, at + modelsPerFile)
          .map(([, text]) => text)
          .join('')}`,
      );
  return {
    last: names.at(-1),
    sources: [
      'create schema if not exists raw',
      ...range(sourceTables).map(
        (i) =>
          `create or replace table raw.events_${i} as select range as id, range % 7 as kind, range * 1.5 as amount, ` +
          `timestamp '2021-01-01' + to_minutes(range::int) as created_at from range(100)`,
      ),
    ],
  };
}

function range(length) {
  return Array.from({ length }, (_, i) => i);
}

function layerOf(i, count) {
  return i < count * 0.4 ? 'staging' : i < count * 0.7 ? 'intermediate' : 'marts';
}

function macro(i) {
  return `{#- Sums a column where the kind is ${i % 7}. -#}
{% macro measure_${i}(column, precision=2) %}
    {%- if precision > 0 -%}
    round(sum({{ column }}) filter (where kind = ${i % 7}), {{ precision }})
    {%- else -%}
    sum({{ column }}) filter (where kind = ${i % 7})
    {%- endif -%}
{% endmacro %}

{% macro label_${i}(column) %}
    case {% for k in range(4) %}when {{ column }} = {{ k }} then 'kind {{ k }}' {% endfor %}else 'other' end
{%- endmacro %}
`;
}

function model(i, layer, count, names) {
  if (layer === 'staging')
    return `with source as (
    select * from {{ source('shop', 'events_${i % sourceTables}') }}
),

renamed as (
    select
        id,
        kind,
        {{ label_${i % 20}('kind') }} as label,
        amount,
        created_at
    from source
    where created_at >= '{{ var("first_day") }}'
)

select * from renamed
`;
  const staged = Math.floor(count * 0.4);
  const middle = Math.floor(count * 0.7);
  if (layer === 'intermediate')
    return `{{ config(materialized='view', tags=['joined']) }}

select
    a.id,
    a.kind,
    a.amount + b.amount as amount,
    a.created_at
from {{ ref('${names[i % staged]}') }} as a
inner join {{ ref('${names[(i * 7) % staged]}') }} as b on a.id = b.id
{% if var('only_kind', none) is not none %}
where a.kind = {{ var('only_kind') }}
{% endif %}
`;
  return `{{ config(materialized='view') }}

{%- set kinds = [0, 1, 2, 3] %}

select
    id,
    {% for kind in kinds %}
    sum(case when kind = {{ kind }} then amount else 0 end) as amount_{{ kind }},
    {% endfor %}
    {{ measure_${i % 20}('amount') }} as measured,
    max(created_at) as last_at
from {{ ref('${names[staged + (i % (middle - staged))]}') }}
group by id
`;
}

function properties(i, name) {
  return `  - name: ${name}
    description: "Model ${i}: what it holds, and for whom. {{ doc('term_${i % 10}') }}"
    config:
      meta:
        owner: team_${i % 5}
    columns:
      - name: id
        description: The key.
        data_tests:
          - unique
          - not_null
      - name: kind
        description: "{{ doc('term_${(i + 3) % 10}') }}"
      - name: amount
        description: In euros.
`;
}
