import { describe, expect, it } from 'vitest';
import { TemplateError } from '../../src/errors/tsdbt-error.js';
import { failure, hostOf, render } from './context.js';

const fails = (text: string, macros: Record<string, string> = {}): string =>
  failure(() => render(text, hostOf(macros)));

describe('errors name the place, what is wrong, and what to do', () => {
  it.each([
    ['select 1\n{% if x %}\n  a', 'TSD2002 2:1 [{% if x %}] {% if %} is never closed (add {% endif %} where it ends)'],
    [
      '{% for x in y %}\n{% endif %}',
      'TSD2003 2:1 [{% endif] {% endif %} where {% endfor %} should be ({% for %} of line 1 is still open)',
    ],
    ['a {% endfor %}', 'TSD2003 1:3 [{% endfor] {% endfor %} closes nothing'],
    ['{% fro x in y %}', 'TSD2004 1:1 [{% fro] unknown statement "fro" (did you mean "for"?)'],
    ['a\n {{ b', 'TSD2002 2:2 [{{] {{ is never closed (add }} where it ends)'],
    ["{{ 'abc }}", "TSD2002 1:4 ['] this string is never closed (add ' where it ends)"],
    ['{{ f(1, 2 }}', 'TSD2002 1:5 [(] this bracket is never closed (add ) before }})'],
    ['{# open', 'TSD2002 1:1 [{#] this comment is never closed (add #} where it ends)'],
    ['{{ a b }}', 'TSD2001 1:6 [b] found "b" where "}}" should be'],
    ['{{ a ? b }}', 'TSD2001 1:6 [?] unexpected character "?"'],
    ['{{ 1 + }}', 'TSD2001 1:8 [}}] the tag ends where an expression should be'],
    ['{{ execut.x }}', 'TSD2005 1:4 [execut.x] "execut" is undefined (did you mean "execute"?)'],
    ["{{ reff('a') }}", 'TSD2005 1:4 [reff] there is no macro or function "reff" (did you mean "ref"?)'],
    ['{{ 1 | uper }}', 'TSD2006 1:4 [1 | uper] there is no filter "uper" (did you mean "upper"?)'],
    ['{{ 1 is evn }}', 'TSD2007 1:4 [1 is evn] there is no test "evn" (did you mean "even"?)'],
    ["{{ 'a' + 1 }}", 'TSD2009 1:4 [\'a\' + 1] "+" does not work on str and int (to put text together, use ~)'],
    ['x {{ 2 * (1 / 0) }}', 'TSD2010 1:10 [(1 / 0)] division by zero'],
    ["{{ var('limt') }}", 'TSD2013 1:4 [var(\'limt\')] the variable "limt" is not set (did you mean "limit"?)'],
    [
      "{{ env_var('HOME_SCHEM') }}",
      'TSD2014 1:4 [env_var(\'HOME_SCHEM\')] the environment variable "HOME_SCHEM" is not set (did you mean "HOME_SCHEMA"?)',
    ],
    [
      "{{ exceptions.raise_compiler_error('no ' ~ 1) }}",
      "TSD2016 1:4 [exceptions.raise_compiler_error('no ' ~ 1)] no 1",
    ],
    ['{% set a, b = [1] %}', 'TSD2017 1:8 [a, b] 2 names for 1 items of the list [1]'],
    [
      "{% import 'x.sql' as x %}",
      'TSD2018 1:11 [\'x.sql\'] there is no template "x.sql" to import (macros of macros/ are in scope without an import)',
    ],
    [
      "{{ config.require('nope') }}",
      'TSD2019 1:4 [config.require(\'nope\')] the config "nope" is required and not set',
    ],
    [
      "{{ run_query('select 1') }}",
      "TSD2020 1:4 [run_query('select 1')] there is no connection here to run a query on",
    ],
    [
      '{% set x = 1 %}{% set x.y = 2 %}',
      'TSD2009 1:23 [x.y] "x" is the int 1, whose attributes set cannot change (make it a namespace: {% set x = namespace(…) %})',
    ],
    ['{{ return(1) }}', 'TSD2001 1:1 [{] return() outside a macro'],
    [
      "{{ adapter.dispatch('nope', 'shop')() }}",
      "TSD2015 1:4 [adapter.dispatch('nope', 'shop')] no implementation of \"nope\" for duckdb (looked for duckdb__nope, default__nope in shop, shop, dbt)",
    ],
  ])('%s', (text, expected) => {
    expect(fails(text)).toBe(expected);
  });

  it('checks the arguments of macros', () => {
    const macros = { shop: '{% macro cents(column, scale=2) %}{{ column }}{% endmacro %}' };
    expect(fails('{{ cents(1, 2, 3) }}', macros)).toBe(
      'TSD2008 1:4 [cents(1, 2, 3)] cents() takes at most 2, 3 given (its parameters are column, scale)',
    );
    expect(fails("{{ cents('a', scal=1) }}", macros)).toBe(
      'TSD2008 1:4 [cents(\'a\', scal=1)] cents() has no parameter "scal" (did you mean "scale"?)',
    );
    expect(fails("{{ cents('a', column=1) }}", macros)).toBe(
      'TSD2008 1:4 [cents(\'a\', column=1)] cents() got "column" twice',
    );
    expect(fails('{{ ref() }}')).toBe('TSD2008 1:4 [ref()] ref() takes a name, or a package and a name; 0 given');
  });

  it('stops macros that call themselves without end', () => {
    const macros = { shop: '{% macro again() %}{{ again() }}{% endmacro %}' };
    expect(fails('{{ again() }}', macros)).toBe(
      'TSD2011 1:23 [again()] macros call each other more than 150 deep (does again call itself without end?)',
    );
  });

  it('names the calls that led to an error inside a macro, innermost first', () => {
    const host = hostOf({
      shop: '{% macro inner(x) %}{{ x.y.z }}{% endmacro %}\n{% macro outer() %}{{ inner({}) }}{% endmacro %}',
    });
    let thrown: unknown;
    try {
      render('select\n  {{ outer() }}', host);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(TemplateError);
    const { place, via } = thrown as TemplateError;
    expect(place!.source.path).toBe('shop/macros.sql');
    expect(via.map((v) => [v.label, v.place.source.path, v.place.source.position(v.place.start).line])).toEqual([
      ['inner', 'shop/macros.sql', 2],
      ['outer', 'models/m.sql', 2],
    ]);
  });

  it('never reaches the insides of JavaScript', () => {
    for (const name of ['constructor', '__proto__', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', 'call'])
      for (const value of ["'x'", '[]', '{}', '1', 'ref', 'this_', 'target', 'adapter', "ref('a')", 'loop'])
        expect(
          render(
            `{{ (${value}).${name} is defined }}{{ (${value})['${name}'] is defined }}`,
            hostOf({}, { execute: false }),
          ).text,
        ).toBe('FalseFalse');
  });
});
