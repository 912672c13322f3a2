import { typeFailure, valueFailure } from '../failure.js';
import { defineFunction } from '../signature.js';
import { PyFloat, type TemplateFunction, TemplateObject, type TemplateValue, text, typeName } from '../values.js';
import { DateTimeValue, DateValue, fields, formatOffset, TimeDelta, wallOf, zoneOf } from './datetime.js';
import { StaticObject } from './static-object.js';
import { strptime, weekStart, zoneOfOffset } from './strftime.js';
import { TimeValue, timeClass } from './time-value.js';
import { fixedZone, utc, zoneNamed, zoneNames } from './zone.js';

function int(value: TemplateValue | undefined, otherwise?: number): number {
  if (typeof value === 'number') return value;
  if (value === undefined && otherwise !== undefined) return otherwise;
  throw typeFailure(`an int is needed, not ${typeName(value ?? null)}`);
}

function float(value: TemplateValue | undefined): number {
  if (value === undefined) return 0;
  return value instanceof PyFloat ? value.value : int(value);
}

function nowMicros(): bigint {
  return BigInt(Math.round((performance.timeOrigin + performance.now()) * 1000));
}

/** Python's local zone: templates run in UTC wherever the machine stands, so that results do not depend on it. */
const localNow = (): DateTimeValue => new DateTimeValue(nowMicros(), undefined);
const midnight = (wall: bigint): bigint => {
  const f = fields(wall);
  return wallOf(f.year, f.month, f.day);
};

const dayMicros = 86_400_000_000n;

/** Midnight of a day that is counted from 1 January of the year 1. */
const ofOrdinal = (days: number): bigint => BigInt(days - 719_163) * dayMicros;

const ofIsoCalendar = ([year, week, weekday]: readonly (TemplateValue | undefined)[]): bigint =>
  weekStart(int(year), int(week)) + BigInt(int(weekday) - 1) * dayMicros;

