import { valueFailure } from '../failure.js';
import { DateTimeValue, type DateValue, fields, formatOffset, isoCalendar, wallOf } from './datetime.js';
import { fixedZone, utc, type Zone } from './zone.js';

const days = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const months = 'January February March April May June July August September October November December'.split(' ');
const pad = (n: number, width = 2, fill = '0'): string => String(n).padStart(width, fill);

/** Python's `strftime` in the C locale. */
export function strftime(value: DateValue, format: string): string {
  const f = fields(value.wall);
  const zone = value instanceof DateTimeValue ? value.zone : undefined;
  const sundayWeek = Math.floor((f.yearday + 6 - ((f.weekday + 1) % 7)) / 7);
  const mondayWeek = Math.floor((f.yearday + 6 - f.weekday) / 7);
  const hour12 = f.hour % 12 === 0 ? 12 : f.hour % 12;
  return format.replace(/%([-_0^#]*)(\d*)([a-zA-Z%])/g, (whole, flags: string, width: string, code: string) => {
    const out = field(code);
    return out === undefined ? whole : flagged(out, flags, Number(width), code);
  });

  function field(code: string): string | undefined {
    switch (code) {
      case 'Y':
        return String(f.year);
      case 'y':
        return pad(f.year % 100);
      case 'm':
        return pad(f.month);
      case 'd':
        return pad(f.day);
      case 'e':
        return pad(f.day, 2, ' ');
      case 'H':
        return pad(f.hour);
      case 'I':
        return pad(hour12);
      case 'M':
        return pad(f.minute);
      case 'S':
        return pad(f.second);
      case 'f':
        return pad(f.microsecond, 6);
      case 'p':
        return f.hour < 12 ? 'AM' : 'PM';
      case 'j':
        return pad(f.yearday, 3);
      case 'a':
        return days[f.weekday]!.slice(0, 3);
      case 'A':
        return days[f.weekday]!;
      case 'b':
      case 'h':
        return months[f.month - 1]!.slice(0, 3);
      case 'B':
        return months[f.month - 1]!;
      case 'w':
        return String((f.weekday + 1) % 7);
      case 'u':
        return String(f.weekday + 1);
      case 'U':
        return pad(sundayWeek);
      case 'W':
        return pad(mondayWeek);
      case 'G':
        return String(isoCalendar(value.wall)[0]);
      case 'V':
        return pad(isoCalendar(value.wall)[1]);
      case 'z':
        return zone === undefined ? '' : formatOffset(zone.offsetOfWall(value.wall), '');
      case 'Z':
        return zone?.abbreviation ?? '';
      case 's':
        return String((value instanceof DateTimeValue ? value.moment : value.wall) / 1_000_000n);
      case 'F':
        return `${field('Y')}-${field('m')}-${field('d')}`;
      case 'T':
      case 'X':
        return `${field('H')}:${field('M')}:${field('S')}`;
      case 'D':
      case 'x':
        return `${field('m')}/${field('d')}/${field('y')}`;
      case 'R':
        return `${field('H')}:${field('M')}`;
      case 'c':
        return `${field('a')} ${field('b')} ${field('e')} ${field('X')} ${field('Y')}`;
      case '%':
        return '%';
      case 'n':
        return '\n';
      case 't':
        return '\t';
      case 'C':
        return pad(Math.floor(f.year / 100));
      case 'g':
        return pad(isoCalendar(value.wall)[0] % 100);
      case 'k':
        return pad(f.hour, 2, ' ');
      case 'l':
        return pad(hour12, 2, ' ');
      case 'r':
        return `${field('I')}:${field('M')}:${field('S')} ${field('p')}`;
      case 'P':
        return f.hour < 12 ? 'am' : 'pm';
      default:
        return undefined;
    }
  }
}

/** What glibc's flags make of a directive: `-` no padding, `_` spaces, `0` zeros, `^` and `#` capitals. */
function flagged(out: string, flags: string, width: number, code: string): string {
  let shown = out;
  const isNumber = /^[0 ]*\d+$/.test(out);
  if (flags.includes('-')) return isNumber ? shown.replace(/^[0 ]+(?=\d)/, '') : shown;
  if (flags.includes('^') || (flags.includes('#') && 'aAbBh'.includes(code))) shown = shown.toUpperCase();
  if (flags.includes('#') && 'pZ'.includes(code)) shown = shown.toLowerCase();
  if (isNumber && flags.includes('_')) shown = shown.replace(/^0+(?=\d)/, (zeros) => ' '.repeat(zeros.length));
  if (isNumber && flags.includes('0')) shown = shown.replace(/^ +/, (spaces) => '0'.repeat(spaces.length));
  const fill = flags.includes('_') ? ' ' : isNumber || flags.includes('0') ? '0' : ' ';
  return shown.padStart(width, fill);
}

const parsers: Record<string, string> = {
  Y: '(?<Y>\\d{4})',
  y: '(?<y>\\d{2})',
  m: '(?<m>1[0-2]|0?[1-9])',
  d: '(?<d>3[01]|[12]\\d|0?[1-9])',
  H: '(?<H>2[0-3]|[01]?\\d)',
  I: '(?<I>1[0-2]|0?[1-9])',
  M: '(?<M>[0-5]?\\d)',
  S: '(?<S>[0-5]?\\d)',
  f: '(?<f>\\d{1,6})',
  p: '(?<p>[aA][mM]|[pP][mM])',
  j: '(?<j>\\d{1,3})',
  b: `(?<b>${months.map((m) => m.slice(0, 3)).join('|')})`,
  B: `(?<B>${months.join('|')})`,
  a: `(?:${days.map((d) => d.slice(0, 3)).join('|')})`,
  A: `(?:${days.join('|')})`,
  z: '(?<z>Z|[+-]\\d{2}:?\\d{2})',
  Z: '(?<Z>[A-Za-z]+)',
  G: '(?<G>\\d{4})',
  V: '(?<V>5[0-3]|[1-4]\\d|0?[1-9])',
  u: '(?<u>[1-7])',
  U: '(?<U>5[0-3]|[0-4]?\\d)',
  W: '(?<W>5[0-3]|[0-4]?\\d)',
  w: '(?<w>[0-6])',
  '%': '%',
};
const composite: Record<string, string> = { F: '%Y-%m-%d', T: '%H:%M:%S', D: '%m/%d/%y', R: '%H:%M' };

/**
 * Python's `strptime`.
 * @throws OperationFailure TSD2017 where the text does not have the format
 */
export function strptime(text: string, formatGiven: string): DateTimeValue {
  const format = formatGiven.replace(/%([FTDR])/g, (_whole, code: string) => composite[code]!);
  const pattern = format.replace(/%(.)|([\\^$.*+?()[\]{}|/])|(\s+)/g, (_whole, code?: string, special?: string) => {
    if (code !== undefined) {
      const part = parsers[code];
      if (part === undefined) throw valueFailure(`unknown format "%${code}"`);
      return part;
    }
    return special === undefined ? '\\s+' : `\\${special}`;
  });
  const found = new RegExp(`^${pattern}$`, 'i').exec(text)?.groups;
  if (found === undefined) throw valueFailure(`"${text}" does not have the format "${formatGiven}"`);
  const number = (key: string, otherwise: number): number =>
    found[key] === undefined ? otherwise : Number(found[key]);
  const short = number('y', 0);
  const year = found.y === undefined ? number('Y', 1900) : short + (short < 69 ? 2000 : 1900);
  const named = (found.b ?? found.B)?.slice(0, 3).toLowerCase();
  const month = named === undefined ? number('m', 1) : months.findIndex((m) => m.toLowerCase().startsWith(named)) + 1;
  let hour = number('H', 0);
  if (found.I !== undefined) hour = (Number(found.I) % 12) + (found.p?.toLowerCase() === 'pm' ? 12 : 0);
  const micro = Number((found.f ?? '0').padEnd(6, '0'));
  let wall = wallOf(year, month, number('d', 1), hour, number('M', 0), number('S', 0), micro);
  if (found.j !== undefined) wall += BigInt(Number(found.j) - 1) * 86_400_000_000n;
  const weekday = found.u ?? found.w ?? undefined;
  const day =
    weekday === undefined ? undefined : found.u === undefined ? (Number(weekday) + 6) % 7 : Number(weekday) - 1;
  if (found.G !== undefined && found.V !== undefined && day !== undefined)
    wall = weekStart(Number(found.G), Number(found.V)) + BigInt(day) * dayMicros + (wall % dayMicros);
  else if (day !== undefined && (found.W ?? found.U) !== undefined)
    wall = dayOfWeek(year, Number(found.W ?? found.U), day, found.W === undefined) + (wall % dayMicros);
  return new DateTimeValue(wall, found.z === undefined ? undefined : zoneOfOffset(found.z));
}

const dayMicros = 86_400_000_000n;

/** Midnight of the Monday of an ISO week. */
export function weekStart(year: number, week: number): bigint {
  const fourth = wallOf(year, 1, 4);
  return fourth + BigInt((week - 1) * 7 - fields(fourth).weekday) * dayMicros;
}

/** Midnight of a weekday (Monday is 0) in a week of `%W`, or of `%U`, whose weeks begin with Sunday. */
function dayOfWeek(year: number, week: number, weekday: number, fromSunday: boolean): bigint {
  const first = wallOf(year, 1, 1);
  const shift = fromSunday ? 1 : 0;
  const firstDay = (fields(first).weekday + shift) % 7;
  const days =
    week === 0 ? ((weekday + shift) % 7) - firstDay : ((7 - firstDay) % 7) + (week - 1) * 7 + ((weekday + shift) % 7);
  return first + BigInt(days) * dayMicros;
}

/** The zone of `+02:00`, `+0200` or `Z`. */
export function zoneOfOffset(offset: string): Zone {
  if (offset === 'Z') return utc;
  const digits = offset.replace(':', '');
  const minutes = Number(digits.slice(1, 3)) * 60 + Number(digits.slice(3, 5));
  if (minutes === 0) return utc;
  return fixedZone(`UTC${offset.slice(0, 3)}:${digits.slice(3, 5)}`, digits.startsWith('-') ? -minutes : minutes);
}
