import { typeFailure, valueFailure } from './failure.js';
import { PyTuple, TemplateObject, type TemplateValue } from './values.js';

/** Python's `bytes`. */
export class PyBytes extends TemplateObject {
  readonly typeName = 'bytes';
  constructor(readonly bytes: Uint8Array) {
    super();
  }
  override iterate(): Iterable<TemplateValue> {
    return this.bytes;
  }
  override size(): number {
    return this.bytes.length;
  }
  override getItem(key: TemplateValue): TemplateValue | undefined {
    if (typeof key !== 'number' && typeof key !== 'boolean') return undefined;
    return this.bytes[Number(key) < 0 ? Number(key) + this.bytes.length : Number(key)];
  }
  override contains(item: TemplateValue): boolean {
    if (item instanceof PyBytes) return asText(this).includes(asText(item));
    if (typeof item === 'number' && item >= 0 && item < 256) return this.bytes.includes(item);
    throw typeFailure('"in" looks for bytes, or a number from 0 to 255, in bytes');
  }
  override equals(other: TemplateValue): boolean {
    return other instanceof PyBytes && asText(other) === asText(this);
  }
  override compare(other: TemplateValue): number | undefined {
    if (!(other instanceof PyBytes)) return undefined;
    const [a, b] = [asText(this), asText(other)];
    return a < b ? -1 : a > b ? 1 : 0;
  }
  override operate(operator: string, other: TemplateValue, reflected: boolean): TemplateValue | undefined {
    if (operator === '+' && other instanceof PyBytes && !reflected) return ofText(asText(this) + asText(other));
    if (operator === '*' && typeof other === 'number') {
      if (this.bytes.length * other > 1 << 28) throw valueFailure('these bytes are too many');
      return ofText(asText(this).repeat(Math.max(0, other)));
    }
    return undefined;
  }
  toText(): string {
    const quote = this.bytes.includes(0x27) && !this.bytes.includes(0x22) ? '"' : "'";
    let out = `b${quote}`;
    for (const byte of this.bytes) {
      const character = String.fromCharCode(byte);
      if (character === quote || character === '\\') out += `\\${character}`;
      else if (character === '\n') out += '\\n';
      else if (character === '\r') out += '\\r';
      else if (character === '\t') out += '\\t';
      else out += byte < 32 || byte > 126 ? `\\x${byte.toString(16).padStart(2, '0')}` : character;
    }
    return out + quote;
  }
}

/**
 * Bytes as a text of as many characters: those beyond ASCII lie in a private area of Unicode, where characters have no case and
 * are no letters.
 */
export function asText(value: PyBytes): string {
  let out = '';
  for (const byte of value.bytes) out += String.fromCharCode(byte < 128 ? byte : 0xe000 + byte);
  return out;
}

/** The bytes of {@link asText}. */
export function ofText(text: string): PyBytes {
  return new PyBytes(Uint8Array.from(text, (c) => c.charCodeAt(0) & 0xff));
}

/** What a method of `str` gave for {@link asText}, with bytes where it has texts. */
export function ofTexts(value: TemplateValue): TemplateValue {
  if (typeof value === 'string') return ofText(value);
  if (Array.isArray(value)) return value.map(ofTexts);
  return value instanceof PyTuple ? new PyTuple(value.items.map(ofTexts)) : value;
}
