import type { TypeArgument, TypeSignature } from './trino-protocol.js';
import { zonedInstant } from './zoned-instant.js';

/** Length by which the server says that a `varchar` has none. */
const UNBOUNDED = 2147483647;

/** Turns a value of the protocol's JSON into plain JavaScript, as {@link Session.query} promises. */
export type Decode = (value: unknown) => unknown;

/** A type's name as SQL has it, in upper case: `DECIMAL(10,2)`, `TIMESTAMP(3) WITH TIME ZONE`, `ROW("a" BIGINT)`. */
export function typeName({ rawType, arguments: args }: TypeSignature): string {
  if (args.length === 0 || (rawType === 'varchar' && Number(args[0]!.value) === UNBOUNDED))
    return rawType.toUpperCase();
  const inner = args.map(argumentName).join(',');
  const [first = '', ...rest] = rawType.toUpperCase().split(' ');
  return [`${first}(${inner})`, ...rest].join(' ');
}

function argumentName(argument: TypeArgument): string {
  if (argument.kind === 'TYPE') return typeName(argument.value);
  if (argument.kind !== 'NAMED_TYPE') return String(argument.value);
  const { fieldName, typeSignature } = argument.value;
  const name = fieldName === undefined ? '' : `"${fieldName.name.replaceAll('"', '""')}" `;
  return name + typeName(typeSignature);
}

/** Makes what decodes the values of a type. Types that are not named here are texts already. */
export function decoderOf(signature: TypeSignature): Decode {
  const decode = notNull(signature);
  return (value) => (value === null || value === undefined ? null : decode(value));
}

function notNull({ rawType, arguments: args }: TypeSignature): Decode {
  switch (rawType) {
    case 'bigint':
      return (value) => BigInt(value as number | string);
    case 'real':
      // the text of a float is shorter than the double that it stands for
      return (value) => Math.fround(Number(value));
    case 'double':
      // NaN and the infinities come as texts
      return Number;
    case 'timestamp':
    case 'time':
      return (value) => withoutTrailingZeros(String(value));
    case 'timestamp with time zone':
      return (value) => zonedInstant(String(value));
    case 'varbinary':
      return (value) => new Uint8Array(Buffer.from(String(value), 'base64'));
    case 'array': {
      const item = decoderOf(typeOf(args[0]!));
      return (value) => (value as readonly unknown[]).map(item);
    }
    case 'map': {
      const item = decoderOf(typeOf(args[1]!));
      return (value) => Object.fromEntries(Object.entries(value as object).map(([key, one]) => [key, item(one)]));
    }
    case 'row': {
      const fields = args.map((argument, i) => ({ name: fieldName(argument, i), decode: decoderOf(typeOf(argument)) }));
      return (value) =>
        Object.fromEntries(fields.map(({ name, decode }, i) => [name, decode((value as readonly unknown[])[i])]));
    }
    default:
      return (value) => value;
  }
}

function typeOf(argument: TypeArgument): TypeSignature {
  if (argument.kind === 'TYPE') return argument.value;
  if (argument.kind === 'NAMED_TYPE') return argument.value.typeSignature;
  return { rawType: 'unknown', arguments: [] };
}

/** Fields without a name are counted, as Trino prints them. */
function fieldName(argument: TypeArgument, index: number): string {
  return (argument.kind === 'NAMED_TYPE' ? argument.value.fieldName?.name : undefined) ?? `field${index}`;
}

/** `03:04:05.500000` → `03:04:05.5`: a type's precision is not part of the value. */
function withoutTrailingZeros(text: string): string {
  return text.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '');
}
