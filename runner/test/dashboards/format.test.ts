import { describe, expect, it } from 'vitest';
import { linearScale, parseTime, roundStep, timeScale } from '../../src/dashboards/charts/scale.js';
import { textWidth, truncate } from '../../src/dashboards/charts/svg.js';
import { formatCell } from '../../src/dashboards/format.js';

describe('values as people read them', () => {
  it.each([
    [1234567, {}, '1,234,567'],
    [-0.004, { format: 'number' }, '0.00'],
    [-12.5, { format: 'number', digits: 1 }, '−12.5'],
    [0.127, { format: 'percent' }, '13 %'],
    [0.0127, { format: 'percent' }, '1.3 %'],
    [0, { format: 'percent' }, '0 %'],
    [0.25, { format: 'signed' }, '+0.25'],
    [-0.25, { format: 'signed_percent' }, '−25 %'],
    [3.2199, {}, '3.22'],
    [0.00012, {}, '0.0001'],
    [-0.0000003, {}, '−3.0e−7'],
    [120, { unit: 'BPM' }, '120 BPM'],
    [null, { unit: 'BPM' }, '–'],
    [Number.NaN, {}, '–'],
    [true, {}, 'yes'],
    ['2024-03-05', {}, '5 Mar 2024'],
    ['2024-03-05T00:00:00.000Z', {}, '5 Mar 2024'],
    ['2024-03-05T14:30:00.000Z', {}, '5 Mar 2024 14:30'],
    ['2024-03-05', { format: 'month' }, 'Mar 2024'],
    ['1 too many', {}, '1 too many'],
  ] as const)('%j with %j is "%s"', (value, options, text) => {
    expect(formatCell(value, options)).toBe(text);
  });
});

describe('scales', () => {
  it('have round ticks from end to end', () => {
    expect(linearScale([3, 97], [0, 100], 5).ticks).toEqual([0, 20, 40, 60, 80, 100]);
    expect(linearScale([-0.13, 0.12], [0, 100], 5).ticks).toEqual([-0.15, -0.1, -0.05, 0, 0.05, 0.1, 0.15]);
    expect(roundStep(0.031)).toBeCloseTo(0.05, 9);
  });

  it('know what to do with a single value', () => {
    const scale = linearScale([7, 7], [0, 100], 5);
    expect(scale.at(7)).toBeGreaterThan(0);
    expect(scale.at(7)).toBeLessThan(100);
  });

  it('put time ticks on days, Mondays, months and years', () => {
    const between = (from: string, to: string): string[] =>
      timeScale([parseTime(from)!, parseTime(to)!], [0, 100], 6).ticks.map((tick) =>
        new Date(tick).toISOString().slice(0, 10),
      );
    expect(between('2024-02-27', '2024-03-02')).toEqual([
      '2024-02-27',
      '2024-02-28',
      '2024-02-29',
      '2024-03-01',
      '2024-03-02',
    ]);
    expect(between('2024-01-01', '2024-02-10')).toEqual([
      '2024-01-01',
      '2024-01-08',
      '2024-01-15',
      '2024-01-22',
      '2024-01-29',
      '2024-02-05',
    ]);
    expect(between('2023-01-15', '2024-01-15')).toEqual([
      '2023-03-01',
      '2023-05-01',
      '2023-07-01',
      '2023-09-01',
      '2023-11-01',
      '2024-01-01',
    ]);
    expect(between('2012-01-01', '2024-01-01')).toEqual([
      '2012-01-01',
      '2014-01-01',
      '2016-01-01',
      '2018-01-01',
      '2020-01-01',
      '2022-01-01',
      '2024-01-01',
    ]);
  });

  it('read ISO times in UTC, and nothing else', () => {
    expect(parseTime('2024-03-05 01:00:00+02')).toBe(Date.UTC(2024, 2, 4, 23));
    expect(parseTime('2024-03-05')).toBe(Date.UTC(2024, 2, 5));
    expect(parseTime('5 March')).toBeNull();
    expect(parseTime(7)).toBeNull();
  });
});

describe('labels', () => {
  it('are cut to their room, whole characters only', () => {
    expect(truncate('short', 200)).toBe('short');
    const cut = truncate('音楽 and 🎸🎸🎸 and much more of it', 120);
    expect(cut.endsWith('…')).toBe(true);
    expect(textWidth(cut)).toBeLessThanOrEqual(120 + 12);
    expect([...cut].join('')).toBe(cut);
  });
});
