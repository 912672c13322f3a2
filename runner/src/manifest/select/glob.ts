const cache = new Map<string, RegExp>();

/** Python's fnmatch: `*`, `?`, `[seq]`, `[!seq]`; slashes and dots are ordinary characters. */
export function matchesGlob(text: string, pattern: string): boolean {
  let compiled = cache.get(pattern);
  if (compiled === undefined) {
    compiled = new RegExp(`^${toRegExp(pattern)}$`, 's');
    cache.set(pattern, compiled);
  }
  return compiled.test(text);
}

export function isGlob(text: string): boolean {
  return /[*?[\]]/.test(text);
}

/** A path pattern: `*` and `?` stay within a folder, `**` goes through folders. */
export function matchesPathGlob(path: string, pattern: string): boolean {
  const source = pattern
    .split(/(\*\*\/|\*\*|\*|\?)/)
    .map((part) => {
      if (part === '**/') return '(?:.*/)?';
      if (part === '**') return '.*';
      if (part === '*') return '[^/]*';
      if (part === '?') return '[^/]';
      return part.replace(/[.+^${}()|\\]/g, '\\$&');
    })
    .join('');
  return new RegExp(`^${source}$`, 's').test(path);
}

function toRegExp(pattern: string): string {
  let out = '';
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i]!;
    if (c === '*') out += '.*';
    else if (c === '?') out += '.';
    else if (c === '[') {
      const end = pattern.indexOf(']', i + (pattern[i + 1] === '!' ? 3 : 2));
      if (end === -1) out += '\\[';
      else {
        const inner = pattern.slice(i + 1, end).replace(/\\/g, '\\\\');
        out += inner.startsWith('!') ? `[^${inner.slice(1)}]` : `[${inner.startsWith('^') ? `\\${inner}` : inner}]`;
        i = end;
      }
    } else out += c.replace(/[.+^${}()|\\\]]/g, '\\$&');
  }
  return out;
}
