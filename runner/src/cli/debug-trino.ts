import type { Session } from '../engines/engine.js';
import { quoteLiteral } from '../engines/relation.js';
import { TrinoClient } from '../engines/trino/trino-client.js';
import { originOf, type TrinoOptions } from '../engines/trino/trino-options.js';
import { TrinoSession } from '../engines/trino/trino-session.js';
import { didYouMean } from '../errors/suggest.js';
import type { Manifest } from '../manifest/manifest.js';
import type { Project } from '../project/project.js';
import { trinoOptionsOf } from '../project/targets-trino.js';
import { CheckFailure, type RunCheck } from './check.js';

/** The oldest version that anything here was made for; nobody tries older ones. */
const LEAST_VERSION = 435;
/** Versions before read and delete wrong rows with the column index of Parquet (trinodb/trino #28885). */
const INDEX_MENDED = 481;
const SHOWN = 5;

/**
 * Checks a target of type trino from the outside in: the server, its version, the credentials, the catalog, the column index, the tables of
 * the project, reading one, and registering. What the next check rests on ends the series when it fails.
 */
export async function checkTrino(project: Project, manifest: Manifest, check: RunCheck): Promise<void> {
  let options: TrinoOptions | undefined;
  const isConfigured = await check('target', 'mend the target in project.yml', () => {
    options = trinoOptionsOf(project.target);
    return `${originOf(options)}, user ${options.user}, ${options.auth.method === 'none' ? 'no credentials' : options.auth.method}`;
  });
  if (!isConfigured) return;
  const client = new TrinoClient(options!);
  const session = new TrinoSession(client);
  try {
    await new TrinoChecks(options!, client, session, check).run(tablesOf(project, manifest));
  } finally {
    await session.close();
    client.close();
  }
}

/** `schema.table` of everything that the project publishes, in lower case as Trino has it. */
function tablesOf(project: Project, manifest: Manifest): readonly string[] {
  const names = new Set<string>();
  for (const node of manifest.nodes.values()) {
    if (node.resourceType === 'test' || node.config.materialized === 'ephemeral') continue;
    // views are DuckDB's SQL: Trino does not know them
    if (node.config.materialized === 'view') continue;
    names.add(`${node.schema || project.target.schema}.${node.alias}`.toLowerCase());
  }
  return [...names].sort();
}

class TrinoChecks {
  #version = 0;
  /** tables of the project that are there */
  #present: readonly string[] = [];

  constructor(
    private readonly options: TrinoOptions,
    private readonly client: TrinoClient,
    private readonly session: Session,
    private readonly check: RunCheck,
  ) {}

  async run(tables: readonly string[]): Promise<void> {
    const { check } = this;
    const catalog = this.options.catalog!;
    const file = `etc/catalog/${catalog}.properties`;
    const isUp = await check('server', 'start it, or wait until it is up: starting takes up to a minute', () =>
      this.#server(),
    );
    if (!isUp) return;
    await check('version', `upgrade the server to ${LEAST_VERSION} or later`, () => this.#isNewEnough());
    const isKnown = await check(
      'credentials',
      'set user, method, and password or jwt_token of the target',
      async () => `the server knows ${String(await this.#value('select current_user'))}`,
    );
    if (!isKnown) return;
    const hasCatalog = await check(
      'catalog',
      `set catalog: of the target, or add ${file} with connector.name=delta_lake to the server and restart it`,
      () => this.#catalog(catalog),
    );
    if (!hasCatalog) return;
    await check(
      'column index',
      `set parquet.use-column-index=false in ${file} and restart the server, or upgrade it to ${INDEX_MENDED}`,
      () => this.#columnIndex(catalog),
    );
    const hasTables = await check(
      'tables',
      'build with a target of type duckdb that has register:, or run "tsdbt register" with it',
      () => this.#tables(tables),
    );
    if (hasTables && this.#present.length > 0) {
      await check(
        'reading',
        'the folder of the warehouse must be the local.location of the catalog, and readable by the server',
        () => this.#reading(this.#present[0]!),
      );
    }
    await check(
      'registering',
      `set delta.register-table-procedure.enabled=true in ${file} and restart the server, or register by files (register: { metastore: … })`,
      () => this.#registering(catalog),
    );
  }

  async #server(): Promise<string> {
    const { version, starting } = await this.client.info();
    if (starting) throw new CheckFailure(`Trino ${version} at ${originOf(this.options)} is still starting`);
    this.#version = Number.parseInt(version, 10);
    return `Trino ${version} at ${originOf(this.options)}`;
  }

