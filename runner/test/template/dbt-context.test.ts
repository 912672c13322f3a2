import { describe, expect, it } from 'vitest';
import { Relation } from '../../src/engines/relation.js';
import { SourceText } from '../../src/errors/source-text.js';
import { type AdapterHost, createDbtContext } from '../../src/template/dbt-context.js';
import { parseTemplate } from '../../src/template/parse.js';
import { renderTemplate } from '../../src/template/render.js';
import { failure, hostOf, render } from './context.js';

const out = (text: string, host = hostOf()): string => render(text, host).text;

describe("dbt's names", () => {
  it('ref and source ask the host and print quoted names', () => {
    const host = hostOf();
    expect(
      out(
        "{{ ref('a') }} {{ ref('pkg', 'b', v=2) }} {{ source('raw', 'plays') }} {{ source('raw', 'plays').identifier }}",
        host,
      ),
    ).toBe('"main"."a" "main"."b" "lake"."raw"."plays" plays');
    expect(host.asked).toEqual(['ref  a ', 'ref pkg b 2', 'source raw plays', 'source raw plays']);
  });

  it('config() prints nothing and hands over plain values; get and require read', () => {
    const host = hostOf();
    expect(out("{{ config(materialized='table', tags=['a', 'b'], meta={'n': 1.5}) }}x", host)).toBe('x');
    expect(host.asked).toEqual(['config {"materialized":"table","tags":["a","b"],"meta":{"n":1.5}}']);
    expect(
      out(
        "{{ config.get('materialized') }} {{ config.get('nope') }} {{ config.get('nope', 'd') }} {{ config.require('materialized') }}",
      ),
    ).toBe('table None d table');
  });

  it('var and env_var with defaults', () => {
    expect(
      out("{{ var('limit') + 1 }} {{ var('nope', 'd') }} {{ var.has_var('limit') }} {{ var('nope', none) }}"),
    ).toBe('11 d True None');
    expect(out("{{ env_var('HOME_SCHEMA') }} {{ env_var('NOPE', 'd') }}")).toBe('home d');
  });

  it('describes the run', () => {
    expect(
      out('{{ target.name }} {{ target.type }} {{ execute }} {{ project_name }} {{ invocation_id }} {{ flags.WHICH }}'),
    ).toBe('dev duckdb True shop 7c9e run');
    expect(
      out("{{ run_started_at }} {{ run_started_at.strftime('%Y-%m-%d %H:%M') }} {{ dbt_version.split('.')[0] | int }}"),
    ).toBe('2026-01-02 03:04:05+00:00 2026-01-02 03:04 1');
    expect(out('{% set grö_ße2 = 3 %}{{ grö_ße2 }}{% set a1 = 4 %}{{ a1 }}')).toBe('34');
    const host = hostOf(
      {},
      { thisRelation: new Relation('main', 'm'), isIncremental: () => true, model: () => ({ name: 'm', tags: [] }) },
    );
    expect(
      out('{% if is_incremental() %}{{ this }} {{ this.schema }}.{{ this.name }} {{ model.name }}{% endif %}', host),
    ).toBe('"main"."m" main.m m');
  });

  it('log, print and warn reach the host and print nothing', () => {
    const host = hostOf();
    expect(out("[{{ log('a') }}{{ log('b', info=true) }}{{ print('c') }}{% do exceptions.warn('d') %}]", host)).toBe(
      '[]',
    );
    expect(host.asked).toEqual(['debug a', 'info b', 'info c', 'warn d']);
  });

  it('macros shadow names, builtins keep them', () => {
    const host = hostOf({ shop: "{% macro ref(name) %}{{ return(builtins.ref(name ~ '_v2')) }}{% endmacro %}" });
    expect(out("{{ ref('a') }}", host)).toBe('"main"."a_v2"');
  });

  it('converts data', () => {
    expect(
      out(
        `{{ fromjson('{"a": [1, 2.0, "x"]}') }} {{ tojson({'b': 1, 'a': none}) }} {{ tojson({'b': 1, 'a': 2}, sort_keys=true) }}`,
      ),
    ).toBe(`{'a': [1, 2.0, 'x']} {"b": 1, "a": null} {"a": 2, "b": 1}`);
    expect(out("{{ fromyaml('a: [1, x]') }} {{ toyaml({'a': [1]}) }}")).toBe("{'a': [1, 'x']} a:\n- 1\n");
    expect(
      out("{{ set([1, 1, 2]) }} {{ set(5) }} {{ zip([1, 2], ['a', 'b']) | list }} {{ zip_strict([1], [2]) | list }}"),
    ).toBe("{1, 2} None [(1, 'a'), (2, 'b')] [(1, 2)]");
    expect(out("{{ local_md5('hello') }}")).toBe('5d41402abc4b2a76b9719d911017c592');
    expect(out("{{ diff_of_two_dicts({'a': ['x', 'Y']}, {'A': ['x']}) }}")).toBe("{'a': ['y']}");
  });
});

