import type { DecimalValue } from './decimal.js';
import { roundedOff } from './decimal-rounding.js';
import { valueFailure } from './failure.js';
import { numberWith, readSpec } from './format-spec.js';

/** Python's `format` of a Decimal: it keeps its digits where the format does not say how many. */
export function formatDecimal(value: DecimalValue, given: string): string {
  const spec = readSpec(given, '=');
  const kind = spec.kind === '' ? 'G' : spec.kind === 'n' ? 'g' : spec.kind;
  if (!'eEfFgG%'.includes(kind)) throw valueFailure(`format "${spec.kind}" does not work on a Decimal`);
  if (spec.alternate || spec.grouping === '_') throw valueFailure(`a Decimal takes no format "${given}"`);
  const { precision } = spec;
  if (value.special !== '')
    return numberWith(
      { negative: value.negative, prefix: '', whole: '', rest: value.special + (kind === '%' ? '%' : '') },
      { ...spec, fill: spec.align === '=' && spec.fill === '0' ? ' ' : spec.fill },
    );
  let { coefficient, exponent } = value;
  if (kind === '%') exponent += 2;
  const drop = (count: number): void => {
    if (count > 0) coefficient = roundedOff(coefficient, count, value.negative);
    else coefficient *= 10n ** BigInt(-count);
    exponent += count;
  };
  const digitsOf = (): number => coefficient.toString().length;
  /** To as many digits at most; 99…9 may round to one more. */
  const shorten = (count: number): void => {
    if (digitsOf() > count) drop(digitsOf() - count);
    if (digitsOf() > count) drop(1);
  };
  if (precision !== undefined) {
    if ('eE'.includes(kind)) {
      if (coefficient !== 0n) shorten(precision + 1);
      if (coefficient !== 0n && digitsOf() < precision + 1) drop(digitsOf() - precision - 1);
    } else if ('fF%'.includes(kind)) drop(-precision - exponent);
    else shorten(Math.max(1, precision));
  }
  if (coefficient === 0n && exponent > 0 && 'fF%'.includes(kind)) exponent = 0;
  const digits = coefficient.toString();
  const left = exponent + digits.length;
  let point = 1;
  if ('fF%'.includes(kind)) point = left;
  else if ('eE'.includes(kind)) point = coefficient === 0n && precision !== undefined ? 1 - precision : 1;
  else if (exponent <= 0 && left > -6) point = left;
  const whole = point <= 0 ? '0' : digits.slice(0, point).padEnd(point, '0');
  const fraction = point < 0 ? '0'.repeat(-point) + digits : digits.slice(Math.max(0, point));
  const power = left - point;
  let rest = fraction !== '' ? `.${fraction}` : '';
  if (power !== 0 || 'eE'.includes(kind))
    rest += `${kind === 'e' || kind === 'g' ? 'e' : 'E'}${power < 0 ? '' : '+'}${power}`;
  if (kind === '%') rest += '%';
  const negative = value.negative && !(spec.plainZero && coefficient === 0n);
  return numberWith({ negative, prefix: '', whole, rest }, spec);
}
