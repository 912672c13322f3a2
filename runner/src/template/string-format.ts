import { getAttribute, getItem } from './attributes.js';
import type { PyDict } from './containers.js';
import { numeric } from './equality.js';
import { typeFailure, valueFailure } from './failure.js';
import { floatText } from './percent-format.js';
import { characterOf } from './rounding.js';
import type { Bound } from './signature.js';
import { Markup, PyFloat, plain, repr, type TemplateValue, text, typeName, Undefined } from './values.js';

/**
 * Python's `str.format`.
 * @param bound positional values as a list, named values as a dict
 * @param escaping what is put in goes through it: the format is Markup
 * @throws OperationFailure TSD2017 for fields that are not given
 */
export function formatString(format: string, bound: Bound, escaping?: (value: TemplateValue) => string): string {
  const positional = bound[0] as TemplateValue[];
  const named = bound[1] as PyDict;
  let automatic = 0;
  return replaceFields(format);

  function replaceFields(template: string): string {
    let out = '';
    for (let at = 0; at < template.length; at++) {
      const c = template[at]!;
      if ((c === '{' || c === '}') && template[at + 1] === c) {
        out += c;
        at++;
      } else if (c === '}') throw valueFailure('a single "}" in a format', 'write }} for a brace');
      else if (c === '{') {
        const end = fieldEnd(template, at);
        out += field(template.slice(at + 1, end));
        at = end;
      } else out += c;
    }
    return out;
  }

  function field(body: string): string {
    const [, name, conversion, spec] = /^([^!:]*)(?:!([rsa]))?(?::([\s\S]*))?$/.exec(body) ?? [];
    if (name === undefined) throw valueFailure(`bad field {${body}} in a format`);
    const value = resolve(name);
    const converted = conversion === undefined ? value : conversion === 's' ? text(value) : repr(value);
    const chosen = replaceFields(spec ?? '');
    if (escaping === undefined) return formatSpec(converted, chosen);
    if (!(converted instanceof Markup)) return escaping(formatSpec(converted, chosen));
    if (chosen !== '') throw valueFailure('Markup takes no format');
    return converted.text;
  }

  function resolve(name: string): TemplateValue {
    const [, head, path] = /^([^.[]*)(.*)$/.exec(name)!;
    const index = head === '' ? automatic++ : /^\d+$/.test(head!) ? Number(head) : undefined;
    let value = index === undefined ? named.get(head!) : positional[index];
    if (value === undefined)
      throw valueFailure(
        index === undefined ? `the format names "${head}", which is not given` : `the format needs ${index + 1} values`,
      );
    for (const [, attribute, key] of path!.matchAll(/\.(\w+)|\[([^\]]+)\]/g)) {
      const next: TemplateValue =
        attribute !== undefined
          ? getAttribute(value, attribute)
          : getItem(value, /^\d+$/.test(key!) ? Number(key) : key!);
      if (next instanceof Undefined) throw next.failure();
      value = next;
    }
    return value;
  }
}

function fieldEnd(template: string, open: number): number {
  let depth = 0;
  for (let i = open; i < template.length; i++) {
    if (template[i] === '{') depth++;
    else if (template[i] === '}' && --depth === 0) return i;
  }
  throw valueFailure('a "{" without its "}" in a format', 'write {{ for a brace');
}

const specPattern = /^(?:(.)?([<>=^]))?([-+ ])?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([a-zA-Z%])?$/su;

/** Python's `format(value, spec)`. */
export function formatSpec(value: TemplateValue, spec: string): string {
  if (spec === '') return text(value);
  const found = specPattern.exec(spec);
  if (found === null) {
    if (typeof value === 'object' && value !== null && !Array.isArray(value) && value.operate !== undefined) {
      const own = value.operate('format', spec, false);
      if (own !== undefined) return text(own);
    }
    throw valueFailure(`bad format "${spec}"`);
  }
  const [, fillGiven, alignGiven, sign = '-', alternate, zero, width, grouping, precision, kind] = found;
  const number = numeric(value);
  const isText = typeof plain(value) === 'string';
  if (number === undefined && !isText) throw typeFailure(`${typeName(value)} takes no format "${spec}"`);
  if (
    number !== undefined &&
    !(value instanceof PyFloat) &&
    found[8] !== undefined &&
    !/[eEfFgG%]/.test(found[9] ?? '')
  )
    throw valueFailure('a whole number has no precision to format');
  if (isText && found[3] !== undefined) throw valueFailure('a text has no sign to format');
  if (isText && found[7] !== undefined) throw valueFailure('a text has no thousands to group');
  let body: string;
  let negative = false;
  if (number === undefined) {
    if (kind !== undefined && kind !== 's') throw valueFailure(`format "${kind}" does not work on ${typeName(value)}`);
    body = text(value);
    if (precision !== undefined) body = [...body].slice(0, Number(precision)).join('');
  } else {
    negative = number < 0 || Object.is(number, -0);
    body = numberBody(
      value,
      number,
      kind,
      precision === undefined ? undefined : Number(precision),
      alternate !== undefined,
    );
    if (grouping !== undefined) body = body.replace(/^\d+/, (d) => d.replace(/\B(?=(\d{3})+$)/g, grouping));
  }
  const prefix = number === undefined ? '' : negative ? '-' : sign === '-' ? '' : sign;
  const fill = fillGiven ?? (zero !== undefined ? '0' : ' ');
  const align = alignGiven ?? (zero !== undefined ? '=' : number === undefined ? '<' : '>');
  const missing = Math.max(0, Number(width ?? 0) - [...(prefix + body)].length);
  if (align === '=') return prefix + fill.repeat(missing) + body;
  if (align === '<') return prefix + body + fill.repeat(missing);
  if (align === '>') return fill.repeat(missing) + prefix + body;
  const left = Math.floor(missing / 2);
  return fill.repeat(left) + prefix + body + fill.repeat(missing - left);
}

function numberBody(
  value: TemplateValue,
  number: number | bigint,
  kind: string | undefined,
  precision: number | undefined,
  alternate: boolean,
): string {
  const size = number < 0 ? -number : number;
  const float = value instanceof PyFloat;
  if (kind === '%') return `${floatText('f', Number(size) * 100, precision ?? 6)}%`;
  if (kind !== undefined && 'eEfFgG'.includes(kind)) return floatText(kind, Number(size), precision ?? 6);
  if (float && (kind === undefined || kind === 'n'))
    return precision === undefined ? text(new PyFloat(Number(size))) : floatText('g', Number(size), precision);
  if (float) throw valueFailure(`format "${kind}" does not work on float`);
  const bases: Record<string, [number, string]> = { x: [16, '0x'], X: [16, '0X'], o: [8, '0o'], b: [2, '0b'] };
  const base = bases[kind ?? ''];
  if (base !== undefined) {
    const digits = size.toString(base[0]);
    return (alternate ? base[1] : '') + (kind === 'X' ? digits.toUpperCase() : digits);
  }
  if (kind === 'c') return characterOf(Number(number));
  if (kind !== undefined && kind !== 'd' && kind !== 'n') throw typeFailure(`format "${kind}" does not work on int`);
  return String(size);
}