describe('modules', () => {
  it('datetime', () => {
    expect(
      out(
        "{% set dt = modules.datetime %}{{ dt.datetime(2024, 2, 28, 12) + dt.timedelta(days=2) }} {{ dt.date(2024, 1, 31).strftime('%d %b %Y %j') }}",
      ),
    ).toBe('2024-03-01 12:00:00 31 Jan 2024 031');
    expect(
      out(
        "{{ modules.datetime.datetime.strptime('2024-05-06', '%Y-%m-%d').date() }} {{ (modules.datetime.date(2024, 3, 1) - modules.datetime.date(2024, 2, 1)).days }}",
      ),
    ).toBe('2024-05-06 29');
    expect(
      out(
        '{{ modules.datetime.timedelta(hours=25, minutes=1) }} {{ modules.datetime.date(2024, 1, 1) < modules.datetime.date(2024, 1, 2) }} {{ modules.datetime.datetime(2021, 1, 3).isocalendar() }}',
      ),
    ).toBe('1 day, 1:01:00 True datetime.IsoCalendarDate(year=2020, week=53, weekday=7)');
    expect(
      out(
        "{{ modules.datetime.datetime(2024, 7, 1, 12, tzinfo=modules.pytz.utc).astimezone(modules.pytz.timezone('Europe/Berlin')).isoformat() }}",
      ),
    ).toBe('2024-07-01T14:00:00+02:00');
    expect(
      out(
        "{{ modules.pytz.timezone('America/New_York').localize(modules.datetime.datetime(2024, 1, 1)).isoformat() }}",
      ),
    ).toBe('2024-01-01T00:00:00-05:00');
  });

  it('re, with patterns of Python', () => {
    expect(
      out(
        "{% set m = modules.re.match('(?P<y>\\d{4})-(\\d+)', '2024-05x') %}{{ m.group('y') }} {{ m.group(2) }} {{ m.groups() }} {{ m.span() }}",
      ),
    ).toBe("2024 05 ('2024', '05') (0, 7)");
    expect(
      out(
        "{{ modules.re.match('b', 'ab') is none }} {{ modules.re.search('b', 'ab') is not none }} {{ modules.re.findall('[a-z]', 'a1b2') }}",
      ),
    ).toBe("True True ['a', 'b']");
    expect(
      out(
        "{{ modules.re.sub('[^a-zA-Z0-9]+', '_', 'a b-c') }} {{ modules.re.sub('(a)(b)', '\\\\2\\\\1', 'abab', count=1) }} {{ modules.re.split('\\W+', 'a, b') }}",
      ),
    ).toBe("a_b_c baab ['a', 'b']");
    expect(out("{{ modules.re.compile('A', modules.re.IGNORECASE).search('xa').start() }}")).toBe('1');
    expect(failure(() => render("{{ modules.re.match('(', 'x') }}"))).toContain('TSD2017');
  });

  it('itertools', () => {
    expect(
      out(
        "{{ modules.itertools.product([1, 2], 'ab') | list }} {{ modules.itertools.combinations([1, 2, 3], 2) | list | length }} {{ modules.itertools.chain([1], [2]) | list }}",
      ),
    ).toBe("[(1, 'a'), (1, 'b'), (2, 'a'), (2, 'b')] 3 [1, 2]");
  });
});

