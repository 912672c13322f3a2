import { createHash } from 'node:crypto';

/** Namespace of the ids that tsdbt gives to Superset's assets; any fixed UUID would do. */
const NAMESPACE = '5a1f1f0e-6b55-5c0b-9f3c-7d2b6e0f4a11';

/**
 * A version 5 UUID (RFC 9562, section 5.5): the same name gives the same id on every machine, so that an import updates what
 * an earlier one made.
 */
export function uuid5(...name: readonly string[]): string {
  const bytes = createHash('sha1')
    .update(Buffer.from(NAMESPACE.replaceAll('-', ''), 'hex'))
    .update(name.join('/'))
    .digest()
    .subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