  #isNewEnough(): string {
    if (!(this.#version >= LEAST_VERSION))
      throw new CheckFailure(`Trino ${this.#version} is older than any that this is made for`);
    return `${this.#version}, of ${LEAST_VERSION} or later`;
  }

  async #catalog(wanted: string): Promise<string> {
    const { rows } = await this.session.query(
      'select catalog_name, connector_name from system.metadata.catalogs order by 1',
    );
    const names = rows.map(([name]) => String(name));
    const found = rows.find(([name]) => name === wanted);
    if (found === undefined) {
      const meant = didYouMean(wanted, names);
      throw new CheckFailure(
        `there is no catalog "${wanted}"; there are: ${names.join(', ')}${meant === undefined ? '' : ` (${meant})`}`,
      );
    }
    if (found[1] !== 'delta_lake')
      throw new CheckFailure(
        `the catalog ${wanted} has the connector ${String(found[1])}; Delta tables need delta_lake`,
      );
    return `${wanted} (delta_lake)`;
  }

  /** The property of the session tells how the catalog is configured; one of the target's own helps this target only. */
  async #columnIndex(catalog: string): Promise<string> {
    if (this.#version >= INDEX_MENDED) return `safe since ${INDEX_MENDED}`;
    const name = `${catalog}.parquet_use_column_index`;
    const { rows } = await this.session.query(
      `show session like ${quoteLiteral(name.replaceAll('_', '\\_'))} escape '\\'`,
    );
    const [, value, byDefault] = rows[0] ?? [];
    if (value === 'true')
      throw new CheckFailure(`it is on, and version ${this.#version} reads and deletes wrong rows with it`);
    if (byDefault === 'true') return 'off by session_properties of this target; other clients still read with it';
    return 'off';
  }

  async #tables(wanted: readonly string[]): Promise<string> {
    const schemas = [...new Set(wanted.map((table) => table.slice(0, table.indexOf('.'))))];
    const existing = (await this.session.query('select schema_name from information_schema.schemata')).rows.map(
      ([name]) => String(name),
    );
    const missing = schemas.filter((schema) => !existing.includes(schema));
    if (missing.length > 0)
      throw new CheckFailure(
        `${missing.length === 1 ? 'the schema' : 'the schemas'} ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing; there are: ${existing.join(', ')}`,
      );
    if (wanted.length === 0) return 'the project has none';
    const { rows } = await this.session.query(
      `select table_schema || '.' || table_name from information_schema.tables where table_schema in (${schemas.map(quoteLiteral).join(', ')})`,
    );
    const names = new Set(rows.map(([name]) => String(name)));
    this.#present = wanted.filter((table) => names.has(table));
    const absent = wanted.filter((table) => !names.has(table));
    if (this.#present.length === 0)
      throw new CheckFailure(`none of the ${wanted.length} tables of the project is registered`);
    const count = `${this.#present.length} of ${wanted.length} registered`;
    if (absent.length === 0) return count;
    return `${count}; not built or not registered: ${absent.slice(0, SHOWN).join(', ')}${absent.length > SHOWN ? ', …' : ''}`;
  }

  async #reading(table: string): Promise<string> {
    const [schema, name] = table.split('.');
    const { columns } = await this.session.query(`select * from "${schema}"."${name}" limit 1`);
    return `${table}, ${columns.length} columns`;
  }

  /** The procedure is called for a schema that does not exist: where it is allowed, that is what it says. Nothing is registered. */
  async #registering(catalog: string): Promise<string> {
    const name = 'tsdbt_debug_no_such_schema';
    const message = await this.session
      .execute(
        `call "${catalog.replaceAll('"', '""')}".system.register_table(schema_name => '${name}', table_name => 'none', table_location => 'local:///none')`,
      )
      .then(
        () => '',
        (thrown: unknown) => (thrown instanceof Error ? thrown.message : String(thrown)),
      );
    if (message.includes(name)) return 'allowed';
    if (this.#present.length > 0) return `not allowed (${message}); the tables are registered in other ways`;
    throw new CheckFailure(message === '' ? 'the answer was not the expected one' : message);
  }

  async #value(sql: string): Promise<unknown> {
    return (await this.session.query(sql)).rows[0]?.[0];
  }
}
