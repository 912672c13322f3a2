import { describe, expect, it } from 'vitest';
import { formatPlace, SourceText } from '../../src/errors/source-text.js';
import { createDbtContext } from '../../src/template/dbt-context.js';
import { scopeOf } from '../../src/template/frame.js';
import { MacroLibrary } from '../../src/template/macros.js';
import { blockProgram, parseTemplate } from '../../src/template/parse.js';
import { callMacro, evaluateNative, renderTemplate } from '../../src/template/render.js';
import { text } from '../../src/template/values.js';
import { failure, hostOf, render } from './context.js';

const parse = (source: string, path = 'macros/a.sql') => parseTemplate(new SourceText(path, source));

describe('the blocks of a file', () => {
  it('lists macros, tests, materializations, snapshots and docs with their parameters and places', () => {
    const { blocks } = parse(`{% macro m(a, b=[1, 2]) %}x{% endmacro %}
{% test positive(model, column_name) %}select 1{% endtest %}
{% data_test old(model) %}select 1{% enddata_test %}
{% materialization mat, adapter='duckdb', supported_languages=['sql', 'python'] %}x{% endmaterialization %}
{%- materialization mat, default -%}x{%- endmaterialization -%}
{% snapshot snap %}select * from {{ t }}{% endsnapshot %}
{% docs album %}An {{ album }} of {% many %} tracks.{% enddocs %}`);
    expect(blocks.map((b) => [b.kind, b.name, b.macroName, b.parameters.map((p) => [p.name, p.default])])).toEqual([
      [
        'macro',
        'm',
        'm',
        [
          ['a', undefined],
          ['b', '[1, 2]'],
        ],
      ],
      [
        'test',
        'positive',
        'test_positive',
        [
          ['model', undefined],
          ['column_name', undefined],
        ],
      ],
      ['test', 'old', 'test_old', [['model', undefined]]],
      ['materialization', 'mat', 'materialization_mat_duckdb', []],
      ['materialization', 'mat', 'materialization_mat_default', []],
      ['snapshot', 'snap', 'snap', []],
      ['docs', 'album', 'album', []],
    ]);
    expect(formatPlace(blocks[1]!.place)).toBe('macros/a.sql:2:1');
    const { bodyPlace: docs } = blocks[6]!;
    expect(docs.source.text.slice(docs.start, docs.end)).toBe('An {{ album }} of {% many %} tracks.');
  });

  it('takes annotated parameters', () => {
    const host = hostOf({ shop: "{% macro m(a: str, b: list[str] = ['x']) %}{{ a }}{{ b }}{% endmacro %}" });
    expect(render("{{ m('q') }}", host).text).toBe("q['x']");
  });

  it('renders the body of a snapshot with places in its file', () => {
    const program = parse('\n{% snapshot s %}select * from {{ t }}{% endsnapshot %}');
    const rendered = renderTemplate(blockProgram(program, program.blocks[0]!), scopeOf({ t: 'x' }));
    expect(rendered).toMatchObject({ text: 'select * from x' });
  });
});

