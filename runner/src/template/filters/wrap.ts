import { valueFailure } from '../failure.js';
import { escapeHtml } from '../markup.js';

/** What Jinja2's `truncate` leaves of a text before the end that it puts there. */
export function truncate(value: string, length: number, killWords: boolean, end: string): string {
  const cut = value.slice(0, length - end.length);
  if (killWords) return cut;
  const space = cut.lastIndexOf(' ');
  return space === -1 ? cut : cut.slice(0, space);
}

/** Jinja2's `wordwrap`: Python's textwrap on each line, white space kept. */
export function wordWrap(value: string, width: number, breakLong: boolean, by: string, hyphens: boolean): string {
  if (width <= 0 && value.trim() !== '')
    throw valueFailure(`wordwrap to a width of ${width}`, 'lines have one character at least');
  return value
    .split(/\r\n|\r|\n/)
    .map((line) => wrapLine(line, width, breakLong, hyphens).join(by))
    .join(by);
}

function wrapLine(line: string, width: number, breakLong: boolean, hyphens: boolean): string[] {
  const pattern = hyphens ? /\s+|[^\s-]*[^\s-]-(?=[^\s-]{2})|[^\s-]+(?:-+[^\s-]?)*|\S+/gu : /\s+|\S+/gu;
  const chunks = line.match(pattern) ?? [];
  const lines: string[] = [];
  let current = '';
  for (let chunk of chunks) {
    if (current === '' && lines.length > 0 && chunk.trim() === '') continue;
    if (current.length + chunk.length <= width) {
      current += chunk;
      continue;
    }
    if (chunk.length > width && breakLong) {
      const room = width - current.length;
      if (room > 0) {
        current += chunk.slice(0, room);
        chunk = chunk.slice(room);
      }
      lines.push(current.trimEnd());
      for (; chunk.length > width; chunk = chunk.slice(width)) lines.push(chunk.slice(0, width));
      current = chunk;
      continue;
    }
    if (current.trim() !== '') lines.push(current.trimEnd());
    current = chunk.trim() === '' && lines.length > 0 ? '' : chunk;
  }
  if (current.trim() !== '') lines.push(current.trimEnd());
  return lines;
}

/** `http://a.b`, `www.a.b`, `a.com`, with a port, a path, a query. */
const address = new RegExp(
  '^(?:(?:https?://|www\\.)(?:(?:[\\p{L}\\p{N}_%-]+\\.)+)?(?:[a-z]{2,63}|xn--[\\p{L}\\p{N}_%]{2,59})' +
    '|(?:[\\p{L}\\p{N}_%-]{2,63}\\.)+(?:com|net|int|edu|gov|org|info|mil)' +
    '|https?://(?:\\d{1,3}(?:\\.\\d{1,3}){3}|\\[(?:[\\da-f]{0,4}:){2}(?:[\\da-f]{0,4}:?){1,6}\\]))' +
    '(?::\\d{1,5})?(?:[/?#]\\S*)?\\n?$',
  'iu',
);
const email = /^\S+@[\p{L}\p{N}_][\p{L}\p{N}_.-]*\.[\p{L}\p{N}_]+\n?$/u;
const pairs = [
  ['(', ')'],
  ['<', '>'],
  ['&lt;', '&gt;'],
] as const;

const count = (where: string, what: string): number => where.split(what).length - 1;

/** Punctuation before and after a word, which belongs to no address; a bracket that is opened in the word is closed in it. */
function trimmed(word: string): [head: string, middle: string, tail: string] {
  const head = /^(?:[(<]|&lt;)*/.exec(word)![0];
  let middle = word.slice(head.length);
  let tail = /(?:[)>.,\n]|&gt;)*$/.exec(middle)![0];
  middle = middle.slice(0, middle.length - tail.length);
  for (const [open, close] of pairs) {
    const missing = Math.min(count(middle, open), count(tail, close));
    if (count(middle, open) <= count(middle, close)) continue;
    for (let i = 0; i < missing; i++) {
      const end = tail.indexOf(close) + close.length;
      middle += tail.slice(0, end);
      tail = tail.slice(end);
    }
  }
  return [head, middle, tail];
}

/**
 * Jinja2's `urlize`: addresses become links.
 * @param value escaped text
 */
export function urlize(
  value: string,
  options: { limit: number | undefined; rel: string; target: string; schemes: readonly string[] },
): string {
  const { limit, rel, target, schemes } = options;
  for (const scheme of schemes)
    if (!/^([\w.+-]{2,}:(\/){0,2})$/.test(scheme)) throw valueFailure(`"${scheme}" is no beginning of an address`);
  const attributes = `${rel === '' ? '' : ` rel="${escapeHtml(rel)}"`}${target === '' ? '' : ` target="${target}"`}`;
  const shown = (url: string): string =>
    limit !== undefined && url.length > limit ? `${url.slice(0, limit)}...` : url;
  return value
    .split(/(\s+)/)
    .map((word) => {
      const [head, middle, tail] = trimmed(word);
      return `${head}${linked(middle)}${tail}`;
    })
    .join('');

  function linked(word: string): string {
    if (address.test(word)) {
      const url = /^https?:\/\//.test(word) ? word : `https://${word}`;
      return `<a href="${url}"${attributes}>${shown(word)}</a>`;
    }
    if (word.startsWith('mailto:') && email.test(word.slice(7))) return `<a href="${word}">${word.slice(7)}</a>`;
    if (!/^(?:www\.|@)/.test(word) && word.includes('@') && !word.includes(':') && email.test(word))
      return `<a href="mailto:${word}">${word}</a>`;
    const known = schemes.some((scheme) => word !== scheme && word.startsWith(scheme));
    return known ? `<a href="${word}"${attributes}>${word}</a>` : word;
  }
}
