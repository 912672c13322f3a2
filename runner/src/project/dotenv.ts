import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

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

/** The environment of a project: the process's, above what the project's `.env` says. */
export function projectEnvironment(
  projectDir: string,
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const file = join(projectDir, '.env');
  const own = statSync(file, { throwIfNoEntry: false })?.isFile() ? parseDotenv(readFileSync(file, 'utf8')) : {};
  const set = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { ...own, ...Object.fromEntries(set) };
}

function unquote(raw: string): string {
  if (raw.length >= 2 && raw.startsWith("'") && raw.endsWith("'")) return raw.slice(1, -1);
  if (raw.length >= 2 && raw.startsWith('"') && raw.endsWith('"'))
    return raw.slice(1, -1).replace(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c === 't' ? '\t' : c));
  return raw.replace(/\s+#.*$/, '').trim();
}
