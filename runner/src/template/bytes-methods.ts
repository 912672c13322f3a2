import { asText, ofText, ofTexts, PyBytes } from './bytes.js';
import { decode } from './codecs.js';
import { toArray } from './containers.js';
import { typeFailure, valueFailure } from './failure.js';
import { type Method, methods } from './methods.js';
import { stringMethods } from './string-methods.js';
import { PyTuple, type TemplateValue, text, typeName } from './values.js';

/** Methods that bytes have as text has them, with bytes for texts. */
const shared = [
  ...[
    'upper',
    'lower',
    'capitalize',
    'title',
    'swapcase',
    'strip',
    'lstrip',
    'rstrip',
    'split',
    'rsplit',
    'splitlines',
  ],
  ...['replace', 'startswith', 'endswith', 'removeprefix', 'removesuffix', 'find', 'rfind', 'index', 'rindex', 'count'],
  ...['zfill', 'center', 'ljust', 'rjust', 'partition', 'rpartition', 'expandtabs'],
  ...['isdigit', 'isalpha', 'isalnum', 'isspace', 'isascii', 'isupper', 'islower', 'istitle'],
];

/** An argument for a method of text. */
function argument(value: TemplateValue | undefined): TemplateValue | undefined {
  if (value instanceof PyBytes) return asText(value);
  if (value instanceof PyTuple) return new PyTuple(value.items.map((item) => argument(item)!));
  if (typeof value === 'string')
    throw typeFailure('bytes-like objects are needed, not str', "make bytes of it: 'x'.encode()");
  return value;
}

function asBytes(name: string): Method<PyBytes> {
  const method = stringMethods.get(name)!;
  return {
    signature: method.signature,
    run: (self, bound, site) =>
      name === 'isascii'
        ? self.bytes.every((byte) => byte < 128)
        : ofTexts(method.run(asText(self), bound.map(argument), site) as TemplateValue),
  };
}

const own = methods<PyBytes>({
  'decode(encoding?, errors?)': (self, [encoding, errors]) =>
    decode(
      self.bytes,
      encoding === undefined ? 'utf-8' : text(encoding),
      errors === undefined ? 'strict' : text(errors),
    ),
  'hex(sep?, bytes_per_sep?)': (self, [separator, size]) => {
    const pairs = [...self.bytes].map((byte) => byte.toString(16).padStart(2, '0'));
    if (separator === undefined) return pairs.join('');
    const group = typeof size === 'number' && size !== 0 ? size : 1;
    const first = group > 0 ? pairs.length % group : 0;
    const every = Math.abs(group);
    const groups = first > 0 ? [pairs.slice(0, first).join('')] : [];
    for (let i = first; i < pairs.length; i += every) groups.push(pairs.slice(i, i + every).join(''));
    return groups.join(text(separator));
  },
  'fromhex(string)': (_self, [given]) => {
    const digits = text(given!).replace(/\s+/g, '');
    if (!/^(?:[0-9a-fA-F]{2})*$/.test(digits)) throw valueFailure('fromhex() needs two hexadecimal digits a byte');
    return new PyBytes(Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)));
  },
  'join(iterable_of_bytes)': (self, [items]) =>
    ofText(
      toArray(items!)
        .map((item) => {
          if (item instanceof PyBytes) return asText(item);
          throw typeFailure(`join() puts bytes together, not ${typeName(item)}`);
        })
        .join(asText(self)),
    ),
  'translate(table, delete?)': (self, [table, removed]) => {
    if (table !== null && !(table instanceof PyBytes && table.bytes.length === 256))
      throw valueFailure('a table of bytes has 256 of them');
    const kept = self.bytes.filter((byte) => !(removed instanceof PyBytes && removed.bytes.includes(byte)));
    return new PyBytes(table === null ? kept : kept.map((byte) => (table as PyBytes).bytes[byte]!));
  },
  'maketrans(frm, to)': (_self, [from, to]) => {
    if (!(from instanceof PyBytes && to instanceof PyBytes && from.bytes.length === to.bytes.length))
      throw valueFailure('maketrans() needs bytes of equal length');
    const table = Uint8Array.from({ length: 256 }, (_, i) => i);
    for (const [i, byte] of from.bytes.entries()) table[byte] = to.bytes[i]!;
    return new PyBytes(table);
  },
});

let made: ReadonlyMap<string, Method<PyBytes>> | undefined;

/** The methods of `bytes`, made from those of `str` when they are first asked for. */
export function bytesMethods(): ReadonlyMap<string, Method<PyBytes>> {
  made ??= new Map([...shared.map((name) => [name, asBytes(name)] as const), ...own]);
  return made;
}

/** @throws OperationFailure TSD2009 where the value is no bytes */
export function bytesOf(value: TemplateValue | undefined): PyBytes {
  if (value instanceof PyBytes) return value;
  throw typeFailure(`bytes are needed, not ${typeName(value ?? null)}`);
}
