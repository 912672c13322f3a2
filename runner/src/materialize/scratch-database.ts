import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine, Session } from '../engines/engine.js';
import { quoteIdentifier, quoteLiteral, type Relation } from '../engines/relation.js';

/** The engine's own catalog, in which the lake is exposed. */
const LAKE = 'memory';

let made = 0;

/**
 * A database file that one node has for itself while macros build it: what the node reads are views over the lake, `this` is a
 * copy that statements may change, and nothing in it is seen by anybody else. It goes when the node is done.
 */
export class ScratchDatabase {
  readonly #given = new Set<string>();

  private constructor(
    /** statements run in the database without naming it */
    readonly session: Session,
    private readonly name: string,
    private readonly path: string,
  ) {}

  /** @param folder absolute path of a folder that is there */
  static async open(engine: Engine, folder: string): Promise<ScratchDatabase> {
    made += 1;
    const name = `tsdbt_scratch_${made}`;
    const path = join(folder, `${name}.duckdb`);
    const session = await engine.openSession();
    await session.execute(`ATTACH ${quoteLiteral(path)} AS ${name}; USE ${name}`);
    return new ScratchDatabase(session, name, path);
  }

  /** Makes what the lake exposes under a name readable by that name. */
  async read(relation: Relation): Promise<void> {
    await this.#create('VIEW', relation);
  }

  /** Copies a table of the lake, so that it can be changed. */
  async copy(relation: Relation): Promise<void> {
    await this.#create('TABLE', relation);
  }

  async #create(kind: 'TABLE' | 'VIEW', relation: Relation): Promise<void> {
    const key = relation.toString();
    if (this.#given.has(key)) return;
    this.#given.add(key);
    await this.createSchema(relation.schema);
    await this.session.execute(`CREATE ${kind} ${key} AS SELECT * FROM ${LAKE}.${key}`);
  }

  /** From now on statements can only read it. */
  async seal(): Promise<void> {
    await this.session.execute(
      `USE ${LAKE}; DETACH ${this.name}; ATTACH ${quoteLiteral(this.path)} AS ${this.name} (READ_ONLY); USE ${this.name}`,
    );
  }

  async createSchema(schema: string): Promise<void> {
    await this.session.execute(`CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(schema)}`);
  }

  /** A SELECT of a table's rows, for any session; undefined where there is no table of that name. */
  async tableSelect(relation: Relation): Promise<string | undefined> {
    const { rows } = await this.session.query(`SELECT 1 FROM duckdb_tables() WHERE ${this.#named(relation)}`);
    return rows.length === 0 ? undefined : `SELECT * FROM ${this.name}.${relation}`;
  }

  /** The SELECT that a view stands for; undefined where there is no view of that name. */
  async viewSelect(relation: Relation): Promise<string | undefined> {
    const { rows } = await this.session.query(
      `SELECT sql FROM duckdb_views() WHERE ${this.#named(relation).replace('table_name', 'view_name')}`,
    );
    const [row] = rows;
    if (row === undefined) return undefined;
    const { select, renames } = partsOfView(String(row[0]));
    if (!renames) return select;
    const columns = await this.session.describe(`SELECT * FROM ${relation}`);
    return `SELECT * FROM (${select}) AS renamed(${columns.map((column) => quoteIdentifier(column.name)).join(', ')})`;
  }

  /** What statements have made beside what was given and the relation itself, as `schema.name`. */
  async others(relation: Relation): Promise<readonly string[]> {
    const { rows } = await this.session.query(
      `SELECT table_schema, table_name FROM information_schema.tables
       WHERE table_catalog = ${quoteLiteral(this.name)} ORDER BY ALL`,
    );
    const own = `${relation.schema}.${relation.identifier}`.toLowerCase();
    return rows
      .filter(
        ([schema, name]) => !this.#given.has(`${quoteIdentifier(String(schema))}.${quoteIdentifier(String(name))}`),
      )
      .map(([schema, name]) => `${schema}.${name}`)
      .filter((name) => name.toLowerCase() !== own);
  }

  /** Takes the database away. */
  async close(): Promise<void> {
    await this.session.execute(`USE ${LAKE}; DETACH ${this.name}`).catch(() => undefined);
    await this.session.close();
    for (const file of [this.path, `${this.path}.wal`]) if (existsSync(file)) rmSync(file, { force: true });
  }

  #named({ schema, identifier }: Relation): string {
    return [
      `database_name = ${quoteLiteral(this.name)}`,
      `lower(schema_name) = lower(${quoteLiteral(schema)})`,
      `lower(table_name) = lower(${quoteLiteral(identifier)})`,
    ].join(' AND ');
  }
}

const identifier = String.raw`(?:"(?:[^"]|"")*"|[^\s".(]+)`;
const viewHead = new RegExp(
  String.raw`^CREATE\s+(?:OR\s+REPLACE\s+)?VIEW\s+${identifier}(?:\.${identifier})*\s*(\((?:"(?:[^"]|"")*"|[^")])*\))?\s*AS\s+`,
  'i',
);

/** The SELECT in the engine's text of a view, and whether the view gives its columns other names. */
function partsOfView(sql: string): { select: string; renames: boolean } {
  const head = viewHead.exec(sql);
  if (head === null) throw new Error(`a view's text that cannot be read: ${sql}`);
  return { select: sql.slice(head[0].length).replace(/[;\s]+$/, ''), renames: head[1] !== undefined };
}
