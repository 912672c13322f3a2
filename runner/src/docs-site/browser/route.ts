/** A place in the pages: `#/lineage?select=+gold.revenue`. */
export interface Route {
  /** `node` and its id, `lineage`, … */
  readonly path: readonly string[];
  readonly query: Readonly<Record<string, string>>;
}

/** Reads the part of an address after `#`. A plus sign is a plus sign: selectors are full of them. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = split(hash.replace(/^#?\/?/, ''), '?');
  return {
    path: path.split('/').filter(Boolean).map(decode),
    query: Object.fromEntries(
      query
        .split('&')
        .filter(Boolean)
        .map((pair) => {
          const [key = '', value = ''] = split(pair, '=');
          return [decode(key), decode(value)];
        }),
    ),
  };
}

/** The address of a place; empty values are left out. */
export function routeTo(path: readonly string[], query: Readonly<Record<string, string | undefined>> = {}): string {
  const pairs = Object.entries(query)
    .filter((pair): pair is [string, string] => pair[1] !== undefined && pair[1] !== '')
    .map(([key, value]) => `${key}=${encode(value)}`);
  return `#/${path.map(encode).join('/')}${pairs.length === 0 ? '' : `?${pairs.join('&')}`}`;
}

export function nodeRoute(id: string, section?: string): string {
  return routeTo(['node', id], { s: section });
}

export function lineageRoute(select: string): string {
  return routeTo(['lineage'], { select });
}

function split(text: string, mark: string): [string, string?] {
  const at = text.indexOf(mark);
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

/** Encodes what would end the value, and leaves selectors readable. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/%(?:2B|3A|2C|40|2F)/g, decodeURIComponent);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
