import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from '../../src/schedule/duration.js';

describe('durations', () => {
  it.each([
    ['60s', 60_000],
    ['2h30m', 9_000_000],
    ['1.5m', 90_000],
    ['250ms', 250],
    ['1d', 86_400_000],
    ['0', 0],
  ])('%s', (text, milliseconds) => expect(parseDuration(text)).toBe(milliseconds));

  it.each(['', '60', 's', '-1s', '1 s', '1s2', '1w', 'ten'])('not "%s"', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  it.each([
    [420, '0.4s'],
    [59_900, '59.9s'],
    [245_000, '4m 05s'],
    [7_380_000, '2h 03m'],
    [90_000_000, '25h 00m'],
  ])('%d ms is written %s', (milliseconds, text) => expect(formatDuration(milliseconds)).toBe(text));
});
