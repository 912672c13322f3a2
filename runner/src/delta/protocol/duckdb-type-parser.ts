import { StorageError } from '../../errors/tsdbt-error.js';

/** A DuckDB type name, taken apart. */
export type DuckDBType =
  | { readonly kind: 'plain'; readonly name: string; readonly args: readonly string[] }
  | { readonly kind: 'list'; readonly element: DuckDBType }
  | { readonly kind: 'map'; readonly key: DuckDBType; readonly value: DuckDBType }
  | { readonly kind: 'struct'; readonly fields: readonly { name: string | undefined; type: DuckDBType }[] };

/**
 * Takes apart a type as DESCRIBE prints it: `STRUCT(a INTEGER, "b c" DECIMAL(10,2)[])`, `MAP(VARCHAR, DATE)`,
 * `ENUM('x', 'y')`, `INTEGER[3]`. Fixed-size arrays are lists. Throws StorageError TSD6041 for what it cannot read.
 */
export function parseDuckDBType(text: string): DuckDBType {
  const parser = new Parser(text);
  const type = parser.type();
  parser.end();
  return type;
}

const TOKEN = /\s*(?:("(?:[^"]|"")*")|('(?:[^']|'')*')|([\p{L}\p{N}_$.+-]+)|([(),[\]]))/uy;

class Parser {
  readonly #tokens: string[] = [];
  #at = 0;

  constructor(readonly text: string) {
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < text.trimEnd().length) {
      const match = TOKEN.exec(text);
      if (match === null) this.#fail();
      this.#tokens.push(match[1] ?? match[2] ?? match[3] ?? match[4]!);
    }
  }

  type(): DuckDBType {
    let type = this.#base();
    while (this.#peek() === '[') {
      this.#next();
      if (this.#peek() !== ']') this.#next();
      this.#take(']');
      type = { kind: 'list', element: type };
    }
    return type;
  }

  end(): void {
    if (this.#at !== this.#tokens.length) this.#fail();
  }

  #base(): DuckDBType {
    const name = this.#next()
      .replace(/^"(.*)"$/s, '$1')
      .toUpperCase();
    if (name === 'STRUCT' || name === 'ROW') return { kind: 'struct', fields: this.#fields() };
    if (name === 'MAP') {
      this.#take('(');
      const key = this.type();
      this.#take(',');
      const value = this.type();
      this.#take(')');
      return { kind: 'map', key, value };
    }
    const words = [name];
    while (/^(WITH|WITHOUT|TIME|ZONE|PRECISION|VARYING)$/i.test(this.#peek() ?? ''))
      words.push(this.#next().toUpperCase());
    return { kind: 'plain', name: words.join(' '), args: this.#peek() === '(' ? this.#arguments() : [] };
  }

  #fields(): { name: string | undefined; type: DuckDBType }[] {
    this.#take('(');
    const fields: { name: string | undefined; type: DuckDBType }[] = [];
    while (this.#peek() !== ')') {
      const after = this.#tokens[this.#at + 1];
      const named = after !== undefined && !/^[(),[\]]$/.test(after);
      // a prepared statement says "" for a field without a name
      const name = named ? unquote(this.#next()) : '';
      fields.push({ name: name === '' ? undefined : name, type: this.type() });
      if (this.#peek() === ',') this.#next();
    }
    this.#take(')');
    return fields;
  }

  /** Arguments that are not types, and those of UNION: kept as text, parentheses balanced. */
  #arguments(): string[] {
    this.#take('(');
    const args: string[] = [];
    for (let depth = 1; depth > 0; ) {
      const token = this.#next();
      if (token === '(') depth++;
      else if (token === ')') depth--;
      else if (token !== ',') args.push(token);
    }
    return args;
  }

  #peek(): string | undefined {
    return this.#tokens[this.#at];
  }

  #next(): string {
    const token = this.#tokens[this.#at++];
    if (token === undefined) this.#fail();
    return token;
  }

  #take(token: string): void {
    if (this.#next() !== token) this.#fail();
  }

  #fail(): never {
    throw new StorageError('TSD6041', `cannot read the type ${this.text}`);
  }
}

function unquote(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}
