import { describe, expect, it } from 'vitest';
import { splitStatements } from '../../../src/engines/split-statements.js';
import { parseLossless } from '../../../src/engines/trino/lossless-json.js';
import { retryDelay } from '../../../src/engines/trino/retry-delay.js';
import { zonedInstant } from '../../../src/engines/trino/zoned-instant.js';

describe('JSON with long integers', () => {
  it('is read without rounding them', () => {
    expect(parseLossless('[9007199254740993,-9223372036854775808,12,1.5]')).toEqual([
      '9007199254740993',
      '-9223372036854775808',
      12,
      1.5,
    ]);
    expect(parseLossless('{"k":{"9007199254740993":9007199254740993}}')).toEqual({
      k: { '9007199254740993': '9007199254740993' },
    });
  });

  it('leaves digits in texts and behind decimal points alone', () => {
    expect(
      parseLossless(
        '["12345678901234567890","a\\"12345678901234567890,",0.12345678901234567,1.0E100,12345678901234567e2]',
      ),
    ).toEqual([
      '12345678901234567890',
      'a"12345678901234567890,',
      Number('0.12345678901234567'),
      1e100,
      Number('12345678901234567e2'),
    ]);
  });

  it('may be large', () => {
    const text = `["${'x\\"'.repeat(3_000_000)}",9007199254740993]`;
    const [long, number] = parseLossless(text) as [string, string];
    expect([long.length, number]).toEqual([6_000_000, '9007199254740993']);
  });

  it('that breaks off is an error', () => {
    expect(() => parseLossless('[9007199254740993,"abc')).toThrow(SyntaxError);
  });
});

describe('a moment with its zone', () => {
  it.each([
    ['2024-01-02 03:04:05.678901 UTC', '2024-01-02T03:04:05.678Z'],
    ['2024-01-02 03:04:05 +02:30', '2024-01-02T00:34:05.000Z'],
    ['2024-01-02 03:04:05.5 -08:00', '2024-01-02T11:04:05.500Z'],
    ['2024-07-02 03:04:05 Europe/Berlin', '2024-07-02T01:04:05.000Z'],
    ['2024-01-02 03:04:05 Europe/Berlin', '2024-01-02T02:04:05.000Z'],
    // the clock shows 02:30 twice on that day: the first is meant
    ['2024-10-27 02:30:00 Europe/Berlin', '2024-10-27T00:30:00.000Z'],
    ['2024-11-03 01:30:00 America/New_York', '2024-11-03T05:30:00.000Z'],
    ['1969-12-31 23:59:59.999 UTC', '1969-12-31T23:59:59.999Z'],
    ['0044-03-15 12:00:00 UTC', '0044-03-15T12:00:00.000Z'],
  ])('%s is %s', (text, expected) => {
    expect((zonedInstant(text) as Date).toISOString()).toBe(expected);
  });

  it('of an unknown zone stays a text', () => {
    expect(zonedInstant('2024-01-02 03:04:05 Mars/Base')).toBe('2024-01-02 03:04:05 Mars/Base');
  });
});

describe('the wait before a request is sent again', () => {
  it('doubles, is never less than half of that, and never more than half a minute', () => {
    for (const [attempt, full] of [
      [0, 100],
      [3, 800],
      [20, 30_000],
    ] as const) {
      const delay = retryDelay(attempt, 100);
      expect(delay).toBeGreaterThanOrEqual(full / 2);
      expect(delay).toBeLessThanOrEqual(full);
    }
  });

  it('is at least what the server asks for, in seconds or by the clock', () => {
    expect(retryDelay(0, 1, '7')).toBe(7000);
    expect(retryDelay(0, 1, new Date(61_000).toUTCString(), 50_000)).toBe(11_000);
    expect(retryDelay(0, 1, '3600')).toBe(30_000);
    expect(retryDelay(0, 1, 'soon')).toBeLessThanOrEqual(1);
  });
});

describe('statements in one text', () => {
  it('are cut at semicolons that are not part of a text, a name or a comment', () => {
    const sql = `select ';' as "a;b" -- one; two\n; /* ; */ ;select 'it''s; fine'`;
    expect(splitStatements(sql).map(({ text }) => text.trim())).toEqual([
      `select ';' as "a;b" -- one; two`,
      `select 'it''s; fine'`,
    ]);
    for (const { text, start } of splitStatements(sql)) expect(sql.slice(start, start + text.length)).toBe(text);
  });
});
