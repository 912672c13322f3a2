import { describe, expect, it } from 'vitest';
import { fUpperTail } from './f-distribution.js';
import { normalCdf, normalQuantile, normalTwoSidedP } from './normal.js';
import { incompleteBeta, logGamma } from './special-functions.js';
import { studentCdf, studentQuantile } from './student-t.js';

/** Relative to the expected value, so that tails count as much as centres. */
function close(actual: number, expected: number, tolerance = 1e-11): void {
  expect(Math.abs(actual - expected) / Math.max(Math.abs(expected), 1e-300)).toBeLessThan(tolerance);
}

describe('special functions agree with scipy 1.17', () => {
  it.each([
    [0.2, 1.5240638224307845],
    [3.7, 1.428072326665388],
    [150.5, 602.5139548705853],
  ])('logGamma(%f)', (x, expected) => close(logGamma(x), expected));

  it.each([
    [0.3, 2, 5, 0.5798250000000004],
    [0.9, 0.5, 0.5, 0.7951672353008665],
    [0.01, 100, 3, 5.0495050000000105e-197],
    [0.5, 2000, 2010, 0.5627452432205587],
  ])('incompleteBeta(%f, %f, %f)', (x, a, b, expected) => close(incompleteBeta(x, a, b), expected, 2e-11));
});

describe('distributions agree with scipy 1.17', () => {
  it.each([
    [-8, 6.22096057427174e-16],
    [-3, 0.0013498980316300933],
    [-1.5, 0.06680720126885807],
    [0, 0.5],
    [0.3, 0.6179114221889526],
    [2.5, 0.9937903346742238],
  ])('normalCdf(%f)', (z, expected) => close(normalCdf(z), expected));

  it.each([
    [1e-10, -6.361340902404056],
    [0.001, -3.090232306167813],
    [0.025, -1.9599639845400545],
    [0.3, -0.5244005127080409],
    [0.975, 1.959963984540054],
    [0.9999, 3.719016485455709],
  ])('normalQuantile(%f)', (p, expected) => close(normalQuantile(p), expected, 1e-13));

  it('keeps its digits far out', () => close(normalTwoSidedP(8), 2 * 6.22096057427174e-16));

  it.each([
    [-2.5, 3, 0.04385332350403278],
    [0.7, 10.5, 0.7504285727834135],
    [1.96, 1000, 0.9748634075221256],
    [12, 2, 0.9965635331614208],
    [-5, 30000, 2.8826583432946554e-7],
  ])('studentCdf(%f, %f)', (t, df, expected) => close(studentCdf(t, df), expected, 1e-9));

  it.each([
    [0.975, 3, 3.1824463052837078],
    [0.975, 1, 12.706204736174694],
    [0.9, 7.3, 1.4089223177480423],
    [0.01, 30, -2.4572615424005915],
    [0.995, 1e5, 2.575878469908375],
  ])('studentQuantile(%f, %f)', (p, df, expected) => close(studentQuantile(p, df), expected, 1e-9));

  it.each([
    [3.2, 2, 14, 0.0716943741176238],
    [0.5, 4, 9, 0.7369898721925505],
    [25, 1, 500, 7.94641504790956e-7],
  ])('fUpperTail(%f, %f, %f)', (f, df1, df2, expected) => close(fUpperTail(f, df1, df2), expected, 1e-10));
});
