import { describe, expect, it } from 'vitest';
import { CronTimes } from '../../src/schedule/cron.js';

/** The next `count` times after one. */
function times(cron: CronTimes, after: string, count: number): string[] {
  const found: string[] = [];
  for (let time: Date | undefined = new Date(after); found.length < count; ) {
    time = cron.next(time!);
    found.push(time!.toISOString().replace(':00.000Z', 'Z'));
  }
  return found;
}

describe('due times', () => {
  it('are later than the time that is asked from', () => {
    const cron = new CronTimes('0 */6 * * *', 'UTC');
    expect(times(cron, '2026-01-01T05:59:59.999Z', 2)).toEqual(['2026-01-01T06:00Z', '2026-01-01T12:00Z']);
    expect(times(cron, '2026-01-01T06:00:00.000Z', 1)).toEqual(['2026-01-01T12:00Z']);
    expect(times(cron, '2026-01-01T06:00:00.001Z', 1)).toEqual(['2026-01-01T12:00Z']);
  });

  it('are merged into the latest, with their number', () => {
    const cron = new CronTimes('0 */6 * * *', 'UTC');
    const due = (after: string, until: string) => cron.due(new Date(after), new Date(until));
    expect(due('2026-01-01T06:00:00Z', '2026-01-01T11:59:59Z')).toBeUndefined();
    expect(due('2026-01-01T06:00:00Z', '2026-01-01T12:00:00Z')).toEqual({
      latest: new Date('2026-01-01T12:00:00Z'),
      count: 1,
    });
    expect(due('2026-01-01T06:00:00Z', '2026-01-03T07:00:00Z')).toEqual({
      latest: new Date('2026-01-03T06:00:00Z'),
      count: 8,
    });
  });

  it('are found at once after a long time, when there are very many', () => {
    const cron = new CronTimes('*/2 * * * * *', 'UTC');
    const began = performance.now();
    const due = cron.due(new Date('2016-01-01T00:00:00Z'), new Date('2026-01-01T00:00:01.500Z'));
    expect(due).toEqual({ latest: new Date('2026-01-01T00:00:00Z'), count: 1000 });
    expect(performance.now() - began).toBeLessThan(2000);
    expect(cron.due(new Date('2016-01-01T00:00:00Z'), new Date('2026-01-01T00:00:02Z'))?.latest).toEqual(
      new Date('2026-01-01T00:00:02Z'),
    );
  });

  it('follow the clocks of a time zone: a fixed time in the gap comes at its end, a repeated one once', () => {
    const cron = new CronTimes('30 2 * * *', 'Europe/Berlin');
    expect(times(cron, '2026-03-28T00:00:00Z', 3)).toEqual([
      '2026-03-28T01:30Z',
      '2026-03-29T01:00Z', // 02:30 does not exist; 03:00 is 01:00 UTC
      '2026-03-30T00:30Z',
    ]);
    expect(times(cron, '2026-10-24T12:00:00Z', 3)).toEqual([
      '2026-10-25T00:30Z',
      '2026-10-26T01:30Z',
      '2026-10-27T01:30Z',
    ]);
  });

  it('of a list of fixed times keep to that rule', () => {
    const cron = new CronTimes('30 2,14 * * *', 'Europe/Berlin');
    expect(times(cron, '2026-03-29T00:00:00Z', 2)).toEqual(['2026-03-29T01:00Z', '2026-03-29T12:30Z']);
    expect(times(cron, '2026-10-25T00:00:00Z', 2)).toEqual(['2026-10-25T00:30Z', '2026-10-25T13:30Z']);
  });

  it('of a step go on through the repeated hour, and keep to the clock on the wall', () => {
    expect(times(new CronTimes('*/30 * * * *', 'Europe/Berlin'), '2026-10-25T00:00:00Z', 4)).toEqual([
      '2026-10-25T00:30Z',
      '2026-10-25T01:00Z',
      '2026-10-25T01:30Z',
      '2026-10-25T02:00Z',
    ]);
    expect(times(new CronTimes('0 */6 * * *', 'Europe/Berlin'), '2026-10-24T20:00:00Z', 3)).toEqual([
      '2026-10-24T22:00Z', // midnight of summer time
      '2026-10-25T05:00Z', // six o'clock of winter time, seven hours later
      '2026-10-25T11:00Z',
    ]);
  });

  it('take the usual forms', () => {
    expect(times(new CronTimes('@daily', 'UTC'), '2026-01-01T00:00:00Z', 1)).toEqual(['2026-01-02T00:00Z']);
    expect(times(new CronTimes(' 0 9 * * mon-fri ', 'UTC'), '2026-01-02T10:00:00Z', 1)).toEqual(['2026-01-05T09:00Z']);
  });
});

describe('an expression or a time zone that is none', () => {
  it.each([
    ['often', 'TSD1981', /^"often" is no cron expression: /],
    ['61 * * * *', 'TSD1981', /^"61 \* \* \* \*" is no cron expression: .*61/],
    ['* * *', 'TSD1981', /three|exactly five/],
    ['0 0 30 2 *', 'TSD1981', /^"0 0 30 2 \*" names no time to come$/],
  ])('%s', (expression, code, message) => {
    expect(() => new CronTimes(expression, 'UTC')).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });

  it('Mars/Phobos', () => {
    expect(() => new CronTimes('@daily', 'Mars/Phobos')).toThrow(
      expect.objectContaining({ code: 'TSD1982', message: 'no time zone "Mars/Phobos"' }),
    );
  });
});
