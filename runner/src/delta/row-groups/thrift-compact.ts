/**
 * Thrift's compact protocol, in which the footer of a Parquet file is written (thrift-compact-protocol.md of Apache Thrift), as a tree that
 * can be changed and written again: fields that nobody here knows stay what they are.
 */

/** Types as the protocol numbers them. */
const TRUE = 1;
const FALSE = 2;
const BYTE = 3;
const I16 = 4;
const I32 = 5;
export const I64 = 6;
const DOUBLE = 7;
const BINARY = 8;
const LIST = 9;
const SET = 10;
const STRUCT = 12;

/** Of doubles the eight bytes; strings too are bytes. */
export type ThriftValue = boolean | number | Uint8Array | ThriftList | ThriftStruct;

export interface ThriftList {
  readonly type: number;
  readonly items: readonly ThriftValue[];
}

/** Fields by their number. */
export type ThriftStruct = Map<number, { readonly type: number; readonly value: ThriftValue }>;

/** @throws RangeError for bytes that are no struct, for maps, and for integers beyond 2^53 */
export function decodeStruct(bytes: Uint8Array): ThriftStruct {
  return new Reader(bytes).struct();
}

export function encodeStruct(struct: ThriftStruct): Uint8Array {
  const writer = new Writer();
  writer.struct(struct);
  return writer.bytes();
}

class Reader {
  #at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  struct(): ThriftStruct {
    const fields: ThriftStruct = new Map();
    for (let id = 0; ; ) {
      const head = this.#byte();
      if (head === 0) return fields;
      id = head >> 4 === 0 ? this.#zigzag() : id + (head >> 4);
      const type = head & 15;
      // a boolean field has its value in its type
      const value = type === TRUE || type === FALSE ? type === TRUE : this.#value(type);
      fields.set(id, { type, value });
    }
  }

  #value(type: number): ThriftValue {
    if (type === TRUE || type === FALSE) return this.#byte() === TRUE;
    if (type === BYTE) return this.#byte();
    if (type === I16 || type === I32 || type === I64) return this.#zigzag();
    if (type === DOUBLE) return this.#take(8);
    if (type === BINARY) return this.#take(this.#varint());
    if (type === LIST || type === SET) return this.#list();
    if (type === STRUCT) return this.struct();
    throw new RangeError(`the Thrift type ${type} is not understood`);
  }

  #list(): ThriftList {
    const head = this.#byte();
    const size = head >> 4 === 15 ? this.#varint() : head >> 4;
    const type = head & 15;
    const items: ThriftValue[] = [];
    for (let i = 0; i < size; i++) items.push(this.#value(type));
    return { type, items };
  }

  #byte(): number {
    const byte = this.bytes[this.#at++];
    if (byte === undefined) throw new RangeError('the Thrift struct ends too early');
    return byte;
  }

  #take(length: number): Uint8Array {
    const end = this.#at + length;
    if (end > this.bytes.length) throw new RangeError('the Thrift struct ends too early');
    const taken = this.bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }

  #varint(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.#byte();
      value += (byte & 127) * factor;
      if (!Number.isSafeInteger(value)) throw new RangeError('an integer of the Thrift struct is too large');
      if (byte < 128) return value;
    }
  }

  #zigzag(): number {
    const value = this.#varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
}

class Writer {
  #buffer = new Uint8Array(4096);
  #length = 0;

  bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  struct(fields: ThriftStruct): void {
    let before = 0;
    for (const [id, { type, value }] of [...fields].sort(([a], [b]) => a - b)) {
      const shown = typeof value === 'boolean' ? (value ? TRUE : FALSE) : type;
      if (id > before && id - before <= 15) this.#byte(((id - before) << 4) | shown);
      else {
        this.#byte(shown);
        this.#zigzag(id);
      }
      before = id;
      if (typeof value !== 'boolean') this.#value(type, value);
    }
    this.#byte(0);
  }

  #value(type: number, value: ThriftValue): void {
    if (typeof value === 'boolean') this.#byte(value ? TRUE : FALSE);
    else if (typeof value === 'number') type === BYTE ? this.#byte(value) : this.#zigzag(value);
    else if (value instanceof Uint8Array) {
      if (type === BINARY) this.#varint(value.length);
      this.#put(value);
    } else if (value instanceof Map) this.struct(value);
    else {
      const { items } = value;
      this.#byte((Math.min(items.length, 15) << 4) | value.type);
      if (items.length >= 15) this.#varint(items.length);
      for (const item of items) this.#value(value.type, item);
    }
  }

  #varint(value: number): void {
    for (; value >= 128; value = Math.floor(value / 128)) this.#byte((value % 128) | 128);
    this.#byte(value);
  }

  #zigzag(value: number): void {
    this.#varint(value < 0 ? -2 * value - 1 : 2 * value);
  }

  #byte(byte: number): void {
    this.#room(1);
    this.#buffer[this.#length++] = byte;
  }

  #put(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  #room(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return;
    const larger = new Uint8Array((this.#length + bytes) * 2);
    larger.set(this.bytes());
    this.#buffer = larger;
  }
}
