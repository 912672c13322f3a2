/** One statement of several, and where it begins. */
export interface Statement {
  readonly text: string;
  /** UTF-16 offset in the whole text */
  readonly start: number;
}

const TOKENS = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|;/g;
const COMMENTS = /--[^\n]*|\/\*[\s\S]*?\*\//g;

/** Cuts a text at its semicolons, which Trino takes none of. What holds nothing but blanks and comments is left out. */
export function splitStatements(sql: string): readonly Statement[] {
  const statements: Statement[] = [];
  let start = 0;
  const add = (end: number): void => {
    const text = sql.slice(start, end);
    if (text.replace(COMMENTS, '').trim() !== '') statements.push({ text, start });
    start = end + 1;
  };
  for (const match of sql.matchAll(TOKENS)) if (match[0] === ';') add(match.index);
  add(sql.length);
  return statements;
}

/** The first word of a statement in upper case, behind comments and opening brackets. */
export function firstWord(sql: string): string {
  const bare = sql.replace(COMMENTS, ' ').replace(/^[\s(]+/, '');
  return (/^\w+/.exec(bare)?.[0] ?? '').toUpperCase();
}