describe('relations and columns', () => {
  it('api.Relation and its attributes', () => {
    expect(
      out(
        "{% set r = api.Relation.create(database='db', schema='s', identifier='t', type='view') %}{{ r }} {{ r.include(database=false) }} {{ r.is_view }} {{ r.type }} {{ r.incorporate(path={'identifier': 'u'}) }} {{ r.quote(identifier=false) }}",
      ),
    ).toBe('"db"."s"."t" "s"."t" True view "db"."s"."u" "db"."s".t');
  });

  it('relations are mappings, as macros of packages expect', () => {
    expect(
      out(
        "{{ ref('a') is mapping }} {{ ref('a').get('metadata', {}).get('type', '').endswith('Relation') }} {{ ref('a').get('nope', 1) }}",
      ),
    ).toBe('True True 1');
  });

  it('api.Column', () => {
    expect(
      out(
        "{% set c = api.Column.from_description('a b', 'decimal(10,2)') %}{{ c.name }} {{ c.quoted }} {{ c.dtype }} {{ c.data_type }} {{ c.is_number() }} {{ c.is_string() }} {{ c.numeric_scale }} {{ api.Column.translate_type('string') }}",
      ),
    ).toBe('a b "a b" decimal decimal(10,2) True False 2 TEXT');
    // text has a size in DDL; what DuckDB writes into a type stays as it is
    expect(
      out("{{ api.Column.create('a', 'VARCHAR').data_type }} {{ api.Column('a', 'DECIMAL(10,2)').data_type }}"),
    ).toBe('character varying(256) DECIMAL(10,2)');
    expect(
      out(
        "{{ api.Column('s', 'STRUCT(a INTEGER, b STRUCT(c VARCHAR))').flatten() | map(attribute='name') | join(' ') }}",
      ),
    ).toBe('s.a s.b.c');
  });
});

describe('before execute', () => {
  it('asks the engine nothing, and lets undefined values be gone on with', () => {
    const host = hostOf({}, { execute: false });
    expect(
      out(
        "[{% set r = run_query('select 1') %}{{ r.columns[0].values() }}{% for x in r.rows %}{{ x }}{% endfor %}]",
        host,
      ),
    ).toBe('[]');
    expect(
      out(
        "{{ adapter.get_columns_in_relation(ref('a')) }} {{ adapter.get_relation('d', 's', 'i') }} {{ load_result('x').table.rows }}",
        host,
      ),
    ).toBe('[] None ');
    expect(out("{% call statement('s', fetch_result=true) %}select {{ 1 / 0 }}{% endcall %}ok", host)).toBe('ok');
  });
});

