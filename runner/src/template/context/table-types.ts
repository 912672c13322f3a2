import { DecimalValue } from '../decimal.js';
import { equal } from '../equality.js';
import { typeFailure, valueFailure } from '../failure.js';
import { defineFunction } from '../signature.js';
import { PyFloat, plain, TemplateObject, type TemplateValue, text } from '../values.js';
import { DateTimeValue, DateValue, TimeDelta } from './datetime.js';
import { fromIso } from './datetime-module.js';
import { type AgateKind, agateType } from './table-text.js';

const nullWords: ReadonlySet<string> = new Set(['', 'na', 'n/a', 'none', 'null', '.']);
const dbtNullWords: ReadonlySet<string> = new Set(['', 'null']);

/** A value as agate's type has it, or undefined where it is none of the type. */
type Cast = (value: TemplateValue, isNull: (word: string) => boolean) => TemplateValue | undefined;

const asNumber: Cast = (value, isNull) => {
  if (value instanceof DecimalValue) return value;
  if (typeof value === 'number' || typeof value === 'bigint') return new DecimalValue(String(value));
  if (typeof value === 'boolean') return new DecimalValue(value ? '1' : '0');
  if (value instanceof PyFloat) return new DecimalValue(value.toText());
  if (typeof value !== 'string') return undefined;
  const word = value.trim();
  if (isNull(word)) return null;
  const [, sign, digits] = /^(-?)(.*)$/s.exec(word.replace(/^%+|%+$/g, ''))!;
  const bare = digits!.replace(/^[$¥£€¢]+|[$¥£€¢]+$/g, '').replaceAll(',', '');
  try {
    return new DecimalValue(bare).operate(sign === '-' ? 'unary-' : 'unary+', null, false);
  } catch {
    return undefined;
  }
};

const asBoolean: Cast = (value, isNull) => {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number' || value instanceof DecimalValue)
    return equal(value, 1) ? true : equal(value, 0) ? false : undefined;
  if (typeof value !== 'string') return undefined;
  const word = value.replaceAll(',', '').trim().toLowerCase();
  if (isNull(word)) return null;
  if (['yes', 'y', 'true', 't', '1'].includes(word)) return true;
  return ['no', 'n', 'false', 'f', '0'].includes(word) ? false : undefined;
};

function fromText(value: TemplateValue, isNull: (word: string) => boolean): DateTimeValue | null | undefined {
  if (typeof value !== 'string') return undefined;
  if (isNull(value.trim())) return null;
  try {
    return fromIso(value.trim());
  } catch {
    return undefined;
  }
}

const casts: Readonly<Record<AgateKind, Cast>> = {
  Integer: (value) => (typeof value === 'number' || typeof value === 'bigint' ? value : undefined),
  Number: asNumber,
  Boolean: asBoolean,
  Date: (value, isNull) => {
    if (value instanceof DateValue) return value instanceof DateTimeValue ? undefined : value;
    const found = /^\s*\d{4}-\d\d-\d\d\s*$|^\s*$/.test(text(value)) ? fromText(value, isNull) : undefined;
    return found instanceof DateTimeValue ? new DateValue(found.wall) : found;
  },
  DateTime: (value, isNull) =>
    value instanceof DateTimeValue
      ? value
      : value instanceof DateValue
        ? new DateTimeValue(value.wall, undefined)
        : fromText(value, isNull),
  TimeDelta: (value, isNull) => {
    if (value instanceof TimeDelta) return value;
    return typeof value === 'string' && isNull(value.trim()) ? null : undefined;
  },
  Text: (value, isNull) => (typeof value === 'string' && isNull(value.trim()) ? null : text(value)),
};

const order: readonly AgateKind[] = ['Boolean', 'Number', 'TimeDelta', 'Date', 'DateTime', 'Text'];

/** @throws OperationFailure TSD2017 where the value is none of the type */
export function castTo(kind: AgateKind, given: TemplateValue, words: ReadonlySet<string> = nullWords): TemplateValue {
  const value = plain(given);
  if (value === null) return null;
  const cast = casts[kind](value, (word) => words.has(word.toLowerCase()));
  if (cast === undefined) throw valueFailure(`cannot parse "${text(value)}" as ${kind}`);
  return cast;
}

/** The first of agate's types that all values have. */
export function inferredKind(values: readonly TemplateValue[]): AgateKind {
  const fits = (kind: AgateKind): boolean =>
    values.every((value) => {
      try {
        castTo(kind, value);
        return true;
      } catch {
        return false;
      }
    });
  return order.find(fits) ?? 'Text';
}

const modules: Readonly<Record<AgateKind, string>> = {
  Integer: 'dbt_common.clients.agate_helper.Integer',
  Number: 'dbt_common.clients.agate_helper.Number',
  Boolean: 'agate.data_types.boolean.Boolean',
  Date: 'agate.data_types.date.Date',
  DateTime: 'agate.data_types.date_time.DateTime',
  TimeDelta: 'agate.data_types.time_delta.TimeDelta',
  Text: 'agate.data_types.text.Text',
};

/** The type of a column: one of agate's. */
export class ColumnType extends TemplateObject {
  readonly typeName = 'DataType';
  readonly kind: AgateKind;
  constructor(type: string) {
    super();
    this.kind = agateType(type);
  }
  override attributeNames(): Iterable<string> {
    return ['cast', 'test', 'csvify', 'jsonify', 'null_values'];
  }
  override getAttribute(name: string): TemplateValue | undefined {
    const { kind } = this;
    const words = kind === 'Text' ? new Set<string>() : dbtNullWords;
    switch (name) {
      case 'cast':
        return defineFunction('cast(d)', ([value]) => {
          if (kind === 'Number' && typeof value === 'boolean') throw valueFailure('true and false are no numbers');
          return castTo(kind, value!, words);
        });
      case 'test':
        return defineFunction('test(d)', ([value]) => {
          try {
            castTo(kind, value!, words);
            return !(kind === 'Number' && typeof value === 'boolean');
          } catch {
            return false;
          }
        });
      case 'csvify':
        return defineFunction('csvify(d)', ([value]) => (value === null ? null : written(value!)));
      case 'jsonify':
        return defineFunction('jsonify(d)', ([value]) => jsonValue(kind, value!));
      case 'null_values':
        return [...words];
      default:
        return undefined;
    }
  }
  override equals(other: TemplateValue): boolean {
    return other instanceof ColumnType && other.kind === this.kind;
  }
  toText(): string {
    return `<${modules[this.kind]} object at 0x7f0000000000>`;
  }
}

/** A value as text, with dates and times in ISO's way. */
export function written(value: TemplateValue): string {
  return value instanceof DateTimeValue ? value.toText().replace(' ', 'T') : text(value);
}

/** A value as a table's JSON has it. */
export function jsonValue(kind: AgateKind, value: TemplateValue): TemplateValue {
  if (value === null || kind === 'Integer' || kind === 'Boolean') return value;
  if (kind !== 'Number') return written(value);
  if (value instanceof PyFloat) return new PyFloat(value.value);
  if (typeof value === 'number' || typeof value === 'bigint') return new PyFloat(Number(value));
  throw typeFailure('a number is needed');
}
