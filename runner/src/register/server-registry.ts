import type { Session } from '../engines/engine.js';
import { quoteIdentifier, quoteLiteral } from '../engines/relation.js';
import { CancelledError, EngineError, StorageError, TsdbtErrors, tsdbtErrorsOf } from '../errors/tsdbt-error.js';
import { registerCodes } from './codes.js';
import type { Changes } from './file-metastore.js';
import type { Registration } from './registrations.js';

/** What was registered before: `schema.table` → location. */
export type Registered = ReadonlyMap<string, string>;

/**
 * Tells a running server of tables: `register_table` for new ones, `unregister_table` for those that were registered before and
 * are no longer wanted, both for those that lie elsewhere now. What others registered stays.
 *
 * @param session a connection to the server
 * @param catalog a catalog of the connector delta_lake with `delta.register-table-procedure.enabled=true`
 * @param before what this project registered with it
 * @param onChange is told after every change what is registered now, so that a run that ends halfway knows its own
 * @throws {TsdbtErrors} TSD6092 where a name belongs to a table elsewhere that this project did not register; nothing is changed then
 * @throws {EngineError} TSD5191 where the server refuses
 */
export async function registerWithServer(
  session: Session,
  catalog: string,
  wanted: readonly Registration[],
  before: Registered,
  onChange: (now: Registered) => void = () => {},
): Promise<Changes> {
  const server = new ServerCatalog(session, catalog);
  const changes = { added: 0, changed: 0, removed: 0 };
  const now = new Map(before);
  const tables = await server.tables([
    ...new Set([...wanted.map(({ schema }) => schema), ...[...before.keys()].map(schemaOf)]),
  ]);
  const write: { registration: Registration; moved: boolean }[] = [];
  const errors: StorageError[] = [];
  for (const registration of wanted) {
    const key = `${registration.schema}.${registration.table}`;
    if (!tables.has(key)) {
      write.push({ registration, moved: false });
      continue;
    }
    const ours = before.get(key);
    if (ours === registration.location) continue;
    if (ours !== undefined) write.push({ registration, moved: true });
    else {
      const found = await server.locationOf(registration);
      if (found === registration.location) {
        // the record was lost: what lies here under this name is this project's
        now.set(key, registration.location);
        continue;
      }
      errors.push(
        new StorageError(registerCodes.nameTaken, `${key} is already another table in Trino`, {
          hint: `drop it there (CALL ${catalog}.system.unregister_table), or give the model another name or alias`,
          detail: `it lies at ${found ?? 'an unknown place'}, the table of this project at ${registration.location}`,
        }),
      );
    }
  }
  if (errors.length > 0) throw new TsdbtErrors(errors);
  if (now.size > before.size) onChange(now);
  await server.addSchemas(new Set(write.map(({ registration }) => registration.schema)));
  for (const { registration, moved } of write) {
    const key = `${registration.schema}.${registration.table}`;
    if (moved) await server.unregister(registration.schema, registration.table);
    await server.register(registration);
    now.set(key, registration.location);
    onChange(now);
    changes[moved ? 'changed' : 'added'] += 1;
  }
  const names = new Set(wanted.map(({ schema, table }) => `${schema}.${table}`));
  for (const key of before.keys()) {
    if (names.has(key)) continue;
    if (tables.has(key)) {
      await server.unregister(schemaOf(key), key.slice(schemaOf(key).length + 1));
      changes.removed += 1;
    }
    now.delete(key);
    onChange(now);
  }
  return changes;
}

function schemaOf(key: string): string {
  return key.slice(0, key.indexOf('.'));
}

/** The few statements that registering takes. */
class ServerCatalog {
  readonly #catalog: string;

  constructor(
    private readonly session: Session,
    catalog: string,
  ) {
    this.#catalog = quoteIdentifier(catalog);
  }

  /** `schema.table` of all there is in some schemas */
  async tables(schemas: readonly string[]): Promise<Set<string>> {
    if (schemas.length === 0) return new Set();
    const { rows } = await this.#ask('its tables cannot be listed', () =>
      this.session.query(
        `SELECT table_schema, table_name FROM ${this.#catalog}.information_schema.tables WHERE table_schema IN (${schemas.map(quoteLiteral).join(', ')})`,
      ),
    );
    return new Set(rows.map(([schema, table]) => `${schema}.${table}`));
  }

  /** undefined for what is no table, or tells no location */
  async locationOf({ schema, table }: Registration): Promise<string | undefined> {
    const name = [quoteIdentifier(schema), quoteIdentifier(table)].join('.');
    const { rows } = await this.#ask(`${schema}.${table} cannot be looked at`, () =>
      this.session.query(`SHOW CREATE TABLE ${this.#catalog}.${name}`),
    );
    return /^\s*location = '((?:[^']|'')*)'/m.exec(String(rows[0]?.[0]))?.[1]?.replaceAll("''", "'");
  }

  async addSchemas(schemas: Iterable<string>): Promise<void> {
    for (const schema of schemas) {
      await this.#ask(`the schema ${schema} cannot be made`, () =>
        this.session.execute(`CREATE SCHEMA IF NOT EXISTS ${this.#catalog}.${quoteIdentifier(schema)}`),
      );
    }
  }

  register({ schema, table, location }: Registration): Promise<void> {
    const names = `schema_name => ${quoteLiteral(schema)}, table_name => ${quoteLiteral(table)}`;
    return this.#ask(`${schema}.${table} is not registered`, () =>
      this.session.execute(
        `CALL ${this.#catalog}.system.register_table(${names}, table_location => ${quoteLiteral(location)})`,
      ),
    );
  }

  unregister(schema: string, table: string): Promise<void> {
    const names = `schema_name => ${quoteLiteral(schema)}, table_name => ${quoteLiteral(table)}`;
    return this.#ask(`${schema}.${table} stays registered`, () =>
      this.session.execute(`CALL ${this.#catalog}.system.unregister_table(${names})`),
    );
  }

  async #ask<T>(what: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (thrown) {
      if (thrown instanceof CancelledError || !(thrown instanceof Error)) throw thrown;
      const [own] = tsdbtErrorsOf(thrown);
      // a server that is down, or wants a password, is told as what it is
      if (own !== undefined && !(own instanceof EngineError)) throw thrown;
      throw new EngineError(registerCodes.refused, `${what}: ${thrown.message}`, {
        hint:
          hintFor(thrown.message) ?? own?.hint ?? 'the tables themselves are published; mend it, then "tsdbt register"',
        cause: thrown,
      });
    }
  }
}

/** What the server's own words mean for who runs it. */
function hintFor(message: string): string | undefined {
  if (/register_table procedure is disabled|unregister_table procedure is disabled/i.test(message))
    return 'set delta.register-table-procedure.enabled=true in the catalog, or register by files (register: { metastore: … })';
  if (/^catalog \S+ (does not exist|not found)/i.test(message))
    return 'name a catalog of the connector delta_lake with catalog: in the target';
  if (/No transaction log found|does not exist|not found|Location .* invalid/i.test(message))
    return 'the server sees another folder: its local.location must be the warehouse, or say how it names it with register: { location: … }';
  return undefined;
}