describe('statements that templates run', () => {
  const queries: string[] = [];
  const adapter: AdapterHost = {
    query: async (sql) => {
      queries.push(sql);
      return {
        columns: [
          { name: 'id', type: 'BIGINT' },
          { name: 'price', type: 'DECIMAL(10,2)' },
          { name: 'day', type: 'DATE' },
        ],
        rows: [
          [1n, '2.50', '2024-01-01'],
          [2n, '3.00', '2024-01-02'],
        ],
      };
    },
    getRelation: async (_database, schema, identifier) =>
      identifier === 'a' ? new Relation(schema, identifier) : undefined,
    getColumns: async () => [{ name: 'id', type: 'BIGINT' }],
    listRelations: async () => [],
    schemaExists: async () => true,
  };
  const later = async (text: string, macros: Record<string, string> = {}): Promise<string> => {
    const scope = createDbtContext(hostOf(macros, { adapter }));
    const rendered = renderTemplate(parseTemplate(new SourceText('m.sql', text)), scope);
    expect(rendered).toBeInstanceOf(Promise);
    return (await rendered).text;
  };

  it('run_query gives a table', async () => {
    expect(
      await later(
        "{% set t = run_query('q') %}{{ t.columns[0].values() }} {{ t.columns['price'].values()[1] }} {{ t.rows[0]['day'] }} {{ t | length }} {{ t.column_names }} {% for row in t %}{{ row[0] }}{{ row.price }}{{ row.get('PRICE') }},{% endfor %}",
      ),
    ).toBe("(1, 2) 3.00 2024-01-01 2 ('id', 'price', 'day') 12.50None,23.00None,");
  });

  it('waits in loops, conditions, arguments, filters and macros', async () => {
    const macros = { shop: "{% macro count() %}{{ return(run_query('n') | length) }}{% endmacro %}" };
    expect(
      await later(
        "{% for i in range(2) %}{% if count() > 1 and i < count() %}{{ [i, count()] | sum }}{{ 'x' ~ count() }}{{ {'k': count()}.k }};{% endif %}{% else %}no{% endfor %}{% set x %}{{ count() }}{% endset %}{{ x }}",
        macros,
      ),
    ).toBe('2x22;3x22;2');
  });

  it('statement blocks and load_result', async () => {
    queries.length = 0;
    expect(
      await later(
        "{% call statement('mine', fetch_result=True) %}select {{ 1 + 1 }}{% endcall %}{% set mine = load_result('mine') %}{{ mine['data'][0][0] }} {{ mine.table.columns | length }}",
      ),
    ).toBe('1 3');
    expect(queries).toEqual(['select 2']);
  });

  it('a result is handed out once, but that of the statement main', async () => {
    const twice = (name: string) =>
      later(
        `{% call statement('${name}', fetch_result=True) %}q{% endcall %}{{ load_result('${name}').data | length }}{{ load_result('${name}').data | length }}`,
      );
    expect(await twice('main')).toBe('22');
    await expect(twice('mine')).rejects.toMatchObject({
      code: 'TSD2017',
      message: "load_result('mine') was called before",
    });
  });

  it('adapter.execute gives a response and a table', async () => {
    expect(
      await later("{% set response, table = adapter.execute('q', fetch=true) %}{{ response }} {{ table | length }}"),
    ).toBe('OK 2');
  });

  it('errors after waiting have their place', async () => {
    await expect(later("a {{ run_query('q') + 1 }}")).rejects.toMatchObject({ code: 'TSD2009', place: { start: 5 } });
    await expect(later("{% set t = run_query('q') %}{{ t.nope.x }}")).rejects.toMatchObject({ code: 'TSD2005' });
  });

  it('the adapter asks the host', async () => {
    expect(
      await later(
        "{{ adapter.get_columns_in_relation(ref('a'))[0].name }} {{ adapter.get_relation('d', 's', 'zz') }} {{ adapter.get_relation('d', 's', 'a') }}",
      ),
    ).toBe('id None "s"."a"');
  });
});

describe('import and include', () => {
  const files: Record<string, string> = {
    'lib.sql': '{% macro twice(x) %}{{ x * 2 }}{% endmacro %}{% set unit = "ms" %}',
    'part.sql': 'part {{ name }}',
  };
  const host = hostOf(
    {},
    {
      loadTemplate: (name) =>
        files[name] === undefined ? undefined : parseTemplate(new SourceText(name, files[name])),
    },
  );

  it('import, from import, include', () => {
    expect(out("{% import 'lib.sql' as lib %}{{ lib.twice(2) }}{{ lib.unit }}", host)).toBe('4ms');
    expect(out("{% from 'lib.sql' import twice as t, unit %}{{ t(3) }}{{ unit }}", host)).toBe('6ms');
    expect(
      out(
        "{% set name = 'x' %}{% include 'part.sql' %} {% include ['nope.sql', 'part.sql'] %}{% include 'no' ignore missing %}",
        host,
      ),
    ).toBe('part x part x');
    expect(failure(() => render("{% from 'lib.sql' import nope %}{{ nope() }}", host))).toContain('nope');
  });
});
