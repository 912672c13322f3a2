import { valueFailure } from '../failure.js';
import { escapeHtml } from './text.js';

/** Jinja2's `truncate`. */
export function truncate(value: string, length: number, killWords: boolean, end: string, leeway: number): string {
  if (value.length <= length + leeway) return value;
  const cut = value.slice(0, Math.max(0, length - end.length));
  if (killWords) return cut + end;
  const space = cut.lastIndexOf(' ');
  return (space === -1 ? cut : cut.slice(0, space)) + end;
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

/** Jinja2's `urlize`: addresses become links. */
export function urlize(value: string, limit: number | undefined, rel: string, target: string | undefined): string {
  const attributes = `${rel === '' ? '' : ` rel="${escapeHtml(rel)}"`}${target === undefined ? '' : ` target="${escapeHtml(target)}"`}`;
  const shorten = (url: string): string =>
    limit !== undefined && url.length > limit ? `${url.slice(0, limit)}...` : url;
  return escapeHtml(value)
    .split(/(\s+)/)
    .map((word) => {
      const before = /^(?:[(<]|&lt;)*/.exec(word)![0];
      const core = word.slice(before.length).replace(/(?:[.,)>]|&gt;)+$/, '');
      const after = word.slice(before.length + core.length);
      if (/^https?:\/\/\S+$/.test(core)) return `${before}<a href="${core}"${attributes}>${shorten(core)}</a>${after}`;
      if (/^(www\.[\w-]+(\.[\w-]+)+|[\w.-]+\.(?:com|net|int|edu|gov|org|info|mil))(?:[/?#]\S*)?$/.test(core))
        return `${before}<a href="https://${core}"${attributes}>${shorten(core)}</a>${after}`;
      if (/^[^\s@:]+@[\w.-]+\.\w+$/.test(core)) return `${before}<a href="mailto:${core}">${core}</a>${after}`;
      return word;
    })
    .join('');
}
