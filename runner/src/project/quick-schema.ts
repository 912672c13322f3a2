import type * as z from 'zod';

/** Stands for: not what the schema says. */
export const WRONG: unique symbol = Symbol('wrong');

/** The value as the schema gives it, or {@link WRONG}. */
export type QuickReader = (value: unknown) => unknown;

/** What is read of zod's definitions. */
interface SchemaDef {
  readonly type: string;
  readonly checks?: readonly unknown[] | undefined;
  readonly format?: unknown;
  readonly coerce?: boolean | undefined;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly catchall?: z.ZodType | undefined;
  readonly element?: z.ZodType;
  readonly keyType?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly mode?: unknown;
  readonly partial?: unknown;
  readonly innerType?: z.ZodType;
  readonly options?: readonly z.ZodType[];
  readonly inclusive?: boolean;
  readonly discriminator?: unknown;
  readonly entries?: Readonly<Record<string, string | number>>;
}

const readers = new WeakMap<z.ZodType, QuickReader>();

/**
 * Reads values as a schema does, without what zod needs to tell of mistakes: several times faster where there are none. A value
 * that is {@link WRONG} has to be given to zod, which says what is wrong with it. Of what this does not know (checks, defaults,
 * transforms) zod itself is asked.
 */
export function quickReader(schema: z.ZodType): QuickReader {
  let reader = readers.get(schema);
  if (reader === undefined) {
    reader = newReader(schema);
    readers.set(schema, reader);
  }
  return reader;
}

function newReader(schema: z.ZodType): QuickReader {
  const def = schema.def as unknown as SchemaDef;
  if ((def.checks?.length ?? 0) > 0 || def.format !== undefined || def.coerce === true) return asked(schema);
  switch (def.type) {
    case 'unknown':
      return (value) => value;
    case 'string':
      return (value) => (typeof value === 'string' ? value : WRONG);
    case 'boolean':
      return (value) => (typeof value === 'boolean' ? value : WRONG);
    case 'number':
      return (value) => (Number.isFinite(value) ? value : WRONG);
    case 'null':
      return (value) => (value === null ? value : WRONG);
    case 'enum': {
      const values = new Set<unknown>(Object.values(def.entries!));
      // numbers among them have names as well
      return [...values].every((value) => typeof value === 'string')
        ? (value) => (values.has(value) ? value : WRONG)
        : asked(schema);
    }
    case 'optional':
      return isDefaulted(def.innerType!)
        ? asked(schema)
        : later(def.innerType!, (inner) => (value) => (value === undefined ? value : inner(value)));
    case 'union':
      return def.inclusive === false || def.discriminator !== undefined ? asked(schema) : union(def.options!);
    case 'array':
      return later(def.element!, list);
    case 'record':
      return def.keyType !== undefined && isAnyText(def.keyType) && def.mode === undefined && !def.partial
        ? later(def.valueType!, record)
        : asked(schema);
    case 'object':
      return mapping(schema, def);
    default:
      return asked(schema);
  }
}

function asked(schema: z.ZodType): QuickReader {
  return (value) => {
    const result = schema.safeParse(value);
    return result.success ? result.data : WRONG;
  };
}

/** A reader that is made when it first reads something: of large schemas a project uses a part. */
function later(schema: z.ZodType, make: (inner: QuickReader) => QuickReader): QuickReader {
  let reader: QuickReader | undefined;
  return (value) => {
    reader ??= make(quickReader(schema));
    return reader(value);
  };
}

function isAnyText(schema: z.ZodType): boolean {
  const def = schema.def as unknown as SchemaDef;
  return def.type === 'string' && (def.checks?.length ?? 0) === 0 && def.format === undefined && def.coerce !== true;
}

function isDefaulted(schema: z.ZodType): boolean {
  return schema._zod.optin === 'defaulted';
}

function union(options: readonly z.ZodType[]): QuickReader {
  return (value) => {
    for (const option of options) {
      const read = quickReader(option)(value);
      if (read !== WRONG) return read;
    }
    return WRONG;
  };
}

function list(item: QuickReader): QuickReader {
  return (value) => {
    if (!Array.isArray(value)) return WRONG;
    const items: unknown[] = [];
    for (let i = 0; i < value.length; i++) {
      const read = item(value[i]);
      if (read === WRONG) return WRONG;
      items.push(read);
    }
    return items;
  };
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function record(item: QuickReader): QuickReader {
  return (value) => {
    if (!isPlain(value)) return WRONG;
    const found: Record<string, unknown> = {};
    for (const key in value) {
      // as a value it would become what the mapping descends from
      if (key === '__proto__') continue;
      const read = item(value[key]);
      if (read === WRONG) return WRONG;
      found[key] = read;
    }
    return found;
  };
}

interface Property {
  /** among the schema's keys: its values have theirs in the same order */
  readonly index: number;
  readonly isRequired: boolean;
  readonly read: QuickReader;
}

function mapping(schema: z.ZodType, { shape, catchall }: SchemaDef): QuickReader {
  const properties = new Map<string, Property>();
  let required = 0;
  for (const [index, [key, inner]] of Object.entries(shape!).entries()) {
    const { optin, optout } = inner._zod;
    const isRequired = optin === undefined;
    if (!isRequired && (optin !== 'optional' || optout !== 'optional')) return asked(schema);
    if (isRequired) required += 1;
    properties.set(key, { index, isRequired, read: later(inner, (reader) => reader) });
  }
  const isStrict = catchall !== undefined && (catchall.def as unknown as SchemaDef).type === 'never';
  if (!isStrict) return asked(schema);
  return (value) => {
    if (!isPlain(value)) return WRONG;
    let found: Record<string, unknown> = {};
    let missing = required;
    let last = -1;
    let isInOrder = true;
    for (const key in value) {
      const property = properties.get(key);
      if (property === undefined) return WRONG;
      const read = property.read(value[key]);
      if (read === WRONG) return WRONG;
      found[key] = read;
      if (property.isRequired) missing -= 1;
      if (property.index < last) isInOrder = false;
      last = property.index;
    }
    if (missing > 0) return WRONG;
    if (!isInOrder) {
      const given = found;
      found = {};
      for (const key of properties.keys()) if (key in given) found[key] = given[key];
    }
    return found;
  };
}
