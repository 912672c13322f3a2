import { describe, expect, it } from 'vitest';
import { highlight } from '../../src/docs-site/browser/highlight.js';
import { markdownToHtml } from '../../src/docs-site/browser/markdown.js';
import { literal } from '../../src/docs-site/write-site.js';

describe('Markdown of descriptions', () => {
  it('knows headings, emphasis, code, lists, quotes and tables', () => {
    expect(markdownToHtml('# Orders\n\nOne **row** per _order_, see `order_id`.')).toBe(
      '<h2>Orders</h2>\n<p>One <strong>row</strong> per <em>order</em>, see <code>order_id</code>.</p>',
    );
    expect(markdownToHtml('- a\n- b\n  - c\n')).toBe('<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>');
    expect(markdownToHtml('1. a\n2. b')).toBe('<ol><li>a</li><li>b</li></ol>');
    expect(markdownToHtml('> said')).toBe('<blockquote><p>said</p></blockquote>');
    expect(markdownToHtml('| a | b |\n|---|---|\n| 1 | `2` |')).toBe(
      '<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td><code>2</code></td></tr></tbody></table>',
    );
    expect(markdownToHtml('```sql\nselect 1 < 2\n```')).toBe('<pre><code>select 1 &#60; 2</code></pre>');
  });

  it('leaves names with underscores and sums with stars as they are', () => {
    expect(markdownToHtml('first_played_at is 2 * 3 * 4')).toBe('<p>first_played_at is 2 * 3 * 4</p>');
  });

  it.each([
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '**<b onclick=x>**',
    '`<i>`',
    '| <u> |\n|---|\n| <s> |',
    '- <li>',
    '> <q>',
    '# <h1>',
    '[<b>](https://example.org/?a="><script>)',
    '![<b>](https://example.org/x.png)',
    '~~~\n</pre><script>\n~~~',
    '<https://example.org/"onmouseover="x>',
  ])('shows HTML as text: %s', (text) => {
    const tags = markdownToHtml(text).match(/<\/?[a-z]\w*[^>]*>/g) ?? [];
    for (const tag of tags)
      expect(tag).toMatch(
        /^<\/?(?:p|h\d|strong|code|pre|ul|li|blockquote|table|thead|tbody|tr|t[hd])>$|^<a href="(?:[^"<>])*" rel="noopener noreferrer" target="_blank">$|^<\/a>$/,
      );
  });

  it('links to the web, to mail and within the pages, and to nothing else', () => {
    expect(markdownToHtml('[x](https://example.org)')).toContain('<a href="https://example.org"');
    expect(markdownToHtml('[x](#/lineage?select=+gold)')).toBe('<p><a href="#/lineage?select=+gold">x</a></p>');
    for (const target of [
      'javascript:alert(1)',
      'JaVaScRiPt:alert(1)',
      'data:text/html,x',
      'file:///etc/passwd',
      'vbscript:x',
    ])
      expect(markdownToHtml(`[x](${target})`)).toBe('<p>x</p>');
  });

  it('loads no pictures: they become links', () => {
    expect(markdownToHtml('![Board](https://example.org/x.png)')).toBe(
      '<p><a href="https://example.org/x.png" rel="noopener noreferrer" target="_blank">Board</a></p>',
    );
  });

  it('ends on any text', () => {
    const pieces = ['*', '_', '`', '[', '](', ')', '<', '|', '\n', '- ', '```', '#', '> ', 'a', ' ', '\\'];
    let seed = 1;
    for (let i = 0; i < 400; i++) {
      let text = '';
      for (let j = 0; j < 40; j++) {
        seed = (seed * 48271) % 2147483647;
        text += pieces[seed % pieces.length];
      }
      expect(markdownToHtml(text)).not.toMatch(
        /<(?!\/?(?:p|h\d|hr|strong|em|code|pre|ul|ol|li|blockquote|table|thead|tbody|tr|t[hd]|a)\b)/,
      );
    }
  });
});

describe('code', () => {
  it('marks words, strings, comments and templates, and escapes all of them', () => {
    expect(highlight("select '<b>' -- <i>", 'sql')).toBe(
      '<span class="c-word">select</span> <span class="c-string">&#39;&#60;b&#62;&#39;</span> <span class="c-comment">-- &#60;i&#62;</span>',
    );
    expect(highlight("{{ ref('x') }} {# <u> #}", 'sql')).toBe(
      '<span class="c-template">{{ ref(&#39;x&#39;) }}</span> <span class="c-comment">{# &#60;u&#62; #}</span>',
    );
    expect(highlight('x = "<b>"  # <i>', 'python')).toBe(
      'x = <span class="c-string">&#34;&#60;b&#62;&#34;</span>  <span class="c-comment"># &#60;i&#62;</span>',
    );
    expect(highlight('const a = `<b>`;', 'typescript')).toBe(
      '<span class="c-word">const</span> a = <span class="c-string">`&#60;b&#62;`</span>;',
    );
  });
});

describe('data in scripts', () => {
  it('ends no script element, and hides secrets in values and keys of any depth', () => {
    const text = literal({ a: ['</script><!--', 'pass-123456'], big: 12n }, (value) =>
      value.replaceAll('pass-123456', '*****'),
    );
    expect(text).not.toContain('<');
    expect(JSON.parse(text)).toEqual({ a: ['</script><!--', '*****'], big: '12' });
  });
});