const isoPattern =
  /^(\d{4})-?(\d{2})-?(\d{2})(?:[T ](\d{2})(?::?(\d{2}))?(?::?(\d{2})(?:[.,](\d{1,6}))?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

/** Python's `datetime.fromisoformat`. */
export function fromIso(value: string): DateTimeValue {
  const found = isoPattern.exec(value);
  if (found === null) throw valueFailure(`"${value}" is no ISO date or time`);
  const [, y, mo, d, h = '0', mi = '0', s = '0', us = '0', zone] = found;
  const wall = wallOf(Number(y), Number(mo), Number(d), Number(h), Number(mi), Number(s), Number(us.padEnd(6, '0')));
  return new DateTimeValue(wall, zone === undefined ? undefined : zoneOfOffset(zone));
}

const datetimeClass = new StaticObject(
  'datetime',
  [
    defineFunction('now(tz?)', ([zone]) => {
      const given = zoneOf(zone);
      return given === undefined ? localNow() : DateTimeValue.at(nowMicros(), given);
    }),
    defineFunction('utcnow()', localNow),
    defineFunction('today()', localNow),
    defineFunction('strptime(date_string, format)', ([value, format]) => strptime(text(value!), text(format!))),
    defineFunction('strftime(dt, format)', ([value, format], args) =>
      callAttribute(value!, 'strftime', [format!], args.site),
    ),
    defineFunction('fromisoformat(date_string)', ([value]) => fromIso(text(value!))),
    defineFunction('fromtimestamp(timestamp, tz?)', ([seconds, zone]) => {
      const moment = BigInt(Math.round(float(seconds) * 1e6));
      const given = zoneOf(zone);
      return given === undefined ? new DateTimeValue(moment, undefined) : DateTimeValue.at(moment, given);
    }),
    defineFunction('combine(date, time, tzinfo?)', ([date, time, zone]) => {
      if (!(date instanceof DateValue) || !(time instanceof TimeValue))
        throw typeFailure('combine() needs a date and a time');
      return new DateTimeValue(midnight(date.wall) + time.micros, zone === undefined ? time.zone : zoneOf(zone));
    }),
    defineFunction(
      'utcfromtimestamp(timestamp)',
      ([seconds]) => new DateTimeValue(BigInt(Math.round(float(seconds) * 1e6)), undefined),
    ),
    defineFunction('fromordinal(ordinal)', ([days]) => new DateTimeValue(ofOrdinal(int(days)), undefined)),
    defineFunction('fromisocalendar(year, week, day)', (bound) => new DateTimeValue(ofIsoCalendar(bound), undefined)),
  ],
  defineFunction(
    'datetime(year, month, day, hour?, minute?, second?, microsecond?, tzinfo?)',
    ([y, mo, d, h, mi, s, us, zone]) =>
      new DateTimeValue(wallOf(int(y), int(mo), int(d), int(h, 0), int(mi, 0), int(s, 0), int(us, 0)), zoneOf(zone)),
  ),
  new Map<string, TemplateValue>([
    ['min', new DateTimeValue(wallOf(1, 1, 1), undefined)],
    ['max', new DateTimeValue(wallOf(9999, 12, 31, 23, 59, 59, 999_999), undefined)],
    ['resolution', new TimeDelta(1n)],
  ]),
);

const dateClass = new StaticObject(
  'date',
  [
    defineFunction('today()', () => new DateValue(midnight(nowMicros()))),
    defineFunction('fromisoformat(date_string)', ([value]) => {
      const [, year, week, weekday = '1'] = /^(\d{4})-?W(\d\d)(?:-?([1-7]))?$/.exec(text(value!)) ?? [];
      if (year !== undefined) return new DateValue(ofIsoCalendar([Number(year), Number(week), Number(weekday)]));
      return new DateValue(midnight(fromIso(text(value!)).wall));
    }),
    defineFunction('fromordinal(ordinal)', ([days]) => new DateValue(ofOrdinal(int(days)))),
    defineFunction('fromisocalendar(year, week, day)', (bound) => new DateValue(ofIsoCalendar(bound))),
    defineFunction('fromtimestamp(timestamp)', ([s]) => new DateValue(midnight(BigInt(Math.round(float(s) * 1e6))))),
  ],
  defineFunction('date(year, month, day)', ([y, m, d]) => new DateValue(wallOf(int(y), int(m), int(d)))),
  new Map<string, TemplateValue>([
    ['min', new DateValue(wallOf(1, 1, 1))],
    ['max', new DateValue(wallOf(9999, 12, 31))],
    ['resolution', new TimeDelta(86_400_000_000n)],
  ]),
);

const timedeltaClass = new StaticObject(
  'timedelta',
  [],
  defineFunction(
    'timedelta(days?, seconds?, microseconds?, milliseconds?, minutes?, hours?, weeks?)',
    ([d, s, us, ms, mi, h, w]) => {
      const seconds = float(d) * 86_400 + float(s) + float(mi) * 60 + float(h) * 3600 + float(w) * 604_800;
      return new TimeDelta(BigInt(Math.round(seconds * 1e6 + float(ms) * 1e3 + float(us))));
    },
  ),
  new Map<string, TemplateValue>([
    ['min', new TimeDelta(-999_999_999n * 86_400_000_000n)],
    ['max', new TimeDelta(1_000_000_000n * 86_400_000_000n - 1n)],
    ['resolution', new TimeDelta(1n)],
  ]),
);

const timezoneClass = new StaticObject(
  'timezone',
  [],
  defineFunction('timezone(offset)', ([offset]) => {
    if (!(offset instanceof TimeDelta)) throw typeFailure('timezone() needs a timedelta');
    return zoneOfOffset(formatOffset(Number(offset.micros / 60_000_000n), ':'));
  }),
  new Map<string, TemplateValue>([['utc', utc]]),
);

/** `modules.datetime` */
export const datetimeModule = new StaticObject(
  'module datetime',
  [],
  undefined,
  new Map<string, TemplateValue>([
    ['datetime', datetimeClass],
    ['date', dateClass],
    ['time', timeClass],
    ['timedelta', timedeltaClass],
    ['timezone', timezoneClass],
  ]),
).asDict();

/** `modules.pytz` */
export const pytzModule = () =>
  new StaticObject(
    'module pytz',
    [
      defineFunction('timezone(zone)', ([name]) => zoneNamed(text(name!))),
      defineFunction('FixedOffset(offset)', ([minutes]) =>
        fixedZone(`pytz.FixedOffset(${int(minutes)})`, int(minutes)),
      ),
    ],
    undefined,
    new Map<string, TemplateValue>([
      ['utc', utc],
      ['UTC', utc],
      ['all_timezones', [...zoneNames()]],
      ['common_timezones', [...zoneNames()]],
    ]),
  ).asDict();

function callAttribute(
  value: TemplateValue,
  name: string,
  positional: readonly TemplateValue[],
  site: Parameters<NonNullable<TemplateFunction['call']>>[0]['site'],
) {
  const method = value instanceof TemplateObject ? value.getAttribute(name) : undefined;
  if (!(method instanceof TemplateObject) || method.call === undefined)
    throw typeFailure(`${typeName(value)} has no ${name}()`);
  return method.call({ positional, named: new Map(), site });
}
