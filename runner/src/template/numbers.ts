import { integer } from './arithmetic.js';
import { describe } from './containers.js';
import { DecimalValue } from './decimal.js';
import { typeFailure, valueFailure } from './failure.js';
import { PyFloat, plain, type TemplateValue, typeName, Undefined } from './values.js';

const prefixes: Record<number, string> = { 16: '0x', 8: '0o', 2: '0b' };

/**
 * Python's `int(value)`.
 * @param loose a string with a fraction is cut off, as Jinja2's filter does
 * @throws OperationFailure TSD2009/TSD2017 for values that are no number
 */
export function toInt(valueGiven: TemplateValue, base = 10, loose = false): number | bigint {
  const value = plain(valueGiven);
  if (value instanceof Undefined) throw value.failure();
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  if (typeof value === 'boolean') return Number(value);
  if (value instanceof DecimalValue && value.special === '')
    return integer(BigInt(value.rescaled(0, 'ROUND_DOWN').digits));
  if (value instanceof PyFloat) {
    if (!Number.isFinite(value.value)) throw valueFailure(`${describe(value)} is no int`);
    return integer(BigInt(Math.trunc(value.value)));
  }
  if (typeof value !== 'string') throw typeFailure(`int() needs a string or a number, not ${typeName(value)}`);
  const parsed = parseInteger(value.trim(), base);
  if (parsed !== undefined) return parsed;
  if (loose) return toInt(toFloat(value));
  throw valueFailure(`${describe(value)} is no int`);
}

function parseInteger(text: string, baseGiven: number): number | bigint | undefined {
  const [, sign, rest] = /^([+-]?)(.*)$/s.exec(text)!;
  let digits = rest!.toLowerCase();
  let base = baseGiven;
  if (base === 0) {
    base = Number(Object.entries(prefixes).find(([, p]) => digits.startsWith(p))?.[0] ?? 10);
  }
  const prefix = prefixes[base];
  if (prefix !== undefined && digits.startsWith(prefix)) digits = digits.slice(2);
  if (!/^[0-9a-z]+(?:_[0-9a-z]+)*$/.test(digits)) return undefined;
  let value = 0n;
  for (const digit of digits.replaceAll('_', '')) {
    const n = Number.parseInt(digit, 36);
    if (n >= base) return undefined;
    value = value * BigInt(base) + BigInt(n);
  }
  return integer(sign === '-' ? -value : value);
}

/**
 * Python's `float(value)`.
 * @throws OperationFailure TSD2009/TSD2017 for values that are no number
 */
export function toFloat(valueGiven: TemplateValue): PyFloat {
  const value = plain(valueGiven);
  if (value instanceof Undefined) throw value.failure();
  // a Decimal is one no longer
  if (value instanceof PyFloat) return value instanceof DecimalValue ? new PyFloat(value.value) : value;
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean')
    return new PyFloat(Number(value));
  if (typeof value !== 'string') throw typeFailure(`float() needs a string or a number, not ${typeName(value)}`);
  const text = value.trim().toLowerCase();
  if (/^[+-]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:e[+-]?\d+)?$/.test(text))
    return new PyFloat(Number(text.replaceAll('_', '')));
  const special = /^([+-]?)(inf|infinity|nan)$/.exec(text);
  if (special !== null)
    return new PyFloat(special[2] === 'nan' ? Number.NaN : special[1] === '-' ? -Infinity : Infinity);
  throw valueFailure(`${describe(value)} is no float`);
}
