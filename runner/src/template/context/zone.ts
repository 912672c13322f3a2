import { valueFailure } from '../failure.js';
import { defineFunction } from '../signature.js';
import { TemplateObject, type TemplateValue } from '../values.js';

/** A time zone: minutes east of UTC, at a moment and at a wall-clock time (both microseconds since 1970). */
export class Zone extends TemplateObject {
  readonly typeName = 'tzinfo';
  readonly #format: Intl.DateTimeFormat | undefined;

  constructor(
    readonly name: string,
    readonly fixedMinutes?: number,
  ) {
    super();
    if (fixedMinutes !== undefined) return;
    try {
      this.#format = new Intl.DateTimeFormat('en-US', {
        timeZone: name,
        hourCycle: 'h23',
        ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' },
      });
    } catch {
      throw valueFailure(`there is no time zone "${name}"`, 'names are those of the IANA database, e.g. Europe/Berlin');
    }
  }

  offsetOfMoment(moment: bigint): number {
    if (this.#format === undefined) return this.fixedMinutes ?? 0;
    const millis = Number(moment / 1000n);
    const parts = Object.fromEntries(this.#format.formatToParts(millis).map((p) => [p.type, Number(p.value)]));
    const wall = Date.UTC(parts.year!, parts.month! - 1, parts.day!, parts.hour!, parts.minute!, parts.second!);
    return Math.round((wall - Math.floor(millis / 1000) * 1000) / 60_000);
  }

  offsetOfWall(wall: bigint): number {
    if (this.#format === undefined) return this.fixedMinutes ?? 0;
    const guess = this.offsetOfMoment(wall);
    return this.offsetOfMoment(wall - BigInt(guess) * 60_000_000n);
  }

  override attributeNames(): Iterable<string> {
    return ['zone', 'localize', 'normalize'];
  }
  override getAttribute(name: string): TemplateValue | undefined {
    if (name === 'zone') return this.name;
    if (name === 'localize' || name === 'normalize')
      return defineFunction(`${name}(dt, is_dst?)`, ([value], { site }) => {
        const method = name === 'localize' ? 'replace' : 'astimezone';
        const set = value instanceof TemplateObject ? value.getAttribute(method) : undefined;
        if (!(set instanceof TemplateObject) || set.call === undefined)
          throw valueFailure(`${name}() needs a datetime`);
        const named = new Map<string, TemplateValue>([[name === 'localize' ? 'tzinfo' : 'tz', this]]);
        return set.call({ positional: [], named, site });
      });
    return undefined;
  }
  override equals(other: TemplateValue): boolean {
    return other instanceof Zone && other.name === this.name;
  }
  toText(): string {
    return this.name;
  }
  override toRepr(): string {
    return this.name === 'UTC' ? '<UTC>' : `<DstTzInfo '${this.name}'>`;
  }
}

export const utc = new Zone('UTC', 0);
