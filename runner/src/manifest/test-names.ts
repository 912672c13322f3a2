import { hash } from 'node:crypto';

/** Names of a generic test, as dbt makes them. */
export interface TestNames {
  /** the whole name: `unique_orders_order_id` */
  readonly full: string;
  /** at most 63 characters: the whole name, or its beginning and an md5 of it */
  readonly short: string;
}

/**
 * @param test name of the test, with its package before it where one is named: `dbt_utils_equal_rowcount`
 * @param target name of the model, or `source_table` of a source
 * @param args arguments without `model`
 */
export function genericTestNames(test: string, target: string, args: Readonly<Record<string, unknown>>): TestNames {
  const parts = Object.keys(args)
    .sort()
    .flatMap((name) => flatten(args[name]))
    .map((part) => pythonText(part).replace(/[^0-9a-zA-Z_]+/g, '_'));
  const identifier = `${test}_${target}`;
  const full = `${identifier}_${parts.join('__')}`;
  if (full.length < 64) return { full, short: full };
  return { full, short: `${identifier.slice(0, 30)}_${md5(full)}` };
}

/** Ten characters that tell tests of one name apart: from the test's package, name and arguments. */
export function testHash(metadata: unknown): string {
  return md5(canonical(metadata)).slice(-10);
}

/**
 * The same as dbt computes it, so that tests have dbt's unique ids: of the name and Python's `repr` of what the test is.
 *
 * @param tested what the test's `model` is: `ref('orders')`, `source('raw', 'orders')`
 */
export function dbtTestHash(
  name: string,
  test: { readonly namespace: string | undefined; readonly name: string; readonly kwargs: object },
  tested: string,
): string {
  const kwargs = { ...test.kwargs, model: `{{ get_where_subquery(${tested}) }}` };
  return md5(name + pythonRepr({ kwargs, name: test.name, namespace: test.namespace ?? null })).slice(-10);
}

/** Python's `repr` of dicts in the order of their keys, lists and texts; every other value counts as its text. */
function pythonRepr(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonRepr).join(', ')}]`;
  if (typeof value === 'object' && value !== null && !(value instanceof Number)) {
    const keys = Object.keys(value).sort();
    return `{${keys.map((key) => `${quoted(key)}: ${pythonRepr((value as Record<string, unknown>)[key])}`).join(', ')}}`;
  }
  return quoted(pythonText(value));
}

function quoted(text: string): string {
  if (!/[\\'"\n\t\r]/.test(text)) return `'${text}'`;
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll(quote, `\\${quote}`)
    .replaceAll('\n', '\\n')
    .replaceAll('\t', '\\t')
    .replaceAll('\r', '\\r');
  return quote + escaped + quote;
}

export function md5(text: string): string {
  return hash('md5', text, 'hex');
}

function flatten(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  if (typeof value === 'object' && value !== null && !(value instanceof Number)) return Object.values(value);
  return [value];
}

/** How Python's str() prints what YAML holds. */
function pythonText(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (value instanceof Number) return value.toString();
  if (typeof value === 'object') return pythonRepr(value);
  return String(value);
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, v]) => v !== undefined);
    entries.sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([k, v]) => `${JSON.stringify(k)}:${canonical(v)}`).join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}
