import { valueFailure } from '../failure.js';

/** A pattern of Python's `re`, with the JavaScript expressions made from it. */
export class PythonPattern {
  readonly #made = new Map<string, RegExp>();
  #groups: readonly string[] | undefined;
  constructor(
    readonly source: string,
    readonly body: string,
    readonly flags: string,
    /** Python's flags, added up */
    readonly flagBits: number = 32,
  ) {}

  /** Its groups in order, with their names; those without are empty texts. */
  groups(): readonly string[] {
    this.#groups ??= [...this.source.matchAll(/\\[\s\S]|\[\^?\]?(?:\\[\s\S]|[^\]\\])*\]|\((?:\?P<(\w+)>|(?!\?))/g)]
      .filter(([whole]) => whole.startsWith('('))
      .map(([, name]) => name ?? '');
    return this.#groups;
  }

  /**
   * @param mode flags of the use: `g` to search on, `y` to match at the start
   * @param whole the whole text has to match
   */
  regex(mode: string, whole = false): RegExp {
    const key = `${mode}${whole}`;
    let regex = this.#made.get(key);
    if (regex === undefined) {
      regex = new RegExp(whole ? `(?:${this.body})(?![\\s\\S])` : this.body, this.flags + mode);
      this.#made.set(key, regex);
    }
    regex.lastIndex = 0;
    return regex;
  }
}

const flagLetters: readonly [number, string][] = [
  [2, 'i'],
  [8, 'm'],
  [16, 's'],
];

/**
 * A Python pattern as a JavaScript one.
 * @param flags Python's flags, added up
 * @throws OperationFailure TSD2017 for a pattern that is none
 */
export function compilePattern(source: string, flags: number): PythonPattern {
  let letters = flagLetters
    .filter(([bit]) => (flags & bit) !== 0)
    .map(([, letter]) => letter)
    .join('');
  let verbose = (flags & 64) !== 0;
  let ascii = (flags & 256) !== 0;
  const leading = /^(?:\(\?[aiLmsux]+\))+/.exec(source);
  if (leading !== null) {
    for (const letter of leading[0].replace(/[()?]/g, '')) {
      if ('ims'.includes(letter) && !letters.includes(letter)) letters += letter;
      if (letter === 'x') verbose = true;
      if (letter === 'a') ascii = true;
    }
  }
  const body = translate(source.slice(leading?.[0].length ?? 0), verbose, letters.includes('m'), ascii);
  const bits = flagLetters.filter(([, letter]) => letters.includes(letter)).reduce((sum, [bit]) => sum + bit, 0);
  const all = bits + (verbose ? 64 : 0) + (ascii ? 256 : 32);
  try {
    new RegExp(body, `${letters}u`);
    return new PythonPattern(source, body, `${letters}u`, all);
  } catch {
    try {
      new RegExp(body, letters);
      return new PythonPattern(source, body, letters, all);
    } catch (error) {
      throw valueFailure(`bad pattern: ${(error as Error).message.replace(/^Invalid regular expression: /, '')}`);
    }
  }
}

function translate(source: string, verbose: boolean, multiline: boolean, ascii: boolean): string {
  let out = '';
  let inClass = false;
  for (let i = 0; i < source.length; i++) {
    const rest = source.slice(i);
    const c = source[i]!;
    if (c === '\\') {
      const next = source[++i] ?? '';
      if (next === 'A') out += multiline ? '(?<![\\s\\S])' : '^';
      else if (next === 'Z') out += '(?![\\s\\S])';
      else if (next === 'a') out += '\\x07';
      else if (!inClass && /[<>'"`!@#%&=:;,~ _-]/.test(next)) out += next;
      else if (inClass && /[<>'"`!@#%&=:;,~ _.*+?(){}|$/]/.test(next))
        out += /[(){}|/]/.test(next) ? `\\${next}` : next;
      else if (ascii && /[wWdD]/.test(next)) out += c + next;
      else if (next === 'w' || next === 'W') out += wordClass(next, inClass);
      else if (next === 'd') out += '\\p{Nd}';
      else if (next === 'D') out += '\\P{Nd}';
      else out += c + next;
    } else if (inClass) {
      if (c === ']') inClass = false;
      out += c === '[' ? '\\[' : c;
    } else if (c === '[') {
      inClass = true;
      out += c;
      if (source[i + 1] === '^') out += source[++i];
      if (source[i + 1] === ']') {
        out += '\\]';
        i++;
      }
    } else if (rest.startsWith('(?P<')) {
      out += '(?<';
      i += 3;
    } else if (rest.startsWith('(?P=')) {
      const end = source.indexOf(')', i);
      out += `\\k<${source.slice(i + 4, end)}>`;
      i = end;
    } else if (rest.startsWith('(?#')) i = source.indexOf(')', i);
    else if (c === '$' && !multiline) out += '(?=\\n?(?![\\s\\S]))';
    else if (verbose && /\s/.test(c)) continue;
    else if (verbose && c === '#') {
      const end = source.indexOf('\n', i);
      i = end === -1 ? source.length : end;
    } else if (c === '{' && !/^\{\d*,?\d*\}/.test(rest)) out += '\\{';
    else if (c === '{' && /^\{,\d+\}/.test(rest)) {
      out += '{0';
    } else if (c === '}' && !/\{\d*,?\d*$/.test(source.slice(0, i))) out += '\\}';
    else if (c === ']') out += '\\]';
    else out += c;
  }
  return out;
}

function wordClass(letter: 'w' | 'W', inClass: boolean): string {
  if (letter === 'W') return inClass ? '\\W' : '[^\\p{L}\\p{N}_]';
  return inClass ? '\\p{L}\\p{N}_' : '[\\p{L}\\p{N}_]';
}

const replacements: Readonly<Record<string, string>> = {
  ...{ n: '\n', t: '\t', r: '\r', f: '\f', v: '\v', b: '\b', a: '\u0007', '\\': '\\' },
};

/** The replacement of `re.sub`: `\1`, `\g<1>`, `\g<name>`. */
export function expandTemplate(template: string, found: RegExpExecArray): string {
  return template.replace(
    /\\(?:g<(\w+)>|(\d{1,2})|([\s\S]))/g,
    (whole, name: string | undefined, digits: string | undefined, single: string | undefined) => {
      const key = name ?? digits;
      if (key !== undefined) {
        if (!/^\d+$/.test(key)) return found.groups?.[key] ?? '';
        if (Number(key) >= found.length)
          throw valueFailure(`the replacement names group ${key}, which the pattern does not have`);
        return found[Number(key)] ?? '';
      }
      const known = replacements[single!];
      if (known !== undefined) return known;
      if (/[A-Za-z]/.test(single!)) throw valueFailure(`the replacement has an unknown escape: ${whole}`);
      return whole;
    },
  );
}
