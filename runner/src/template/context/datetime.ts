import { argumentFailure, typeFailure } from '../failure.js';
import { defineFunction } from '../signature.js';
import { PyFloat, TemplateObject, type TemplateValue, text } from '../values.js';
import { strftime } from './strftime.js';
import { TimeValue } from './time-value.js';
import {
  day,
  fields,
  floorDiv,
  isoCalendarOf,
  isoDate,
  isoTime,
  pad,
  second,
  timeSpec,
  timeTuple,
  wallOf,
} from './wall-clock.js';
import { utc, type Zone } from './zone.js';

export { fields, isoCalendar, isoDate, isoTime, timeSpec, wallOf } from './wall-clock.js';
export { utc } from './zone.js';

/** A span of time, in microseconds. */
export class TimeDelta extends TemplateObject {
  readonly typeName = 'timedelta';
  constructor(readonly micros: bigint) {
    super();
  }
  override attributeNames(): Iterable<string> {
    return ['days', 'seconds', 'microseconds', 'total_seconds'];
  }
  override getAttribute(name: string): TemplateValue | undefined {
    const days = floorDiv(this.micros, day);
    const rest = this.micros - days * day;
    if (name === 'days') return Number(days);
    if (name === 'seconds') return Number(rest / second);
    if (name === 'microseconds') return Number(rest % second);
    if (name === 'total_seconds')
      return defineFunction('total_seconds()', () => new PyFloat(Number(this.micros) / 1e6));
    return undefined;
  }
  override truthy(): boolean {
    return this.micros !== 0n;
  }
  override equals(other: TemplateValue): boolean {
    return other instanceof TimeDelta && other.micros === this.micros;
  }
  override compare(other: TemplateValue): number | undefined {
    if (!(other instanceof TimeDelta)) return undefined;
    return this.micros < other.micros ? -1 : this.micros > other.micros ? 1 : 0;
  }
  override operate(operator: string, other: TemplateValue, reflected: boolean): TemplateValue | undefined {
    if (operator === 'unary-') return new TimeDelta(-this.micros);
    if (operator === 'abs') return new TimeDelta(this.micros < 0n ? -this.micros : this.micros);
    if (operator === 'unary+') return this;
    if (other instanceof TimeDelta) {
      if (operator === '+') return new TimeDelta(this.micros + other.micros);
      if (operator === '-') return new TimeDelta(this.micros - other.micros);
      if (operator === '/' && other.micros !== 0n) return new PyFloat(Number(this.micros) / Number(other.micros));
      if (operator === '//' && other.micros !== 0n) return Number(floorDiv(this.micros, other.micros));
      if (operator === '%' && other.micros !== 0n)
        return new TimeDelta(this.micros - floorDiv(this.micros, other.micros) * other.micros);
      return undefined;
    }
    const factor = other instanceof PyFloat ? other.value : typeof other === 'number' ? other : undefined;
    if (factor === undefined) return undefined;
    if (operator === '*')
      return new TimeDelta(
        Number.isInteger(factor) ? this.micros * BigInt(factor) : BigInt(Math.round(Number(this.micros) * factor)),
      );
    if (reflected || factor === 0) return undefined;
    if (operator === '/') return new TimeDelta(BigInt(Math.round(Number(this.micros) / factor)));
    return operator === '//' && Number.isInteger(factor)
      ? new TimeDelta(floorDiv(this.micros, BigInt(factor)))
      : undefined;
  }
  toText(): string {
    const days = floorDiv(this.micros, day);
    const rest = this.micros - days * day;
    const time = isoTime(rest).replace(/^0/, '');
    return days === 0n ? time : `${days} day${days === 1n || days === -1n ? '' : 's'}, ${time}`;
  }
  override toRepr(): string {
    const days = floorDiv(this.micros, day);
    const rest = this.micros - days * day;
    const parts = [
      ['days', days],
      ['seconds', rest / second],
      ['microseconds', rest % second],
    ] as const;
    const given = parts.filter(([, value]) => value !== 0n).map(([name, value]) => `${name}=${value}`);
    return `datetime.timedelta(${given.length === 0 ? '0' : given.join(', ')})`;
  }
  override toHost(): unknown {
    return Number(this.micros) / 1e6;
  }
}

