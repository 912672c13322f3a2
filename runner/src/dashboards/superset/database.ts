import { ProjectError } from '../../errors/tsdbt-error.js';
import { dashboardCodes } from '../codes.js';
import type { Form } from './chart-context.js';
import { uuid5 } from './uuid.js';

/** The database that Superset asks. */
export interface SupersetDatabase {
  readonly engine: 'duckdb' | 'trino';
  /** SQLAlchemy's URI */
  readonly uri: string;
}

/**
 * The database of a URI: `trino://user@host:8080/delta`, or `duckdb:////folder/lake.duckdb?access_mode=read_only`.
 * @throws {ProjectError} TSD1959 for any other
 */
export function databaseOf(uri: string): SupersetDatabase {
  const engine = /^(duckdb|trino)(?:\+\w+)?:\/\//.exec(uri)?.[1];
  if (engine === undefined) {
    throw new ProjectError(
      dashboardCodes.unknownDatabase,
      `"${uri}" is no address of a database that Superset can ask`,
      {
        hint: 'write trino://user@host:8080/delta or duckdb:////absolute/path/lake.duckdb?access_mode=read_only',
      },
    );
  }
  return { engine: engine as SupersetDatabase['engine'], uri };
}

/** The file of views that every run writes, opened for reading only: readers hold no lock. */
export function embeddedLake(warehouse: string): SupersetDatabase {
  return { engine: 'duckdb', uri: `duckdb:///${warehouse}/lake.duckdb?access_mode=read_only` };
}

export function databaseUuid(project: string): string {
  return uuid5(project, 'database');
}

/** `databases/<name>.yaml` */
export function databaseFile(project: string, { uri }: SupersetDatabase): Form {
  return {
    database_name: project,
    sqlalchemy_uri: uri,
    cache_timeout: null,
    expose_in_sqllab: true,
    allow_run_async: false,
    allow_ctas: false,
    allow_cvas: false,
    allow_dml: false,
    allow_csv_upload: false,
    extra: { allows_virtual_table_explore: true, metadata_params: {}, engine_params: {} },
    uuid: databaseUuid(project),
    version: '1.0.0',
  };
}
