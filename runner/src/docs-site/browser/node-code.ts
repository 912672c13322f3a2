import type { NodeDetails } from '../site-data.js';
import { h, trusted } from './dom.js';
import { type CodeLanguage, highlight } from './highlight.js';
import { section } from './parts.js';

const TITLES: Readonly<Record<CodeLanguage, string>> = { sql: 'Source', typescript: 'TypeScript', python: 'Python' };

/** Source and compiled code, side by side where there is room. */
export function codePart(details: NodeDetails): HTMLElement | undefined {
  const { code } = details;
  if (code === undefined || code.language === 'csv') return undefined;
  const language = code.language === 'javascript' ? 'typescript' : code.language;
  return section(
    'code',
    'Code',
    h(
      'div',
      { class: code.compiled === undefined ? 'codes single' : 'codes' },
      pane(TITLES[language], code.raw, language),
      code.compiled !== undefined && pane('Compiled', code.compiled, 'sql'),
    ),
    code.note !== undefined && h('p', { class: 'note' }, code.note),
  );
}

function pane(title: string, text: string, language: CodeLanguage): HTMLElement {
  const trimmed = text.replace(/\s+$/, '');
  const lines = trimmed.split('\n').length;
  const copy = h(
    'button',
    {
      type: 'button',
      'aria-label': `Copy: ${title}`,
      onclick: async () => {
        await copyText(trimmed);
        copy.textContent = 'Copied';
        setTimeout(() => {
          copy.textContent = 'Copy';
        }, 1500);
      },
    },
    'Copy',
  );
  return h(
    'figure',
    { class: 'code' },
    h('figcaption', {}, h('span', {}, title), copy),
    h(
      'div',
      { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': `${title} code` },
      h('pre', { class: 'lines', 'aria-hidden': 'true' }, Array.from({ length: lines }, (_, i) => i + 1).join('\n')),
      h('pre', {}, trusted('code', {}, highlight(trimmed, language))),
    ),
  );
}

/** Pages from files have no clipboard of their own in every browser: then the old way. */
async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = h('textarea', { class: 'sr-only' }, text);
    document.body.append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
  }
}
