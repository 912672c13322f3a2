import { valueFailure } from '../failure.js';
import { defineFunction } from '../signature.js';
import { TemplateObject, type TemplateValue } from '../values.js';

const minute = 60_000_000n;
const sixHours = 360n * minute;

/** What a zone's clocks show at a time: minutes east of UTC, the name of that time, and how much of it is summer time. */
interface Offset {
  readonly minutes: number;
  readonly abbreviation: string;
  readonly summer: number;
}

/** What zones need of the datetimes that they are given. */
export interface Moving {
  readonly wall: bigint;
  readonly zone: Zone | undefined;
  /** the same wall-clock time, or another, in a zone */
  in(wall: bigint, zone: Zone): TemplateValue;
}

function isMoving(value: unknown): value is Moving {
  return value instanceof TemplateObject && 'in' in value && 'wall' in value;
}

/** Languages that have names for the times of their own zones. */
const languages = ['en-US', 'en-GB', 'en-CA', 'en-AU', 'en-NZ', 'en-IN', 'en-ZA'];

/** A time zone as pytz has it: `localize` finds the offset of a wall-clock time, which the datetime then keeps. */
export class Zone extends TemplateObject {
  readonly typeName = 'tzinfo';
  readonly #format: Intl.DateTimeFormat | undefined;

