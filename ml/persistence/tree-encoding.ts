import { endianness } from 'node:os';
import type { Trees } from '../forest/trees.js';

/** Trees as JSON takes them: each array base64 of its little-endian bytes, importances as numbers. */
export interface EncodedTrees {
  readonly outputs: number;
  readonly roots: string;
  readonly feature: string;
  readonly bin: string;
  readonly missingLeft: string;
  readonly left: string;
  readonly leaves: string;
  readonly importances: readonly number[];
}

export function encodeTrees(trees: Trees): EncodedTrees {
  return {
    outputs: trees.outputs,
    roots: encode(trees.roots),
    feature: encode(trees.feature),
    bin: encode(trees.bin),
    missingLeft: encode(trees.missingLeft),
    left: encode(trees.left),
    leaves: encode(trees.leaves),
    importances: Array.from(trees.importances),
  };
}

export function decodeTrees(encoded: EncodedTrees): Trees {
  return {
    outputs: encoded.outputs,
    roots: new Int32Array(decode(encoded.roots, 4)),
    feature: new Int16Array(decode(encoded.feature, 2)),
    bin: new Uint8Array(decode(encoded.bin, 1)),
    missingLeft: new Uint8Array(decode(encoded.missingLeft, 1)),
    left: new Int32Array(decode(encoded.left, 4)),
    leaves: new Float32Array(decode(encoded.leaves, 4)),
    importances: Float64Array.from(encoded.importances),
  };
}

function encode(array: Int32Array | Int16Array | Uint8Array | Float32Array): string {
  return inLittleEndian(
    Buffer.from(array.buffer, array.byteOffset, array.byteLength),
    array.BYTES_PER_ELEMENT,
  ).toString('base64');
}

function decode(text: string, width: number): ArrayBuffer {
  const bytes = inLittleEndian(Buffer.from(text, 'base64'), width);
  return new Uint8Array(bytes).buffer;
}

function inLittleEndian(bytes: Buffer, width: number): Buffer {
  if (endianness() === 'LE' || width === 1) return bytes;
  const copy = Buffer.from(bytes);
  return width === 2 ? copy.swap16() : copy.swap32();
}
