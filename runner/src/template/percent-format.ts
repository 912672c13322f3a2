import { PyDict } from './containers.js';
import { numeric } from './equality.js';
import { fixedText, significantDigits } from './exact.js';
import { typeFailure, valueFailure } from './failure.js';
import { toInt } from './numbers.js';
import { characterOf } from './rounding.js';
import {
  asciiRepr,
  formatFloat,
  PyFloat,
  PyTuple,
  repr,
  type TemplateValue,
  text,
  typeName,
  Undefined,
} from './values.js';

const directive = /%(?:\(([^)]*)\))?([-+ 0#]*)(\*|\d+)?(?:\.(\*|\d+))?[hlL]?([a-zA-Z%])/g;

/**
 * Python's `format % values`.
 * @param write the text of a value for `%s`, `%r` and `%a`
 * @throws OperationFailure TSD2009/TSD2017 where values and directives do not fit
 */
export function formatPercent(
  format: string,
  values: TemplateValue,
  write: (value: TemplateValue) => string = text,
): string {
  const items = values instanceof PyTuple ? values.items : [values];
  let used = 0;
  let named = false;
  const take = (): TemplateValue => {
    if (used >= items.length) throw typeFailure('not enough values for this format');
    return items[used++]!;
  };
  const out = format.replace(
    directive,
    (_whole, key: string | undefined, flags: string, widthText: string | undefined, precisionText, kind: string) => {
      if (kind === '%') return '%';
      const width = widthText === '*' ? Number(numeric(take())) : Number(widthText ?? 0);
      const precision =
        precisionText === undefined
          ? undefined
          : precisionText === '*'
            ? Number(numeric(take()))
            : Number(precisionText);
      let value: TemplateValue;
      if (key !== undefined) {
        named = true;
        if (!(values instanceof PyDict)) throw typeFailure('this format needs a dict');
        const found = values.get(key);
        if (found === undefined) throw valueFailure(`the format names "${key}", which the dict does not have`);
        value = found;
      } else value = take();
      return directiveText(kind, flags, width, precision, value, write);
    },
  );
  // a dict, and by Python's rules a list, may hold more than the format uses
  if (!named && used < items.length && !(values instanceof PyDict) && !(used === 0 && Array.isArray(values)))
    throw typeFailure('not all values are used by this format');
  return out;
}

function directiveText(
  kind: string,
  flags: string,
  width: number,
  precision: number | undefined,
  value: TemplateValue,
  write: (value: TemplateValue) => string,
): string {
  if (value instanceof Undefined && kind !== 's') throw value.failure();
  let body: string;
  if (kind === 's' || kind === 'r' || kind === 'a') {
    body = write(kind === 's' ? value : kind === 'r' ? repr(value) : asciiRepr(value));
    if (precision !== undefined) body = body.slice(0, precision);
  } else if (kind === 'c') body = character(value);
  else body = formatNumber(kind, flags, precision, value);
  if (body.length >= width) return body;
  if (flags.includes('-')) return body.padEnd(width);
  if (flags.includes('0') && !'src'.includes(kind)) {
    const sign = /^[+\- ]/.exec(body)?.[0] ?? '';
    return sign + body.slice(sign.length).padStart(width - sign.length, '0');
  }
  return body.padStart(width);
}

/** What `%c` prints: a character, or the one of a code. */
function character(value: TemplateValue): string {
  if (typeof value === 'string' && [...value].length === 1) return value;
  if (typeof value !== 'number' && typeof value !== 'boolean' && typeof value !== 'bigint')
    throw typeFailure(`%c needs a number or one character, not ${typeName(value)}`);
  return characterOf(Number(value));
}

function formatNumber(kind: string, flags: string, precision: number | undefined, value: TemplateValue): string {
  const number = numeric(value);
  if (number === undefined) throw typeFailure(`%${kind} needs a number, not ${typeName(value)}`);
  let body: string;
  if ('diu'.includes(kind)) {
    const whole = BigInt(toInt(value));
    body = String(whole < 0 ? -whole : whole).padStart(precision ?? 0, '0');
  } else if ('xXo'.includes(kind)) {
    if (value instanceof PyFloat) throw typeFailure(`%${kind} needs an int, not float`);
    const whole = BigInt(number);
    body = (whole < 0 ? -whole : whole).toString(kind === 'o' ? 8 : 16);
    if (flags.includes('#')) body = (kind === 'o' ? '0o' : '0x') + body;
    if (kind === 'X') body = body.toUpperCase();
  } else if ('eEfFgG'.includes(kind))
    body = floatText(kind, Math.abs(Number(number)), precision ?? 6, flags.includes('#'));
  else throw valueFailure(`unknown format %${kind}`);
  const negative = number < 0 || Object.is(number, -0);
  return `${negative ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : ''}${body}`;
}

/**
 * A float that is not negative as `%e`, `%f` or `%g` writes it.
 * @param alternate `#`: the point stays, and zeros after it
 */
export function floatText(kind: string, value: number, precision: number, alternate = false): string {
  if (!Number.isFinite(value))
    return kind === kind.toUpperCase() ? formatFloat(value).toUpperCase() : formatFloat(value);
  const lower = kind.toLowerCase();
  const body =
    lower === 'f'
      ? pointed(fixedText(value, precision), alternate)
      : lower === 'e'
        ? exponential(value, precision, alternate)
        : general(value, Math.max(1, precision), Math.max(1, precision), alternate);
  return kind === lower ? body : body.toUpperCase();
}

/** As `%g`, but with a digit after the point: a float that is formatted to a precision without a type. */
export function floatDigits(value: number, precision: number, alternate: boolean): string {
  if (!Number.isFinite(value)) return formatFloat(value);
  const digits = Math.max(1, precision);
  const body = general(value, digits, digits - 1, alternate);
  return /[.e]/.test(body) ? body : `${body}.0`;
}

/** @param limit from this power of ten on the exponent is written */
function general(value: number, count: number, limit: number, alternate: boolean): string {
  const { digits, power } = significantDigits(value, count);
  const kept = alternate ? digits : digits.replace(/0+$/, '') || '0';
  if (power < -4 || power >= limit) return withExponent(kept, power, alternate);
  if (power < 0) return `0.${'0'.repeat(-power - 1)}${kept}`;
  const whole = digits.slice(0, power + 1);
  const rest = kept.slice(power + 1);
  return rest === '' ? pointed(whole, alternate) : `${whole}.${rest}`;
}

function exponential(value: number, precision: number, alternate: boolean): string {
  const { digits, power } = significantDigits(value, precision + 1);
  return withExponent(digits, power, alternate);
}

function withExponent(digits: string, power: number, alternate: boolean): string {
  const rest = digits.length > 1 || alternate ? `.${digits.slice(1)}` : '';
  return `${digits[0]}${rest}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

function pointed(body: string, alternate: boolean): string {
  return alternate && !body.includes('.') ? `${body}.` : body;
}
