import { valueFailure } from './failure.js';

/** What becomes of a character that an encoding does not have, as Python's error handlers have it. */
type OnError = (character: string) => string;

const handlers: Readonly<Record<string, OnError>> = {
  ignore: () => '',
  replace: () => '?',
  xmlcharrefreplace: (c) => `&#${c.codePointAt(0)};`,
  backslashreplace: (c) => {
    const code = c.codePointAt(0)!;
    const hex = code.toString(16);
    return code < 256
      ? `\\x${hex.padStart(2, '0')}`
      : code < 65_536
        ? `\\u${hex.padStart(4, '0')}`
        : `\\U${hex.padStart(8, '0')}`;
  },
};

interface Codec {
  /** bytes of a character, or undefined where the encoding does not have it */
  readonly encode: (code: number) => readonly number[] | undefined;
  readonly decode: (bytes: Uint8Array, onError: string) => string;
  /** bytes that stand before all others */
  readonly mark?: readonly number[];
}

const isSurrogate = (code: number): boolean => code >= 0xd800 && code <= 0xdfff;

function utf8Bytes(code: number): number[] | undefined {
  if (isSurrogate(code)) return undefined;
  return [...new TextEncoder().encode(String.fromCodePoint(code))];
}

/** Bytes of a number of `size` bytes, the lowest first. */
const littleEndian = (value: number, size: number): number[] =>
  Array.from({ length: size }, (_, i) => Math.floor(value / 256 ** i) % 256);

function units(size: 2 | 4, bigEndian: boolean): Codec {
  const written = (value: number): number[] => {
    const bytes = littleEndian(value, size);
    return bigEndian ? bytes.reverse() : bytes;
  };
  return {
    encode: (code) => {
      if (isSurrogate(code)) return undefined;
      if (size === 4 || code < 0x10000) return written(code);
      const rest = code - 0x10000;
      return [...written(0xd800 + (rest >> 10)), ...written(0xdc00 + (rest & 0x3ff))];
    },
    decode: (bytes) => {
      if (bytes.length % size !== 0) throw valueFailure('truncated data: these bytes are no text of this encoding');
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      let text = '';
      for (let i = 0; i < bytes.length; i += size)
        text +=
          size === 2
            ? String.fromCharCode(view.getUint16(i, !bigEndian))
            : String.fromCodePoint(view.getUint32(i, !bigEndian));
      return text;
    },
  };
}

/** The codec of an encoding whose first bytes say which end is first. */
function marked(size: 2 | 4): Codec {
  const little = units(size, false);
  const mark = littleEndian(0xfeff, size);
  const startsWith = (bytes: Uint8Array, with_: readonly number[]): boolean => with_.every((b, i) => bytes[i] === b);
  return {
    ...little,
    mark,
    decode: (bytes, onError) => {
      if (startsWith(bytes, mark)) return little.decode(bytes.subarray(size), onError);
      const big = startsWith(bytes, [...mark].reverse());
      return big ? units(size, true).decode(bytes.subarray(size), onError) : little.decode(bytes, onError);
    },
  };
}

function single(table: readonly (number | undefined)[]): Codec {
  const codes = new Map<number, number>();
  for (const [byte, code] of table.entries()) if (code !== undefined) codes.set(code, byte);
  return {
    encode: (code) => {
      const byte = codes.get(code);
      return byte === undefined ? undefined : [byte];
    },
    decode: (bytes, onError) => {
      let text = '';
      for (const byte of bytes) {
        const code = table[byte];
        text += code === undefined ? undecodable([byte], onError) : String.fromCodePoint(code);
      }
      return text;
    },
  };
}

function undecodable(bytes: readonly number[], onError: string): string {
  if (onError === 'ignore') return '';
  if (onError === 'replace') return '\ufffd';
  if (onError === 'backslashreplace') return bytes.map((b) => `\\x${b.toString(16).padStart(2, '0')}`).join('');
  throw valueFailure(`these bytes are no text of this encoding: 0x${bytes[0]!.toString(16)}`);
}

