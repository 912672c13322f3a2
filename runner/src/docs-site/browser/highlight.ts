import { escapeHtml } from './markdown.js';

const SQL_WORDS =
  'all and any array as asc between by case cast cross current_date current_timestamp date desc distinct else end except exclude exists extract false filter first following from full group grouping having if ilike in inner intersect interval is join last lateral left like limit natural not null nulls offset on or order outer over partition pivot preceding qualify range recursive replace right rows select semi sets similar some struct table then timestamp true try_cast unbounded union unnest unpivot using values when where window with within';
const TS_WORDS =
  'any as async await boolean break case catch class const continue default delete do else enum export extends false finally for from function if implements import in instanceof interface let new null number of private protected public readonly return satisfies static string super switch this throw true try type typeof undefined unknown var void while yield';
const PYTHON_WORDS =
  'and as assert async await break class continue def del elif else except False finally for from global if import in is lambda None nonlocal not or pass raise return True try while with yield';

export type CodeLanguage = 'sql' | 'typescript' | 'python';

const words = {
  sql: new Set(SQL_WORDS.split(' ')),
  typescript: new Set(TS_WORDS.split(' ')),
  python: new Set(PYTHON_WORDS.split(' ')),
};

/** Templates first: a tag may stand anywhere, within strings too. */
const SQL =
  /(\{#[\s\S]*?(?:#\}|$))|(\{\{[\s\S]*?(?:\}\}|$)|\{%[\s\S]*?(?:%\}|$))|(--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|('(?:[^']|'')*(?:'|$))|("(?:[^"]|"")*(?:"|$))|(\b\d+(?:\.\d+)?(?:e[+-]?\d+)?\b)|([A-Za-z_]\w*)/gi;
const TYPESCRIPT =
  /(?!)()|(?!)()|(\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|('(?:[^'\\\n]|\\.)*'?|"(?:[^"\\\n]|\\.)*"?|`(?:[^`\\]|\\.)*(?:`|$))|(?!)()|(\b\d[\d_]*(?:\.\d+)?\b)|([A-Za-z_$][\w$]*)/g;
const PYTHON =
  /(?!)()|(?!)()|(#[^\n]*)|("{3}[\s\S]*?(?:"{3}|$)|'{3}[\s\S]*?(?:'{3}|$)|'(?:[^'\\\n]|\\.)*'?|"(?:[^"\\\n]|\\.)*"?)|(?!)()|(\b\d[\d_]*(?:\.\d+)?\b)|([A-Za-z_]\w*)/g;
const patterns = { sql: SQL, typescript: TYPESCRIPT, python: PYTHON };

/** Code as HTML with marks for comments, strings, numbers, keywords and templates. All text is escaped. */
export function highlight(code: string, language: CodeLanguage): string {
  let out = '';
  let last = 0;
  for (const match of code.matchAll(patterns[language])) {
    const [whole, remark, template, comment, text, quoted, number, word] = match;
    const kind =
      remark !== undefined || comment !== undefined
        ? 'comment'
        : template !== undefined
          ? 'template'
          : text !== undefined
            ? 'string'
            : quoted !== undefined
              ? 'name'
              : number !== undefined
                ? 'number'
                : word !== undefined && words[language].has(language === 'sql' ? word.toLowerCase() : word)
                  ? 'word'
                  : undefined;
    if (kind === undefined) continue;
    out += `${escapeHtml(code.slice(last, match.index))}<span class="c-${kind}">${escapeHtml(whole)}</span>`;
    last = match.index + whole.length;
  }
  return out + escapeHtml(code.slice(last));
}
