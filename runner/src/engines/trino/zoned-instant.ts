const TEXT = /^([+-]?\d{4,})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d+))? (\S+)$/;
const OFFSET = /^([+-])(\d\d):(\d\d)$/;

/**
 * The moment that a `timestamp with time zone` names, to the millisecond: `2024-01-02 03:04:05.678 Europe/Berlin`. In the hour that
 * a zone passes twice, the first of both. A text that is none of these stays what it is.
 */
export function zonedInstant(text: string): Date | string {
  const parts = TEXT.exec(text);
  if (parts === null) return text;
  const [, year, month, day, hour, minute, second, fraction = '', zone] = parts;
  const wall = new Date(0);
  wall.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  wall.setUTCHours(Number(hour), Number(minute), Number(second), Number(fraction.padEnd(3, '0').slice(0, 3)));
  const offset = offsetOf(zone!, wall.getTime());
  return offset === undefined || Number.isNaN(wall.getTime()) ? text : new Date(wall.getTime() - offset);
}

/** Milliseconds that a zone's clock is ahead of UTC when it shows `wall`; undefined for a zone that nobody knows. */
function offsetOf(zone: string, wall: number): number | undefined {
  if (zone === 'UTC' || zone === 'Z') return 0;
  const fixed = OFFSET.exec(zone);
  if (fixed !== null) return (fixed[1] === '-' ? -1 : 1) * (Number(fixed[2]) * 60 + Number(fixed[3])) * 60_000;
  const clock = clockOf(zone);
  if (clock === undefined) return undefined;
  // the offset in force a day before and after bracket any change; the earlier moment that shows this clock is meant
  const candidates = [clock(wall - 86_400_000), clock(wall + 86_400_000)];
  const fitting = candidates.filter((offset) => clock(wall - offset) === offset);
  return Math.max(...(fitting.length > 0 ? fitting : candidates));
}

const clocks = new Map<string, ((moment: number) => number) | undefined>();

/** What tells a zone's offset at a moment. */
function clockOf(zone: string): ((moment: number) => number) | undefined {
  if (!clocks.has(zone)) clocks.set(zone, makeClock(zone));
  return clocks.get(zone);
}

function makeClock(timeZone: string): ((moment: number) => number) | undefined {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    return undefined;
  }
  return (moment) => {
    const shown = new Map(format.formatToParts(moment).map(({ type, value }) => [type, Number(value)]));
    const of = (type: string): number => shown.get(type as Intl.DateTimeFormatPartTypes) ?? 0;
    const wall = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
    return wall - Math.floor(moment / 1000) * 1000;
  };
}