/** A calendar day. */
export class DateValue extends TemplateObject {
  readonly typeName: string = 'date';
  constructor(
    /** wall-clock microseconds since 1970-01-01, of midnight for a bare date */
    readonly wall: bigint,
  ) {
    super();
  }
  override attributeNames(): Iterable<string> {
    return [
      ...['year', 'month', 'day', 'strftime', 'isoformat', 'weekday', 'isoweekday', 'isocalendar', 'replace'],
      ...['ctime', 'timetuple', 'toordinal'],
    ];
  }
  override getAttribute(name: string): TemplateValue | undefined {
    switch (name) {
      case 'year':
      case 'month':
      case 'day':
        return fields(this.wall)[name];
      case 'strftime':
        return defineFunction('strftime(format)', ([format]) => strftime(this, text(format!)));
      case 'isoformat':
        return defineFunction('isoformat()', () => isoDate(this.wall));
      case 'weekday':
        return defineFunction('weekday()', () => fields(this.wall).weekday);
      case 'isoweekday':
        return defineFunction('isoweekday()', () => fields(this.wall).weekday + 1);
      case 'isocalendar':
        return defineFunction('isocalendar()', () => isoCalendarOf(this.wall));
      case 'ctime':
        return defineFunction('ctime()', () => strftime(this, '%c'));
      case 'timetuple':
      case 'utctimetuple':
        return defineFunction(`${name}()`, () => timeTuple(this.wall, name === 'utctimetuple' ? 0 : -1));
      case 'toordinal':
        return defineFunction('toordinal()', () => Number(floorDiv(this.wall, day)) + 719_163);
      case 'replace':
        return defineFunction('replace(year?, month?, day?)', ([y, m, d]) => {
          const f = fields(this.wall);
          return new DateValue(wallOf(intOr(y, f.year), intOr(m, f.month), intOr(d, f.day)));
        });
      default:
        return undefined;
    }
  }
  override equals(other: TemplateValue): boolean {
    return other instanceof DateValue && !(other instanceof DateTimeValue) && other.wall === this.wall;
  }
  override compare(other: TemplateValue): number | undefined {
    if (!(other instanceof DateValue) || other instanceof DateTimeValue) return undefined;
    return this.wall < other.wall ? -1 : this.wall > other.wall ? 1 : 0;
  }
  override operate(operator: string, other: TemplateValue, reflected: boolean): TemplateValue | undefined {
    if (operator === 'format') return strftime(this, text(other));
    if (other instanceof TimeDelta) {
      const days = floorDiv(other.micros, day) * day;
      if (operator === '+') return new DateValue(this.wall + days);
      return operator === '-' && !reflected ? new DateValue(this.wall - days) : undefined;
    }
    if (operator === '-' && other instanceof DateValue && !(other instanceof DateTimeValue) && !reflected)
      return new TimeDelta(this.wall - other.wall);
    return undefined;
  }
  toText(): string {
    return isoDate(this.wall);
  }
  override toRepr(): string {
    const f = fields(this.wall);
    return `datetime.date(${f.year}, ${f.month}, ${f.day})`;
  }
  override toHost(): unknown {
    return this.toText();
  }
}

function intOr(value: TemplateValue | undefined, otherwise: number): number {
  if (value === undefined || value === null) return otherwise;
  if (typeof value !== 'number') throw typeFailure('fields of a date are ints');
  return value;
}

/** A date and time, with a zone or without. */
export class DateTimeValue extends DateValue {
  override readonly typeName = 'datetime';
  constructor(
    wall: bigint,
    readonly zone: Zone | undefined,
  ) {
    super(wall);
  }

  /** The moment in UTC; a time without zone counts as UTC. */
  get moment(): bigint {
    return this.wall - BigInt((this.zone?.offsetOfWall(this.wall) ?? 0) * 60) * second;
  }
  static at(moment: bigint, zone: Zone): DateTimeValue {
    const own = zone.at(moment);
    return new DateTimeValue(moment + BigInt(own.offsetOfWall(moment) * 60) * second, own);
  }

  override attributeNames(): Iterable<string> {
    return [
      ...super.attributeNames(),
      'hour',
      'minute',
      'second',
      'microsecond',
      'date',
      'time',
      'timestamp',
      'astimezone',
      'tzinfo',
      ...['utcoffset', 'timetz', 'tzname', 'dst'],
    ];
  }