const utf8: Codec = {
  encode: utf8Bytes,
  decode: (bytes, onError) => {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      if (onError === 'replace') return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
    }
    let text = '';
    for (let at = 0; at < bytes.length; ) {
      const lead = bytes[at]!;
      const length = lead < 0x80 ? 1 : lead >> 5 === 6 ? 2 : lead >> 4 === 14 ? 3 : lead >> 3 === 30 ? 4 : 1;
      const part = bytes.subarray(at, at + length);
      try {
        text += new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(part);
        at += length;
      } catch {
        text += undecodable([lead], onError);
        at++;
      }
    }
    return text;
  },
};

const range = (size: number): number[] => Array.from({ length: size }, (_, i) => i);

/** Windows-1252: Latin-1 with other characters from 0x80 to 0x9f, five of which mean nothing. */
function windows1252(): (number | undefined)[] {
  const text = new TextDecoder('windows-1252').decode(Uint8Array.from(range(256)));
  return [...text].map((c, byte) => {
    const code = c.codePointAt(0)!;
    return byte >= 0x80 && byte < 0xa0 && code === byte ? undefined : code;
  });
}

const byName = new Map<string, () => Codec>([
  ...['utf8', 'u8', 'utf', 'cp65001'].map((name) => [name, () => utf8] as const),
  [
    'utf8sig',
    () => ({ ...utf8, mark: [0xef, 0xbb, 0xbf], decode: (b, e) => utf8.decode(b, e).replace(/^\ufeff/, '') }),
  ],
  ...['ascii', 'usascii', '646'].map((name) => [name, () => single(range(128))] as const),
  ...['latin1', 'latin', 'l1', 'iso88591', '88591', 'cp819'].map((name) => [name, () => single(range(256))] as const),
  ...['cp1252', 'windows1252', '1252'].map((name) => [name, () => single(windows1252())] as const),
  ...['utf16', 'u16'].map((name) => [name, () => marked(2)] as const),
  ...['utf16le', 'unicodelittleunmarked'].map((name) => [name, () => units(2, false)] as const),
  ...['utf16be', 'unicodebigunmarked'].map((name) => [name, () => units(2, true)] as const),
  ...['utf32', 'u32'].map((name) => [name, () => marked(4)] as const),
  ['utf32le', () => units(4, false)],
  ['utf32be', () => units(4, true)],
]);

function codecOf(encoding: string): Codec {
  const make = byName.get(encoding.toLowerCase().replace(/[-_ ]/g, ''));
  if (make === undefined)
    throw valueFailure(`unknown encoding "${encoding}"`, 'known are utf-8, ascii, latin-1, cp1252, utf-16, utf-32');
  return make();
}

/**
 * Python's `str.encode`.
 * @throws OperationFailure TSD2017 for an unknown encoding, and characters that it does not have
 */
export function encode(text: string, encoding: string, onError: string): Uint8Array {
  const codec = codecOf(encoding);
  const bytes: number[] = [...(codec.mark ?? [])];
  for (const character of text) {
    const own = codec.encode(character.codePointAt(0)!);
    if (own !== undefined) {
      for (const byte of own) bytes.push(byte);
      continue;
    }
    const instead = handlers[onError]?.(character);
    if (instead === undefined) throw valueFailure(`${encoding} has no character for "${character}"`);
    for (const c of instead) bytes.push(...(codec.encode(c.codePointAt(0)!) ?? []));
  }
  return Uint8Array.from(bytes);
}

/**
 * Python's `bytes.decode`.
 * @throws OperationFailure TSD2017 for an unknown encoding, and bytes that are no text of it
 */
export function decode(bytes: Uint8Array, encoding: string, onError: string): string {
  return codecOf(encoding).decode(bytes, onError);
}
