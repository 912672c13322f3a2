import { describe, expect, it } from 'vitest';
import { SourceText } from '../../src/errors/source-text.js';
import { DecimalValue } from '../../src/template/decimal.js';
import { scopeOf } from '../../src/template/frame.js';
import { parseTemplate } from '../../src/template/parse.js';
import { renderTemplate } from '../../src/template/render.js';

function rendered(expression: string): string {
  const scope = scopeOf({
    price: new DecimalValue('2.50'),
    seven: new DecimalValue('-7'),
    zero: new DecimalValue('0'),
  });
  return (renderTemplate(parseTemplate(new SourceText('m.sql', `{{ ${expression} }}`)), scope) as { text: string })
    .text;
}

/** What Python 3.11 gives for Decimal('2.50'), Decimal('-7') and Decimal('0'). */
const python: readonly [string, string][] = [
  ['price', '2.50'],
  ['[price]', "[Decimal('2.50')]"],
  ['price + 1', '3.50'],
  ['1 - price', '-1.50'],
  ['price * 100', '250.00'],
  ['price * price', '6.2500'],
  ['price / 2', '1.25'],
  ['price / seven', '-0.3571428571428571428571428571'],
  ['1 / seven', '-0.1428571428571428571428571429'],
  ['100 / price', '4E+1'],
  ['seven // price', '-2'],
  ['seven % price', '-2.00'],
  ['price ** 3', '15.625000'],
  ['price ** -2', '0.16'],
  ['-price', '-2.50'],
  ['seven | abs', '7'],
  ['[price, 1, seven] | sum', '-3.50'],
  ['price == 2.5', 'True'],
  ['price > 2', 'True'],
  ['1180591620717411303424 * price', '2951479051793528258560.00'],
  ['price * 10 ** 30', '2.500000000000000000000000000E+30'],
  ['price | float', '2.5'],
  ['(price | float) ** 0.5', '1.5811388300841898'],
  ['price | int', '2'],
  ['price | round', '2'],
  ['price | round(1)', '2.5'],
  ['price | round(4)', '2.5000'],
  ['price | string ~ "x"', '2.50x'],
  ['zero ** -1', 'Infinity'],
];

describe('numbers of a query with digits after the point', () => {
  it.each(python)('%s is what Python’s Decimal gives', (expression, expected) => {
    expect(rendered(expression)).toBe(expected);
  });

  it.each([
    ['price + 1.5', 'TSD2009'],
    ['1.5 * price', 'TSD2009'],
    ['price / zero', 'TSD2010'],
    ['price + "a"', 'TSD2009'],
  ])('%s is an error', (expression, code) => {
    expect(() => rendered(expression)).toThrow(expect.objectContaining({ code }));
  });
});
