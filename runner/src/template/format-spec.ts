import { numeric } from './equality.js';
import { fixedText } from './exact.js';
import { typeFailure, valueFailure } from './failure.js';
import { floatDigits, floatText } from './percent-format.js';
import { characterOf } from './rounding.js';
import { PyFloat, plain, TemplateObject, type TemplateValue, text, typeName, Undefined } from './values.js';

/** What Python's mini-language for formats says. */
export interface FormatSpec {
  readonly fill: string;
  readonly align: string | undefined;
  readonly sign: string;
  /** `z`: a zero that rounding made has no sign */
  readonly plainZero: boolean;
  readonly alternate: boolean;
  readonly width: number;
  readonly grouping: string;
  readonly precision: number | undefined;
  readonly kind: string;
}

const specPattern = /^(?:([\s\S])?([<>=^]))?([-+ ])?(z)?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([a-zA-Z%])?$/u;

/** Python's `format(value, spec)`. */
export function formatSpec(value: TemplateValue, given: string): string {
  if (given === '') return text(value);
  if (value instanceof TemplateObject && !(value instanceof Undefined)) {
    const own = value.operate?.('format', given, false);
    if (own !== undefined) return text(own);
  }
  const number = numeric(value);
  const isText = typeof plain(value) === 'string';
  if (number === undefined && !isText) throw typeFailure(`${typeName(value)} takes no format "${given}"`);
  const spec = readSpec(given, isText ? '<' : '=');
  if (isText) return textWith(text(value), spec, given);
  if (value instanceof PyFloat || 'eEfFgG%'.includes(spec.kind || 'd'))
    return numberWith(floatBody(Number(number), spec), spec);
  return numberWith(integerBody(number as number | bigint, spec), spec);
}

/**
 * Reads a format.
 * @param zeroAlign where a `0` before the width puts the value
 */
export function readSpec(given: string, zeroAlign: string): FormatSpec {
  const found = specPattern.exec(given);
  if (found === null) throw valueFailure(`bad format "${given}"`);
  const [, fill, align, sign, plainZero, alternate, zero, width, grouping, precision, kind] = found;
  return {
    fill: fill ?? (zero === undefined ? ' ' : '0'),
    align: align ?? (zero === undefined ? undefined : zeroAlign),
    sign: sign ?? '',
    plainZero: plainZero !== undefined,
    alternate: alternate !== undefined,
    width: Number(width ?? 0),
    grouping: grouping ?? '',
    precision: precision === undefined ? undefined : Number(precision),
    kind: kind ?? '',
  };
}

function textWith(value: string, spec: FormatSpec, given: string): string {
  if (spec.sign !== '' || spec.plainZero || spec.alternate)
    throw valueFailure(`a text has no sign to format: "${given}"`);
  if (spec.grouping !== '') throw valueFailure('a text has no thousands to group');
  if (spec.align === '=') throw valueFailure('"=" puts a sign before what fills, and a text has none');
  if (spec.kind !== '' && spec.kind !== 's') throw valueFailure(`format "${spec.kind}" does not work on str`);
  const body = spec.precision === undefined ? value : [...value].slice(0, spec.precision).join('');
  return padded('', body, { ...spec, align: spec.align ?? '<' });
}

/** A number as its format writes it: sign and prefix, digits before the point, and the rest. */
export interface NumberBody {
  readonly negative: boolean;
  readonly prefix: string;
  readonly whole: string;
  readonly rest: string;
}

const bases: Readonly<Record<string, readonly [number, string]>> = {
  x: [16, '0x'],
  X: [16, '0X'],
  o: [8, '0o'],
  b: [2, '0b'],
};

function integerBody(number: number | bigint, spec: FormatSpec): NumberBody {
  const { kind, grouping, precision } = spec;
  if (precision !== undefined) throw valueFailure('a whole number has no precision to format');
  if (spec.plainZero) throw valueFailure('"z" formats floats');
  const size = number < 0 ? -number : number;
  const body = (whole: string, prefix = ''): NumberBody => ({ negative: number < 0, prefix, whole, rest: '' });
  const base = bases[kind];
  if (grouping === ',' && (base !== undefined || kind === 'c' || kind === 'n'))
    throw valueFailure(`"," does not group what "${kind}" writes`);
  if (base !== undefined) {
    const digits = size.toString(base[0]);
    return body(kind === 'X' ? digits.toUpperCase() : digits, spec.alternate ? base[1] : '');
  }
  if (kind === 'c') {
    if (spec.sign !== '' || spec.alternate || grouping !== '') throw valueFailure('a character has no sign to format');
    return { negative: false, prefix: '', whole: '', rest: characterOf(Number(number)) };
  }
  if (kind === 'n' && grouping !== '') throw valueFailure(`"${grouping}" does not group what "n" writes`);
  if (kind !== '' && kind !== 'd' && kind !== 'n') throw valueFailure(`format "${kind}" does not work on int`);
  return body(String(size));
}

function floatBody(value: number, spec: FormatSpec): NumberBody {
  const { kind, precision, alternate } = spec;
  const size = Math.abs(value);
  if (kind !== '' && !'eEfFgGn%'.includes(kind)) throw valueFailure(`format "${kind}" does not work on float`);
  if (kind === 'n' && spec.grouping !== '') throw valueFailure(`"${spec.grouping}" does not group what "n" writes`);
  let body: string;
  if (kind === '%')
    body = `${Number.isFinite(size) ? fixedText(size * 100, precision ?? 6) : text(new PyFloat(size))}%`;
  else if (kind !== '') body = floatText(kind === 'n' ? 'g' : kind, size, precision ?? 6, alternate);
  else body = precision === undefined ? text(new PyFloat(size)) : floatDigits(size, precision, alternate);
  const isZero = spec.plainZero && !/[1-9a-z]/i.test(body);
  const [, whole, rest] = /^(\d*)([\s\S]*)$/.exec(body)!;
  return { negative: !isZero && (value < 0 || Object.is(value, -0)), prefix: '', whole: whole!, rest: rest! };
}

/** Puts a number into its width, with its thousands grouped; zeros that fill are grouped, too. */
export function numberWith(body: NumberBody, spec: FormatSpec): string {
  const sign = body.negative ? '-' : spec.sign === '-' ? '' : spec.sign;
  const lead = sign + body.prefix;
  const align = spec.align ?? (spec.kind === 'c' ? '<' : '>');
  let { whole } = body;
  if (spec.grouping !== '') {
    const size = bases[spec.kind] === undefined ? 3 : 4;
    if (align === '=' && spec.fill === '0') {
      const room = spec.width - lead.length - body.rest.length;
      while (groupedLength(whole.length, size) < room) whole = `0${whole}`;
    }
    whole = whole.replace(new RegExp(`\\B(?=(?:[^_,]{${size}})+$)`, 'g'), spec.grouping);
  }
  return padded(lead, whole + body.rest, { ...spec, align });
}

function groupedLength(digits: number, size: number): number {
  return digits + Math.floor((digits - 1) / size);
}

function padded(lead: string, body: string, { fill, align, width }: FormatSpec): string {
  const missing = Math.max(0, width - [...lead].length - [...body].length);
  if (align === '=') return lead + fill.repeat(missing) + body;
  if (align === '<') return lead + body + fill.repeat(missing);
  if (align === '^') {
    const left = Math.floor(missing / 2);
    return fill.repeat(left) + lead + body + fill.repeat(missing - left);
  }
  return fill.repeat(missing) + lead + body;
}
