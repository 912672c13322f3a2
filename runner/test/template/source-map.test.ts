import { describe, expect, it } from 'vitest';
import { formatPlace } from '../../src/errors/source-text.js';
import { hostOf, render } from './context.js';

const macros = {
  shop: [
    '{% macro cents(column) %}',
    '  ({{ column }} / 100)',
    '{% endmacro %}',
    '{% macro wrap() %}<{{ caller() }}>{% endmacro %}',
    '{% macro both(a) %}{{ cents(a) }}{% endmacro %}',
  ].join('\n'),
};

/** Where a piece of the output came from: the place, what stands there, and the macros it came through. */
function origin(template: string, piece: string): [string, string, string[]] {
  const { text, map } = render(template, hostOf(macros));
  const at = text.indexOf(piece);
  expect(at, text).toBeGreaterThanOrEqual(0);
  const found = map.lookup(at, piece.length)!;
  const { source, start, end } = found.place;
  return [formatPlace(found.place), source.text.slice(start, end), found.via.map((v) => v.label)];
}

describe('every part of a rendered text has its place in a source file', () => {
  it('maps text one to one, and printed values to their expression', () => {
    expect(origin('select a,\n  {{ 1 + 1 }} as two', 'as two')).toEqual(['models/m.sql:2:15', 'as two', []]);
    expect(origin('select a,\n  {{ 1 + 1 }} as two', '2')).toEqual(['models/m.sql:2:3', '{{ 1 + 1 }}', []]);
  });

  it('maps what a macro printed into the macro file', () => {
    expect(origin("select {{ cents('x') }} from t", '/ 100')).toEqual(['shop/macros.sql:2:17', '/ 100', ['cents']]);
    expect(origin("select {{ cents('x') }} from t", ' from t')).toEqual(['models/m.sql:1:24', ' from t', []]);
    expect(origin("select {{ both('x') }}", '/ 100')).toEqual(['shop/macros.sql:2:17', '/ 100', ['cents', 'both']]);
  });

  it('keeps places through trim, ~, join, set blocks and call blocks', () => {
    expect(origin("{{ cents('x') | trim }}", '/ 100')).toEqual(['shop/macros.sql:2:17', '/ 100', ['cents']]);
    expect(origin("{{ cents('x').strip() ~ ' as y' }}", '/ 100')).toEqual(['shop/macros.sql:2:17', '/ 100', ['cents']]);
    expect(origin("{% set x %}a {{ cents('x') }} b{% endset %}select {{ x }}", '/ 100')[0]).toBe(
      'shop/macros.sql:2:17',
    );
    expect(origin('{% set x %}some text{% endset %}select {{ x }}', 'text')).toEqual(['models/m.sql:1:17', 'text', []]);
    expect(origin('{% call wrap() %}inside{% endcall %}', 'side')).toEqual(['models/m.sql:1:20', 'side', []]);
    expect(origin('{% call wrap() %}inside{% endcall %}', '>')).toEqual(['shop/macros.sql:4:34', '>', ['wrap']]);
  });

  it('maps exactly in files with carriage returns', () => {
    const { text, map } = render('select 1,\r\n  2 as b\r\nfrom t\r\n');
    expect(text).toBe('select 1,\n  2 as b\nfrom t');
    expect(formatPlace(map.lookup(text.indexOf('from'))!.place)).toBe('models/m.sql:3:1');
  });
});
