import { arithmetic, integer, negate } from '../arithmetic.js';
import { PyComplex } from '../complex.js';
import { iterate } from '../containers.js';
import { DecimalValue } from '../decimal.js';
import { numeric } from '../equality.js';
import { typeFailure, valueFailure } from '../failure.js';
import { MarkedText } from '../marked-text.js';
import { toFloat, toInt } from '../numbers.js';
import { roundHalfEven } from '../rounding.js';
import { PyFloat, TemplateObject, type TemplateValue, text, truthy, typeName, Undefined } from '../values.js';
import { attributeGetter } from './attribute-getter.js';
import { filterTable } from './filter.js';

function number(value: TemplateValue, what: string): number {
  if (value instanceof Undefined) throw value.failure();
  const found = numeric(value);
  if (found === undefined) throw typeFailure(`${what} needs a number, not ${typeName(value)}`);
  return Number(found);
}

function round(value: TemplateValue, precision: TemplateValue | undefined, method: string): TemplateValue {
  const given = number(value, 'round');
  const digits = precision === undefined ? 0 : number(precision, 'round');
  if (method === 'common') {
    if (value instanceof DecimalValue) return value.rounded(digits);
    if (value instanceof PyFloat) {
      const rounded = roundHalfEven(given, digits);
      return new PyFloat(rounded === 0 && given < 0 ? -0 : rounded);
    }
    if (digits < 0) return integer(roundInteger(BigInt(numeric(value)!), 10n ** BigInt(-digits)));
    return typeof value === 'boolean' ? Number(value) : value;
  }
  if (method !== 'ceil' && method !== 'floor')
    throw valueFailure(`round has no method "${method}"`, 'its methods are common, ceil, floor');
  if (!Number.isFinite(given)) throw valueFailure(`${text(value)} has no whole number above or below`);
  // the whole number has no sign of its own where it is zero
  return new PyFloat((Math[method](given * 10 ** digits) + 0) / 10 ** digits);
}

/** To the nearest multiple of a power of ten, ties to the even one. */
function roundInteger(value: bigint, unit: bigint): bigint {
  const rest = ((value % unit) + unit) % unit;
  const below = value - rest;
  const up = rest * 2n > unit || (rest * 2n === unit && (below / unit) % 2n !== 0n);
  return up ? below + unit : below;
}

function fileSize(value: TemplateValue, binary: boolean): string {
  const bytes = number(
    value instanceof PyFloat || typeof value !== 'string' ? value : toFloat(value),
    'filesizeformat',
  );
  const base = binary ? 1024 : 1000;
  const units = binary
    ? ['KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB', 'ZiB', 'YiB']
    : ['kB', 'MB', 'GB', 'TB', 'PB', 'EB', 'ZB', 'YB'];
  if (bytes === 1) return '1 Byte';
  if (bytes < base) return `${Math.trunc(bytes)} Bytes`;
  let power = 1;
  // exactly: floats near 10^24 are on the other side of it
  const whole = Number.isFinite(bytes) ? BigInt(Math.floor(bytes)) : 0n;
  while (power < units.length && whole >= BigInt(base) ** BigInt(power + 1)) power++;
  return `${(bytes / base ** power).toFixed(1)} ${units[power - 1]}`;
}

export const numberFilters = filterTable({
  'abs()': (value) => {
    if (value instanceof PyComplex) return value.magnitude;
    const own = value instanceof TemplateObject ? value.operate?.('abs', null, false) : undefined;
    if (own !== undefined) return own;
    if (value instanceof DecimalValue) return value.negative ? negate('-', value) : negate('+', value);
    if (value instanceof PyFloat && !(value instanceof DecimalValue)) return new PyFloat(Math.abs(value.value));
    if (number(value, 'abs') < 0) return negate('-', value);
    return typeof value === 'boolean' ? Number(value) : value;
  },
  'int(default?, base?)': (value, [otherwise, base]) => {
    if (value instanceof Undefined) throw value.failure();
    if (value instanceof PyFloat && Math.abs(value.value) === Number.POSITIVE_INFINITY)
      throw valueFailure('infinity is no int');
    try {
      return toInt(value, typeof base === 'number' ? base : 10, true);
    } catch {
      return otherwise === undefined ? 0 : otherwise;
    }
  },
  'float(default?)': (value, [otherwise]) => {
    if (value instanceof Undefined) throw value.failure();
    try {
      return toFloat(value);
    } catch {
      return otherwise === undefined ? new PyFloat(0) : otherwise;
    }
  },
  'round(precision?, method?)': (value, [precision, method]) =>
    round(value, precision, method === undefined ? 'common' : text(method)),
  'sum(attribute?, start?)': (value, [attribute, start]) => {
    const get = attributeGetter(attribute);
    if (typeof start === 'string')
      throw typeFailure('sum does not add strings', "put them together with join: items | join('')");
    let total: TemplateValue = start ?? 0;
    for (const item of iterate(value)) total = arithmetic('+', total, get(item));
    return total;
  },
  'filesizeformat(binary?)': (value, [binary]) => fileSize(value, truthy(binary ?? false)),
  // what dbt adds for values of YAML files
  'as_number()': (value) => {
    const found = numeric(value);
    if (found !== undefined && typeof value !== 'boolean') return value;
    try {
      return toInt(value, 10, false);
    } catch {
      // neither
    }
    try {
      return toFloat(value);
    } catch {
      return new MarkedText(text(value), 'number');
    }
  },
});