  override getAttribute(name: string): TemplateValue | undefined {
    switch (name) {
      case 'hour':
      case 'minute':
      case 'second':
      case 'microsecond':
        return fields(this.wall)[name];
      case 'tzinfo':
        return this.zone ?? null;
      case 'date':
        return defineFunction('date()', () => new DateValue(floorDiv(this.wall, day) * day));
      case 'time':
        return defineFunction('time()', () => new TimeValue(this.wall - floorDiv(this.wall, day) * day));
      case 'timetz':
        return defineFunction('timetz()', () => new TimeValue(this.wall - floorDiv(this.wall, day) * day, this.zone));
      case 'tzname':
        return defineFunction('tzname()', () => this.zone?.abbreviation ?? null);
      case 'dst':
        return defineFunction('dst()', () =>
          this.zone === undefined ? null : new TimeDelta(BigInt((this.zone.fixed?.summer ?? 0) * 60) * second),
        );
      case 'timestamp':
        return defineFunction('timestamp()', () => new PyFloat(Number(this.moment) / 1e6));
      case 'utcoffset':
        return defineFunction('utcoffset()', () =>
          this.zone === undefined ? null : new TimeDelta(BigInt(this.zone.offsetOfWall(this.wall) * 60) * second),
        );
      case 'isoformat':
        return defineFunction('isoformat(sep?, timespec?)', ([separator, spec]) =>
          this.iso(separator === undefined ? 'T' : text(separator), spec),
        );
      case 'astimezone':
        return defineFunction('astimezone(tz?)', ([zone]) => DateTimeValue.at(this.moment, zoneOf(zone) ?? utc));
      case 'replace':
        return defineFunction(
          'replace(year?, month?, day?, hour?, minute?, second?, microsecond?, tzinfo?)',
          ([y, mo, d, h, mi, s, us, zone]) => {
            const f = fields(this.wall);
            const wall = wallOf(
              ...([intOr(y, f.year), intOr(mo, f.month), intOr(d, f.day)] as const),
              ...[intOr(h, f.hour), intOr(mi, f.minute), intOr(s, f.second), intOr(us, f.microsecond)],
            );
            return new DateTimeValue(wall, zone === undefined ? this.zone : zoneOf(zone));
          },
        );
      default:
        return super.getAttribute(name);
    }
  }

  /** The same in another zone, for zones that find out which. */
  in(wall: bigint, zone: Zone): DateTimeValue {
    return new DateTimeValue(wall, zone);
  }

  iso(separator: string, spec?: TemplateValue): string {
    const offset = this.zone === undefined ? '' : formatOffset(this.zone.offsetOfWall(this.wall), ':');
    return `${isoDate(this.wall)}${separator}${timeSpec(this.wall, spec)}${offset}`;
  }
  override equals(other: TemplateValue): boolean {
    return (
      other instanceof DateTimeValue &&
      (other.zone === undefined) === (this.zone === undefined) &&
      other.moment === this.moment
    );
  }
  override compare(other: TemplateValue): number | undefined {
    if (!(other instanceof DateTimeValue)) return undefined;
    if ((other.zone === undefined) !== (this.zone === undefined))
      throw typeFailure('a datetime with a zone and one without cannot be compared');
    return this.moment < other.moment ? -1 : this.moment > other.moment ? 1 : 0;
  }
  override operate(operator: string, other: TemplateValue, reflected: boolean): TemplateValue | undefined {
    if (operator === 'format') return strftime(this, text(other));
    if (other instanceof TimeDelta) {
      if (operator === '+') return new DateTimeValue(this.wall + other.micros, this.zone);
      return operator === '-' && !reflected ? new DateTimeValue(this.wall - other.micros, this.zone) : undefined;
    }
    if (operator === '-' && other instanceof DateTimeValue && !reflected) {
      if ((other.zone === undefined) !== (this.zone === undefined))
        throw typeFailure('a datetime with a zone and one without have no distance');
      return new TimeDelta(this.moment - other.moment);
    }
    return undefined;
  }
  override toText(): string {
    return this.iso(' ');
  }
  override toRepr(): string {
    const f = fields(this.wall);
    const parts = [f.year, f.month, f.day, f.hour, f.minute, ...(f.second > 0 || f.microsecond > 0 ? [f.second] : [])];
    return `datetime.datetime(${[...parts, ...(f.microsecond > 0 ? [f.microsecond] : [])].join(', ')}${this.zone === undefined ? '' : `, tzinfo=${this.zone.toRepr()}`})`;
  }
}

/** `+02:00` for 120 minutes. */
export function formatOffset(minutes: number, separator: string): string {
  const size = Math.abs(Math.round(minutes));
  return `${minutes < 0 ? '-' : '+'}${pad(Math.floor(size / 60))}${separator}${pad(size % 60)}`;
}

/** The zone of an argument `tz`; None is none. */
export function zoneOf(value: TemplateValue | undefined): Zone | undefined {
  if (value === undefined || value === null) return undefined;
  if (value instanceof TemplateObject && 'offsetOfWall' in value) return value as Zone;
  throw argumentFailure('a time zone is needed, e.g. modules.pytz.timezone("Europe/Berlin")');
}
