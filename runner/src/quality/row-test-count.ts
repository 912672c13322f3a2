/** How the failing rows of a test are counted in one scan with those of others. */
export interface RowTestCount {
  /** what the test reads, as it stands after FROM; tests with the same text can share a scan */
  readonly from: string;
  /** an aggregate over it: as many as the test's SELECT has rows */
  readonly count: string;
}

interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Clauses after which a SELECT is no longer a filter of rows. */
const OTHER_CLAUSES = new Set([
  ...['having', 'order', 'limit', 'offset', 'fetch', 'qualify', 'window', 'sample', 'tablesample', 'using'],
  ...['union', 'intersect', 'except', 'with', 'into', 'distinct'],
]);

/**
 * The aggregate that counts what a test's SELECT returns, where that is `select * from … where …`, or the failing values
 * of a column with their numbers (`select c as …, count(*) as … from … where … group by c`). Undefined for any other shape,
 * and for text in which quotes, comments or brackets leave doubt.
 */
export function rowTestCount(sql: string): RowTestCount | undefined {
  const words = outerWords(sql);
  if (words === undefined || words[0]?.text !== 'select') return undefined;
  if (words.some(({ text }) => OTHER_CLAUSES.has(text))) return undefined;
  const [from, where, group] = ['from', 'where', 'group'].map((text) => words.filter((word) => word.text === text));
  if (from!.length !== 1 || where!.length !== 1 || group!.length > 1 || words.filter(isSelect).length !== 1)
    return undefined;
  const [f, w, g] = [from![0]!, where![0]!, group![0]];
  if (f.start > w.start || (g !== undefined && g.start < w.start)) return undefined;
  const selected = sql.slice(words[0].end, f.start).trim();
  const source = sql.slice(f.end, w.start).trim();
  const condition = sql.slice(w.end, g?.start).trim();
  if (source === '' || condition === '') return undefined;
  if (g === undefined)
    return /^(\*|\d+)$/.test(selected) ? { from: source, count: `count(*) filter (where ${condition})` } : undefined;
  const value = /^by\s+(.+)$/is.exec(sql.slice(g.end).trim())?.[1];
  const named = /^(.+?)\s+as\s+\w+\s*,\s*count\(\*\)\s+as\s+\w+$/is.exec(selected)?.[1];
  // one name: what is grouped by may otherwise be the number of a column
  if (value === undefined || value !== named || !/^("[^"]+"|[a-z_]\w*)$/i.test(value)) return undefined;
  const nulls = `cast(count(*) filter (where (${condition}) and ${value} is null) > 0 as integer)`;
  return { from: source, count: `count(distinct ${value}) filter (where ${condition}) + ${nulls}` };
}

function isSelect({ text }: Word): boolean {
  return text === 'select';
}

/** Words outside of quotes and brackets, in lower case; undefined for comments, several statements, and what is not closed. */
function outerWords(sql: string): Word[] | undefined {
  const words: Word[] = [];
  let depth = 0;
  const token = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--|\/\*|[\w$]+|[()[\]{}]|[;'"]/g;
  for (const match of sql.matchAll(token)) {
    const [text] = match;
    if (text === '--' || text === '/*' || text === ';' || text === "'" || text === '"' || text.includes('$'))
      return undefined;
    if ('([{'.includes(text)) depth++;
    else if (')]}'.includes(text)) depth--;
    else if (/^\w/.test(text)) {
      // a prefix of a text in which a backslash may escape the quote
      if (/^(e|x|b|u)$/i.test(text) && sql[match.index + 1] === "'") return undefined;
      if (depth === 0) words.push({ text: text.toLowerCase(), start: match.index, end: match.index + text.length });
    }
    if (depth < 0) return undefined;
  }
  return depth === 0 ? words : undefined;
}
