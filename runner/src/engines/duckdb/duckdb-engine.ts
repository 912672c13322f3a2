import { mkdirSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import type { DuckDBInstance } from '@duckdb/node-api';
import type { Engine, EngineCapabilities, Session } from '../engine.js';
import { quoteLiteral } from '../relation.js';
import { duckDbFailure } from './duckdb-failure.js';
import { DuckDbSession } from './duckdb-session.js';

export interface DuckDbOptions {
  /** a DuckDB file, or `:memory:` (default: nothing holds a lock while people read the lake) */
  readonly path?: string | undefined;
  /** worker threads of the engine; default: all cores */
  readonly threads?: number | undefined;
  /** e.g. `4GB`; default: 60 % of the machine's memory */
  readonly memoryLimit?: string | undefined;
  /** absolute folder to which DuckDB spills */
  readonly tempDirectory: string;
  /** further settings, by DuckDB's names */
  readonly settings?: Readonly<Record<string, string>> | undefined;
  /** settings of every session; a time zone of UTC where none is given */
  readonly sessionSettings?: Readonly<Record<string, string>> | undefined;
}

const CAPABILITIES: EngineCapabilities = {
  writesParquet: true,
  loadsRows: true,
  describesQueries: true,
  concurrentSessions: true,
  runsModels: true,
  createsViews: true,
};

class DuckDbEngine implements Engine {
  readonly name = 'duckdb';
  readonly capabilities = CAPABILITIES;

  constructor(
    private readonly instance: DuckDBInstance,
    readonly version: string,
    private readonly sessionSettings: string,
  ) {}

  async openSession(): Promise<Session> {
    const connection = await this.instance.connect();
    try {
      await connection.run(`${this.sessionSettings}; SET errors_as_json = true`);
    } catch (thrown) {
      throw duckDbFailure(thrown, this.sessionSettings);
    }
    return new DuckDbSession(connection);
  }

  async close(): Promise<void> {
    this.instance.closeSync();
  }
}

/**
 * Starts DuckDB in this process. Extensions are neither installed nor loaded by themselves: nothing is ever downloaded.
 * @throws {EngineFailure} when the file cannot be opened or a setting is unknown
 */
export async function openDuckDb(options: DuckDbOptions): Promise<Engine> {
  const { DuckDBInstance, version } = (await import('./duckdb-module.js')).duckdb;
  mkdirSync(options.tempDirectory, { recursive: true });
  try {
    const instance = await DuckDBInstance.create(options.path ?? ':memory:', {
      threads: String(options.threads ?? availableParallelism()),
      memory_limit: options.memoryLimit ?? `${Math.floor((totalmem() * 0.6) / 2 ** 20)}MiB`,
      temp_directory: options.tempDirectory,
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      ...options.settings,
    });
    return new DuckDbEngine(instance, version(), sessionSettings(options));
  } catch (thrown) {
    throw duckDbFailure(thrown, '');
  }
}

function sessionSettings({ sessionSettings: given }: DuckDbOptions): string {
  if (given === undefined) return "SET TimeZone = 'UTC'";
  return Object.entries(given)
    .map(([name, value]) => `SET ${name} = ${quoteLiteral(value)}`)
    .join('; ');
}
