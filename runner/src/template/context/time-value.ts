import { typeFailure, valueFailure } from '../failure.js';
import { defineFunction } from '../signature.js';
import { TemplateObject, type TemplateValue, text } from '../values.js';
import { DateTimeValue, zoneOf } from './datetime.js';
import { StaticObject } from './static-object.js';
import { strftime } from './strftime.js';
import { fields, isoTime, timeSpec, wallOf } from './wall-clock.js';
import type { Zone } from './zone.js';

function int(value: TemplateValue | undefined, otherwise: number): number {
  if (value === undefined || value === null) return otherwise;
  if (typeof value === 'number') return value;
  throw typeFailure('fields of a time are ints');
}

/** A time of day. */
export class TimeValue extends TemplateObject {
  readonly typeName = 'time';
  constructor(
    /** microseconds since midnight */
    readonly micros: bigint,
    readonly zone: Zone | undefined = undefined,
  ) {
    super();
  }
  static of(h: number, m: number, s: number, us: number, zone?: Zone): TimeValue {
    return new TimeValue(wallOf(1970, 1, 1, h, m, s, us), zone);
  }
  override attributeNames(): Iterable<string> {
    return ['hour', 'minute', 'second', 'microsecond', 'tzinfo', 'isoformat', 'strftime', 'replace'];
  }
  override getAttribute(name: string): TemplateValue | undefined {
    const f = fields(this.micros);
    switch (name) {
      case 'hour':
      case 'minute':
      case 'second':
      case 'microsecond':
        return f[name];
      case 'tzinfo':
        return this.zone ?? null;
      case 'isoformat':
        return defineFunction('isoformat(timespec?)', ([spec]) => timeSpec(this.micros, spec));
      case 'strftime':
        return defineFunction('strftime(format)', ([format]) => strftime(this.#inYear1900(), text(format!)));
      case 'replace':
        return defineFunction('replace(hour?, minute?, second?, microsecond?, tzinfo?)', ([h, m, s, us, zone]) =>
          TimeValue.of(
            int(h, f.hour),
            int(m, f.minute),
            int(s, f.second),
            int(us, f.microsecond),
            zone === undefined ? this.zone : zoneOf(zone),
          ),
        );
      default:
        return undefined;
    }
  }
  #inYear1900(): DateTimeValue {
    return new DateTimeValue(wallOf(1900, 1, 1) + this.micros, this.zone);
  }
  override equals(other: TemplateValue): boolean {
    return other instanceof TimeValue && other.micros === this.micros;
  }
  override compare(other: TemplateValue): number | undefined {
    if (!(other instanceof TimeValue)) return undefined;
    return this.micros < other.micros ? -1 : this.micros > other.micros ? 1 : 0;
  }
  override operate(operator: string, other: TemplateValue): TemplateValue | undefined {
    return operator === 'format' ? strftime(this.#inYear1900(), text(other)) : undefined;
  }
  toText(): string {
    return isoTime(this.micros);
  }
  override toRepr(): string {
    const f = fields(this.micros);
    const more = f.microsecond > 0 ? [f.second, f.microsecond] : f.second > 0 ? [f.second] : [];
    return `datetime.time(${[f.hour, f.minute, ...more].join(', ')})`;
  }
}

/** `modules.datetime.time` */
export const timeClass = new StaticObject(
  'time',
  [
    defineFunction('fromisoformat(time_string)', ([value]) => {
      const found = /^T?(\d{2})(?::?(\d{2}))?(?::?(\d{2})(?:[.,](\d{1,6})\d*)?)?$/.exec(text(value!));
      if (found === null) throw valueFailure(`"${text(value!)}" is no ISO time`);
      const [, h, m = '0', s = '0', us = '0'] = found;
      return TimeValue.of(Number(h), Number(m), Number(s), Number(us.padEnd(6, '0')));
    }),
  ],
  defineFunction('time(hour?, minute?, second?, microsecond?, tzinfo?)', ([h, m, s, us, zone]) =>
    TimeValue.of(int(h, 0), int(m, 0), int(s, 0), int(us, 0), zoneOf(zone)),
  ),
  new Map<string, TemplateValue>([
    ['min', TimeValue.of(0, 0, 0, 0)],
    ['max', TimeValue.of(23, 59, 59, 999_999)],
  ]),
);
