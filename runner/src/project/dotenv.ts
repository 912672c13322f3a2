/**
 * Reads the text of a `.env` file: `NAME=value` per line, `export` allowed, `#` comments, single quotes literal,
 * double quotes with `\n`, `\"` and `\\`. Lines that are none of this are left out.
 */
export function parseDotenv(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  const line = /^\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*=\s*("(?:\\.|[^"\\])*"|'[^']*'|[^\r\n]*?)\s*(?:#.*)?$/gm;
  for (const [, name, raw] of text.replace(/^\uFEFF/, '').matchAll(line)) {
    if (name === undefined || raw === undefined) continue;
    values[name] = unquote(raw);
  }
  return values;
}

function unquote(raw: string): string {
  if (raw.length >= 2 && raw.startsWith("'") && raw.endsWith("'")) return raw.slice(1, -1);
  if (raw.length >= 2 && raw.startsWith('"') && raw.endsWith('"'))
    return raw.slice(1, -1).replace(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c === 't' ? '\t' : c));
  return raw.replace(/\s+#.*$/, '').trim();
}