describe('macros are found as dbt finds them', () => {
  const macros = {
    dbt: '{% macro where() %}engine{% endmacro %}{% macro only_engine() %}engine only{% endmacro %}',
    utils: '{% macro where() %}utils{% endmacro %}{% macro star() %}*{% endmacro %}',
    shop: '{% macro where() %}shop{% endmacro %}',
  };

  it('own package, root project, then the engine; other packages by their name', () => {
    expect(render('{{ where() }} {{ only_engine() }} {{ utils.where() }} {{ dbt.where() }}', hostOf(macros)).text).toBe(
      'shop engine only utils engine',
    );
    expect(render('{{ where() }}', hostOf(macros, { packageName: 'utils' })).text).toBe('utils');
    expect(failure(() => render('{{ star() }}', hostOf(macros)))).toContain('there is no macro or function "star"');
    expect(failure(() => render('{{ utils.str() }}', hostOf(macros)))).toContain(
      'package has no attribute "str" (did you mean "star"?)',
    );
  });

  it('tells the host which macros a template uses', () => {
    const host = hostOf(macros);
    render('{{ utils.star() }} {{ where() }}', host);
    expect(host.asked).toEqual(['macro.utils.star', 'macro.shop.where']);
  });

  it('refuses two macros of one name in a package, and names both places', () => {
    const library = new MacroLibrary('shop');
    library.add('shop', parse('{% macro a() %}{% endmacro %}', 'macros/one.sql'));
    library.add('other', parse('{% macro a() %}{% endmacro %}', 'macros/other.sql'));
    expect(failure(() => library.add('shop', parse('\n{% macro a() %}{% endmacro %}', 'macros/two.sql')))).toBe(
      'TSD2012 2:10 [a] the package "shop" has two macros named "a" (the other one is at macros/one.sql:1:1; rename or remove one of them)',
    );
  });

  it('dispatches to the implementation of the adapter, then the default, the root project first', () => {
    const dispatching = {
      utils:
        "{% macro now() %}{{ return(adapter.dispatch('now', 'utils')()) }}{% endmacro %}" +
        '{% macro default__now() %}default{% endmacro %}{% macro duckdb__now() %}duck{% endmacro %}{% macro trino__now() %}trino{% endmacro %}',
    };
    expect(render('{{ utils.now() }}', hostOf(dispatching)).text).toBe('duck');
    expect(render('{{ utils.now() }}', hostOf(dispatching, { adapterTypes: ['trino'] })).text).toBe('trino');
    expect(render('{{ utils.now() }}', hostOf(dispatching, { adapterTypes: ['spark'] })).text).toBe('default');
    const overridden = { ...dispatching, shop: '{% macro default__now() %}mine{% endmacro %}' };
    expect(render('{{ utils.now() }}', hostOf(overridden)).text).toBe('mine');
    const order = new MacroLibrary('shop', new Map([['utils', ['utils', 'shop']]]));
    expect(render('{{ utils.now() }}', hostOf(overridden, { library: order })).text).toBe('duck');
    expect(failure(() => render("{{ adapter.dispatch('utils.now')() }}", hostOf(dispatching)))).toContain(
      "write adapter.dispatch('now', 'utils')",
    );
  });
});

describe('values that macros return', () => {
  it('return() hands back the value itself; without it a macro gives the text it printed', () => {
    const host = hostOf({
      shop: '{% macro two() %}ignored{{ return([1, {"a": 2.0}]) }}{% endmacro %}{% macro t() %} x {% endmacro %}',
    });
    expect(render('{{ two()[1].a }} {{ two() | length }} [{{ t() }}] {{ t() is string }}', host).text).toBe(
      '2.0 2 [ x ] True',
    );
  });

  it('calls a macro from outside', () => {
    const host = hostOf({
      shop: '{% macro generate_schema_name(custom, node=none) %}{{ target.schema }}_{{ custom | trim }}{% endmacro %}',
    });
    const value = callMacro(host.library, 'generate_schema_name', ['gold '], {}, createDbtContext(host));
    expect(value).not.toBeInstanceOf(Promise);
    expect(text(value as Awaited<typeof value>)).toBe('main_gold');
    expect(failure(() => callMacro(host.library, 'nope', [], {}, createDbtContext(host)))).toContain('TSD2015');
  });
});

describe('templates in YAML values', () => {
  it('one whole expression gives its value, anything else text', () => {
    const scope = createDbtContext(hostOf());
    expect(evaluateNative("{{ var('limit') }}", scope)).toBe(10);
    expect(evaluateNative("{{ var('countries') }}", scope)).toEqual(['de', 'fr']);
    expect(evaluateNative("{{ {'a': (1, 2.5), 'b': none} }}", scope)).toEqual({ a: [1, 2.5], b: null });
    expect(evaluateNative("{{ target.name == 'dev' }}", scope)).toBe(true);
    expect(evaluateNative('limit_{{ var("limit") }}', scope)).toBe('limit_10');
    expect(evaluateNative('plain', scope)).toBe('plain');
  });
});
