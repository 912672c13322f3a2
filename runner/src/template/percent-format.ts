import { PyDict } from './containers.js';
import { numeric } from './equality.js';
import { typeFailure, valueFailure } from './failure.js';
import { characterOf, fixedText } from './rounding.js';
import { formatFloat, PyFloat, PyTuple, repr, type TemplateValue, text, typeName, Undefined } from './values.js';

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
    body = write(kind === 's' ? value : repr(value));
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
    const whole = value instanceof PyFloat ? BigInt(Math.trunc(value.value)) : BigInt(number);
    body = String(whole < 0 ? -whole : whole).padStart(precision ?? 0, '0');
  } else if ('xXo'.includes(kind)) {
    if (value instanceof PyFloat) throw typeFailure(`%${kind} needs an int, not float`);
    const whole = BigInt(number);
    body = (whole < 0 ? -whole : whole).toString(kind === 'o' ? 8 : 16);
    if (flags.includes('#')) body = (kind === 'o' ? '0o' : '0x') + body;
    if (kind === 'X') body = body.toUpperCase();
  } else if ('eEfFgG'.includes(kind)) body = floatText(kind, Math.abs(Number(number)), precision ?? 6);
  else throw valueFailure(`unknown format %${kind}`);
  const negative = number < 0 || Object.is(number, -0);
  return `${negative ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : ''}${body}`;
}

/** A float that is not negative as `%e`, `%f` or `%g` writes it. */
export function floatText(kind: string, value: number, precision: number): string {
  if (!Number.isFinite(value)) return formatFloat(value);
  const upper = kind === kind.toUpperCase();
  let body: string;
  if (kind === 'f' || kind === 'F') body = fixedText(value, precision);
  else if (kind === 'e' || kind === 'E') body = exponent(value.toExponential(Math.min(precision, 100)));
  else {
    const digits = Math.max(1, precision);
    const power = value === 0 ? 0 : Number(value.toExponential(digits - 1).split('e')[1]);
    body =
      power < -4 || power >= digits
        ? exponent(value.toExponential(digits - 1)).replace(/\.?0+e/, 'e')
        : trimZeros(value.toFixed(Math.max(0, digits - 1 - power)));
  }
  return upper ? body.toUpperCase() : body;
}

function exponent(body: string): string {
  return body.replace(/e([+-])(\d)$/, 'e$10$2');
}

function trimZeros(body: string): string {
  return body.includes('.') ? body.replace(/\.?0+$/, '') : body;
}
