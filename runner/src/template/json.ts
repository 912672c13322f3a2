import { iterate, PyDict } from './containers.js';
import { compare } from './equality.js';
import { typeFailure } from './failure.js';
import { formatFloat, PyFloat, PyTuple, Rendered, type TemplateValue, text, typeName } from './values.js';

/** As Python's `json.dumps` writes text: everything beyond ASCII escaped. */
function quoteAscii(value: string): string {
  return JSON.stringify(value).replace(/[\u007f-\uffff]/g, (c) =>
    c === '\u007f' ? c : `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/**
 * Python's `json.dumps`; `unicode` leaves characters beyond ASCII as they are.
 * @throws OperationFailure TSD2009 for values that JSON does not have
 */
export function toJson(
  value: TemplateValue,
  options: { indent?: number | undefined; sortKeys?: boolean; unicode?: boolean } = {},
): string {
  const { indent, sortKeys = false, unicode = false } = options;
  const quote = unicode ? (given: string) => JSON.stringify(given) : quoteAscii;
  return write(value, '');

  function write(v: TemplateValue, margin: string): string {
    if (v === null) return 'null';
    if (typeof v === 'boolean') return v ? 'true' : 'false';
    if (typeof v === 'number' || typeof v === 'bigint') return String(v);
    if (typeof v === 'string') return quote(v);
    if (v instanceof Rendered) return quote(v.text);
    if (v instanceof PyFloat) return formatFloat(v.value).replace('inf', 'Infinity').replace('nan', 'NaN');
    if (Array.isArray(v) || v instanceof PyTuple) {
      const inner = margin + ' '.repeat(indent ?? 0);
      return wrap(
        '[',
        ']',
        [...iterate(v)].map((item) => write(item, inner)),
        margin,
      );
    }
    if (v instanceof PyDict) {
      const inner = margin + ' '.repeat(indent ?? 0);
      const items = [...v.items()];
      if (sortKeys) items.sort(([a], [b]) => compare(a, b));
      const entries = items.map(([k, item]) => [keyText(k), item] as const);
      return wrap(
        '{',
        '}',
        entries.map(([k, item]) => `${quote(k)}: ${write(item, inner)}`),
        margin,
      );
    }
    throw typeFailure(`Object of type ${typeName(v)} is not JSON serializable`);
  }

  function wrap(open: string, close: string, parts: string[], margin: string): string {
    if (parts.length === 0) return open + close;
    if (indent === undefined) return open + parts.join(', ') + close;
    const inner = margin + ' '.repeat(indent);
    return `${open}\n${parts.map((p) => inner + p).join(',\n')}\n${margin}${close}`;
  }
}

function keyText(key: TemplateValue): string {
  if (typeof key === 'boolean' || key === null) return toJson(key);
  if (typeof key === 'string') return key;
  if (typeof key === 'object' && !(key instanceof PyFloat))
    throw typeFailure(`a ${typeName(key)} cannot be a key in JSON`);
  return text(key);
}
