import { StorageError } from '../../errors/tsdbt-error.js';
import { type DataType, decimalOf, type StructField, type StructType } from './data-types.js';

/** Key of a field's metadata under which its changes of type are told (PROTOCOL.md, "Type Change Metadata"). */
export const TYPE_CHANGES = 'delta.typeChanges';

interface TypeChange {
  readonly fromType: string;
  readonly toType: string;
  /** `element`, `key`, `value`, or several of them with dots between, for a type within lists and maps (PROTOCOL.md, "Field Path") */
  readonly fieldPath?: string;
}

const INTEGERS: readonly string[] = ['byte', 'short', 'integer', 'long'];

/** Whether files of the first type may stay where a column becomes one of the second (PROTOCOL.md, "Type Widening"). */
export function isTypeWidening(from: string, to: string): boolean {
  const [narrow, wide] = [INTEGERS.indexOf(from), INTEGERS.indexOf(to)];
  if (narrow !== -1 && wide !== -1) return narrow < wide;
  if (to === 'double') return from === 'float' || (narrow !== -1 && from !== 'long');
  if (to === 'timestamp_ntz') return from === 'date';
  const target = decimalOf(to);
  if (target === undefined) return false;
  const whole = target.precision - target.scale;
  if (narrow !== -1) return whole >= (from === 'long' ? 20 : 10);
  const source = decimalOf(from);
  return source !== undefined && target.scale >= source.scale && whole >= source.precision - source.scale;
}

/** The most digits that values of a type have. */
const DIGITS: Readonly<Record<string, number>> = { byte: 3, short: 5, integer: 10, long: 19 };

/**
 * Whether every value of the first type is one of the second: beside {@link isTypeWidening} decimals that have room for a whole number's digits,
 * though less than the specification asks for. Earlier writers made such of bytes and shorts.
 */
function holdsEveryValue(from: string, to: string): boolean {
  const [digits, target] = [DIGITS[from], decimalOf(to)];
  return (
    isTypeWidening(from, to) ||
    (digits !== undefined && target !== undefined && target.precision - target.scale >= digits)
  );
}

/** Whether the values of a partition column are spelled in the log as before, where its type becomes the second: whole numbers are. */
export function keepsSpelling(from: DataType, to: DataType): boolean {
  if (typeof from !== 'string' || typeof to !== 'string') return false;
  return from === to || (INTEGERS.includes(from) && INTEGERS.includes(to));
}

/** The schema `after` with every change of a type since `before` told in it; undefined where one of them is no {@link isTypeWidening}. */
export function withTypeChanges(before: StructType, after: StructType): StructType | undefined {
  const old = new Map(before.fields.map((field) => [field.name.toLowerCase(), field]));
  const fields: StructField[] = [];
  for (const field of after.fields) {
    const from = old.get(field.name.toLowerCase());
    const told = from === undefined ? field : fieldWithChanges(from, field);
    if (told === undefined) return undefined;
    fields.push(told);
  }
  return { type: 'struct', fields };
}

function fieldWithChanges(before: StructField, after: StructField): StructField | undefined {
  const changes: TypeChange[] = [];
  const compare = (from: DataType, to: DataType, path: string): DataType | undefined => {
    const at = (part: string) => (path === '' ? part : `${path}.${part}`);
    if (typeof from === 'string' || typeof to === 'string') {
      if (typeof from !== 'string' || typeof to !== 'string') return undefined;
      if (from === to || from === 'void') return to;
      if (!isTypeWidening(from, to)) return undefined;
      changes.push({ fromType: from, toType: to, ...(path === '' ? {} : { fieldPath: path }) });
      return to;
    }
    if (from.type === 'array' && to.type === 'array') {
      const elementType = compare(from.elementType, to.elementType, at('element'));
      return elementType && { ...to, elementType };
    }
    if (from.type === 'map' && to.type === 'map') {
      const keyType = compare(from.keyType, to.keyType, at('key'));
      const valueType = compare(from.valueType, to.valueType, at('value'));
      return keyType && valueType && { ...to, keyType, valueType };
    }
    return from.type === 'struct' && to.type === 'struct' ? withTypeChanges(from, to) : undefined;
  };
  const type = compare(before.type, after.type, '');
  if (type === undefined) return undefined;
  if (changes.length === 0) return { ...after, type };
  const earlier = (after.metadata[TYPE_CHANGES] ?? []) as readonly TypeChange[];
  return { ...after, type, metadata: { ...after.metadata, [TYPE_CHANGES]: [...earlier, ...changes] } };
}

/** Whether files of the table may have a column in another type than it has now. */
export function wasOnce({ metadata }: StructField, type: string): boolean {
  const changes = (metadata[TYPE_CHANGES] ?? []) as readonly TypeChange[];
  return changes.some(({ fromType, fieldPath }) => fromType === type && fieldPath === undefined);
}

/**
 * Whether files may have the column, or fields of it, in a type into which the engine rounds what a condition compares it with: a file's DATE
 * is no TIMESTAMP of the same day's afternoon. Between whole numbers nothing is rounded.
 */
export function roundsConditions({ type, metadata }: StructField): boolean {
  const changes = (metadata[TYPE_CHANGES] ?? []) as readonly TypeChange[];
  const rounds = ({ fromType, toType }: TypeChange) => !(INTEGERS.includes(fromType) && INTEGERS.includes(toType));
  return (
    changes.some(rounds) || (typeof type !== 'string' && type.type === 'struct' && type.fields.some(roundsConditions))
  );
}

/** The type without what is told of changes: for a table all of whose files have the types that its schema says. */
export function withoutTypeChanges<T extends DataType>(type: T): T {
  const strip = (of: DataType): DataType => {
    if (typeof of === 'string') return of;
    if (of.type === 'array') return { ...of, elementType: strip(of.elementType) };
    if (of.type === 'map') return { ...of, keyType: strip(of.keyType), valueType: strip(of.valueType) };
    return {
      ...of,
      fields: of.fields.map((field) => {
        const { [TYPE_CHANGES]: _, ...metadata } = field.metadata;
        return { ...field, type: strip(field.type), metadata };
      }),
    };
  };
  return strip(type) as T;
}

/** Throws StorageError TSD6012 for a change to a type that does not hold every value of the one before: files from before it cannot be read rightly. */
export function requireKnownTypeChanges(location: string, type: DataType): void {
  if (typeof type === 'string') return;
  if (type.type !== 'struct') {
    const parts = type.type === 'array' ? [type.elementType] : [type.keyType, type.valueType];
    for (const part of parts) requireKnownTypeChanges(location, part);
    return;
  }
  for (const field of type.fields) {
    for (const { fromType, toType } of (field.metadata[TYPE_CHANGES] ?? []) as readonly TypeChange[])
      if (!holdsEveryValue(fromType, toType))
        throw new StorageError(
          'TSD6012',
          `${location}: the table uses the feature typeWidening (column "${field.name}" from ${fromType} to ${toType}), which is not supported to read`,
          { hint: 'read it with the program that made it' },
        );
    requireKnownTypeChanges(location, field.type);
  }
}
