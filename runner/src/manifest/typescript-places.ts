import type { SourcePlace, SourceText } from '../errors/source-text.js';

/** Where a string literal stands in a TypeScript file: its first occurrence outside of comment lines. */
export function placeOfLiteral(source: SourceText, value: string): SourcePlace | undefined {
  const at = search(source, new RegExp(`(['"\`])${escapeText(value)}\\1`, 'g'));
  return at === undefined ? undefined : source.place(at + 1, at + 1 + value.length);
}

/** Where a key of an object literal (or a method of it) stands. */
export function placeOfKey(source: SourceText, key: string): SourcePlace | undefined {
  const at = search(source, new RegExp(`(?<![\\w$.])['"]?(?=${escapeText(key)}['"]?\\s*[:(])`, 'g'));
  if (at === undefined) return undefined;
  const start = source.text.indexOf(key, at);
  return source.place(start, start + key.length);
}

function search(source: SourceText, pattern: RegExp): number | undefined {
  for (const match of source.text.matchAll(pattern)) {
    const { line } = source.position(match.index);
    if (!/^\s*(\/\/|\/?\*)/.test(source.line(line))) return match.index;
  }
  return undefined;
}

function escapeText(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