  /** @param fixed the offset at all times; without one it is looked up by the name */
  constructor(
    readonly name: string,
    readonly fixed?: Offset,
  ) {
    super();
    if (fixed !== undefined) return;
    try {
      this.#format = new Intl.DateTimeFormat('en-US', {
        timeZone: name,
        hourCycle: 'h23',
        ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' },
        era: 'short',
      });
    } catch {
      throw valueFailure(`there is no time zone "${name}"`, 'names are those of the IANA database, e.g. Europe/Berlin');
    }
  }

  /** The offset at a moment, in microseconds since 1970. */
  minutesAt(moment: bigint): number {
    if (this.#format === undefined) return this.fixed?.minutes ?? 0;
    const millis = Number(moment / 1000n);
    const parts = Object.fromEntries(this.#format.formatToParts(millis).map((p) => [p.type, Number(p.value)]));
    const wall = new Date(0);
    wall.setUTCFullYear(parts.year!, parts.month! - 1, parts.day);
    wall.setUTCHours(parts.hour!, parts.minute, parts.second);
    return Math.round((wall.getTime() - Math.floor(millis / 1000) * 1000) / 60_000);
  }

  /** The zone with the offset that it has at a moment. */
  at(moment: bigint): Zone {
    if (this.fixed !== undefined) return this.#family().#at(moment) ?? this;
    return this.#at(moment) ?? this;
  }
  #at(moment: bigint): Zone | undefined {
    if (this.#format === undefined) return undefined;
    const minutes = this.minutesAt(moment);
    const year = new Date(Number(moment / 1000n)).getUTCFullYear();
    const inYear = [0, 6].map((month) => this.minutesAt(BigInt(Date.UTC(year, month, 1)) * 1000n));
    const summer = minutes - Math.min(...inYear);
    return new Zone(this.name, {
      minutes,
      abbreviation: this.#abbreviation(moment, minutes),
      summer: Math.max(0, summer),
    });
  }
  /** Zones with a name have rules; `UTC+02:00` and its like have not. */
  #family(): Zone {
    return this.fixed !== undefined && this.name.includes('/') ? new Zone(this.name) : this;
  }
  #abbreviation(moment: bigint, minutes: number): string {
    const date = new Date(Number(moment / 1000n));
    for (const language of languages) {
      const parts = new Intl.DateTimeFormat(language, { timeZone: this.name, timeZoneName: 'short' }).formatToParts(
        date,
      );
      const name = parts.find((part) => part.type === 'timeZoneName')?.value ?? '';
      if (/^[A-Z]{2,5}$/.test(name)) return name;
    }
    const size = Math.abs(minutes);
    const digits = String(Math.floor(size / 60)).padStart(2, '0');
    return `${minutes < 0 ? '-' : '+'}${digits}${size % 60 === 0 ? '' : String(size % 60).padStart(2, '0')}`;
  }

  /** The offset of a datetime that was given this zone: of one without rules, or the one before there were rules. */
  offsetOfWall(_wall: bigint): number {
    return this.fixed?.minutes ?? this.minutesAt(-59_000_000_000_000_000n);
  }
  get abbreviation(): string {
    return this.fixed?.abbreviation ?? 'LMT';
  }

  /** The offsets that a wall-clock time may have: two where clocks were set back, none where they were set forward. */
  #candidates(wall: bigint): Zone[] {
    const found = new Map<number, Zone>();
    for (const day of [-1n, 1n]) {
      const zone = this.at(wall + day * 1440n * minute);
      const moment = wall - BigInt(zone.offsetOfWall(wall)) * minute;
      if (this.minutesAt(moment) === zone.offsetOfWall(wall)) found.set(zone.offsetOfWall(wall), this.at(moment));
    }
    return [...found.values()];
  }
  /** pytz's `localize`. */
  localized(wall: bigint, isSummer: boolean | null): Zone {
    if (this.#format === undefined) return this;
    const found = this.#candidates(wall);
    if (found.length === 1) return found[0]!;
    if (isSummer === null)
      throw valueFailure(
        found.length === 0
          ? 'this time was left out when clocks were set forward'
          : 'this time came twice when clocks were set back',
      );
    if (found.length === 0) return this.localized(isSummer ? wall + sixHours : wall - sixHours, isSummer);
    return found.find((zone) => zone.fixed!.summer > 0 === isSummer) ?? found[0]!;
  }

  override attributeNames(): Iterable<string> {
    return ['zone', 'localize', 'normalize', 'utcoffset', 'tzname', 'dst', 'fromutc'];
  }
  override getAttribute(name: string): TemplateValue | undefined {
    const given = (value: TemplateValue | undefined): Moving => {
      if (isMoving(value)) return value;
      throw valueFailure(`${name}() needs a datetime`);
    };
    switch (name) {
      case 'zone':
        return this.name;
      case 'localize':
        return defineFunction('localize(dt, is_dst?)', ([value, isSummer]) => {
          const moving = given(value);
          if (moving.zone !== undefined) throw valueFailure('localize() takes a datetime that has no zone yet');
          const zone = this.#family().localized(moving.wall, isSummer === null ? null : isSummer === true);
          return moving.in(moving.wall, zone);
        });
      case 'normalize':
        return defineFunction('normalize(dt, is_dst?)', ([value]) => {
          const moving = given(value);
          if (moving.zone === undefined) throw valueFailure('normalize() takes a datetime that has a zone');
          const moment = moving.wall - BigInt(moving.zone.offsetOfWall(moving.wall)) * minute;
          const zone = this.at(moment);
          return moving.in(moment + BigInt(zone.offsetOfWall(moving.wall)) * minute, zone);
        });
      case 'tzname':
        return defineFunction('tzname(dt, is_dst?)', ([value]) =>
          isMoving(value) ? this.#family().localized(value.wall, false).abbreviation : null,
        );
      default:
        return undefined;
    }
  }
  override equals(other: TemplateValue): boolean {
    return other instanceof Zone && other.name === this.name && other.fixed?.minutes === this.fixed?.minutes;
  }
  toText(): string {
    return this.name;
  }
  override toRepr(): string {
    if (this.name === 'UTC') return '<UTC>';
    if (!this.name.includes('/')) return this.name;
    const minutes = this.offsetOfWall(0n);
    const clock = `${minutes < 0 ? '-1 day, ' : '+'}${Math.floor((((minutes % 1440) + 1440) % 1440) / 60)}`;
    const rest = String(((minutes % 60) + 60) % 60).padStart(2, '0');
    return `<DstTzInfo '${this.name}' ${this.abbreviation}${clock}:${rest}:00 ${(this.fixed?.summer ?? 0) > 0 ? 'DST' : 'STD'}>`;
  }
}

/** A zone without rules. */
export function fixedZone(name: string, minutes: number): Zone {
  return new Zone(name, { minutes, abbreviation: name, summer: 0 });
}

export const utc = fixedZone('UTC', 0);

/** Names of zones, as pytz has them. */
export function zoneNames(): readonly string[] {
  return [...new Set([...Intl.supportedValuesOf('timeZone'), 'UTC'])].sort();
}

/** The zone of a name, whatever its case. */
export function zoneNamed(name: string): Zone {
  if (name.toUpperCase() === 'UTC') return utc;
  return new Zone(zoneNames().find((known) => known.toLowerCase() === name.toLowerCase()) ?? name);
}
