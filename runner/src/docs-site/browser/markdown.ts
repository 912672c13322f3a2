/** Text as HTML shows it. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

const ALLOWED = /^(?:https?:\/\/|mailto:|#)/i;

/**
 * Markdown as safe HTML: headings, paragraphs, lists, quotes, tables, code, emphasis and links. HTML in it is shown as text;
 * links lead to the web, to mail or within the pages; a picture becomes a link, so that nothing is loaded from outside.
 */
export function markdownToHtml(markdown: string): string {
  return blocks(markdown.replace(/\r\n?/g, '\n').split('\n'));
}

function blocks(lines: readonly string[]): string {
  const out: string[] = [];
  let i = 0;
  while (i < lines.length) {
    const line = lines[i]!;
    const fence = /^\s*(```+|~~~+)\s*([\w-]*)/.exec(line);
    if (line.trim() === '') i += 1;
    else if (fence !== null) {
      const end = lines.findIndex((other, at) => at > i && other.trim().startsWith(fence[1]!));
      const last = end === -1 ? lines.length : end;
      out.push(`<pre><code>${escapeHtml(lines.slice(i + 1, last).join('\n'))}</code></pre>`);
      i = last + 1;
    } else if (/^#{1,6}\s/.test(line)) {
      const [, marks, text] = /^(#{1,6})\s+(.*?)\s*#*$/.exec(line)!;
      // the page has a heading of the first level already
      const level = Math.min(6, marks!.length + 1);
      out.push(`<h${level}>${inline(text!)}</h${level}>`);
      i += 1;
    } else if (/^\s*(?:[-*_]\s*){3,}$/.test(line)) {
      out.push('<hr>');
      i += 1;
    } else if (/^\s*>/.test(line)) {
      const end = endOf(lines, i, (other) => /^\s*>/.test(other));
      out.push(`<blockquote>${blocks(lines.slice(i, end).map((other) => other.replace(/^\s*> ?/, '')))}</blockquote>`);
      i = end;
    } else if (isItem(line)) {
      const end = endOf(lines, i, (other) => other.trim() === '' || isItem(other) || /^\s+\S/.test(other));
      out.push(list(lines.slice(i, end)));
      i = end;
    } else if (line.includes('|') && /^[\s|:-]+$/.test(lines[i + 1] ?? '') && lines[i + 1]!.includes('-')) {
      const end = endOf(lines, i + 2, (other) => other.includes('|'));
      out.push(table(line, lines.slice(i + 2, end)));
      i = end;
    } else {
      const end = endOf(
        lines,
        i + 1,
        (other) => other.trim() !== '' && !isItem(other) && !/^\s*(?:#{1,6}\s|>|```|~~~)/.test(other),
      );
      out.push(
        `<p>${inline(
          lines
            .slice(i, end)
            .map((part) => part.trim())
            .join('\n'),
        )}</p>`,
      );
      i = end;
    }
  }
  return out.join('\n');
}

function endOf(lines: readonly string[], from: number, within: (line: string) => boolean): number {
  let end = from;
  while (end < lines.length && within(lines[end]!)) end += 1;
  return end;
}

const item = /^(\s*)(?:[-*+]|\d{1,9}[.)])\s+/;

function isItem(line: string): boolean {
  return item.test(line);
}

function list(lines: readonly string[]): string {
  const first = item.exec(lines[0]!)!;
  const ordered = /^\s*\d/.test(lines[0]!);
  const items: string[][] = [];
  for (const line of lines) {
    const match = item.exec(line);
    if (match !== null && match[1]!.length <= first[1]!.length) items.push([line.slice(match[0].length)]);
    else items.at(-1)!.push(line.replace(/^ {1,4}/, ''));
  }
  const html = items.map((part) => {
    const nested = part.findIndex((line, at) => at > 0 && (isItem(line) || line.trim() === ''));
    const text = part.slice(0, nested === -1 ? part.length : nested);
    const rest = nested === -1 ? '' : blocks(part.slice(nested));
    return `<li>${inline(text.join('\n'))}${rest}</li>`;
  });
  return ordered ? `<ol>${html.join('')}</ol>` : `<ul>${html.join('')}</ul>`;
}

function table(head: string, rows: readonly string[]): string {
  const cells = (line: string) =>
    line
      .trim()
      .replace(/^\||\|$/g, '')
      .split('|')
      .map((cell) => inline(cell.trim()));
  const row = (line: string, tag: string) =>
    `<tr>${cells(line)
      .map((cell) => `<${tag}>${cell}</${tag}>`)
      .join('')}</tr>`;
  return `<table><thead>${row(head, 'th')}</thead><tbody>${rows.map((line) => row(line, 'td')).join('')}</tbody></table>`;
}

const span =
  /(`+)([^`]|[^`][\s\S]*?[^`])\1(?!`)|!?\[([^\]]*)\]\(\s*<?((?:[^\s()<>]|\([^\s()<>]*\))*)>?(?:\s+["'][^"']*["'])?\s*\)|<(https?:\/\/[^\s<>]+)>|(\*\*|__)(?=\S)([\s\S]*?\S)\6|(?<![\w*])([*_])(?=\S)([^*_]*?\S)\8(?!\w)|\\([\\`*_{}[\]()#+\-.!|<>])|\b(https?:\/\/[^\s<>()]+[^\s<>().,;:!?'"])/;

/** Marks within a line. What is no mark is escaped; nothing of the text reaches the page in another way. */
function inline(text: string): string {
  let rest = text;
  let out = '';
  for (let match = span.exec(rest); match !== null; match = span.exec(rest)) {
    const [whole, , code, label, target, auto, , strong, , emphasis, escaped, bare] = match;
    out += escapeHtml(rest.slice(0, match.index));
    if (code !== undefined) out += `<code>${escapeHtml(code.trim())}</code>`;
    else if (label !== undefined) out += link(label, target ?? '');
    else if (auto !== undefined || bare !== undefined) out += link(auto ?? bare!, auto ?? bare!);
    else if (strong !== undefined) out += `<strong>${inline(strong)}</strong>`;
    else if (emphasis !== undefined) out += `<em>${inline(emphasis)}</em>`;
    else out += escapeHtml(escaped!);
    rest = rest.slice(match.index + whole.length);
  }
  return out + escapeHtml(rest);
}

function link(label: string, target: string): string {
  const text = label === target ? escapeHtml(label) : inline(label);
  if (!ALLOWED.test(target)) return text;
  const outside = target.startsWith('#') ? '' : ' rel="noopener noreferrer" target="_blank"';
  return `<a href="${escapeHtml(target)}"${outside}>${text || escapeHtml(target)}</a>`;
}
