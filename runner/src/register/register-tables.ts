import type { Engine } from '../engines/engine.js';
import type { Manifest } from '../manifest/manifest.js';
import type { Project, RegisterTarget, Target } from '../project/project.js';
import { type Changes, writeFileMetastore } from './file-metastore.js';
import { RegistrationRecord } from './record.js';
import { wantedRegistrations } from './registrations.js';
import { registerWithServer } from './server-registry.js';

export interface RegisterOptions {
  readonly project: Project;
  readonly manifest: Manifest;
  readonly settings: RegisterTarget;
  /** opens the engine of a target of type trino */
  readonly connect: (target: Target) => Promise<Engine>;
  /** stops what runs in the server; the promise then rejects with CancelledError */
  readonly signal: AbortSignal;
}

/** What registering did. */
export interface RegistrationSummary extends Changes {
  readonly tables: number;
  /** each table may have two */
  readonly names: number;
  /** relations that Trino cannot read: `schema.name` */
  readonly views: readonly string[];
}

/**
 * Makes Trino know the tables of the project that exist in its warehouse, by the files of its metastore or by telling a running server.
 * Only names and places are registered: new versions and columns are seen without it.
 *
 * @throws {TsdbtErrors} TSD1961 for two tables of one name, TSD6092 for a name that belongs to another table
 * @throws {StorageError} TSD6091 where files cannot be written
 * @throws {EngineError} TSD5191 where the server refuses, or the engine's own where it is not there
 */
export async function registerTables(options: RegisterOptions): Promise<RegistrationSummary> {
  const { project, manifest, settings } = options;
  const { registrations, tables, views } = wantedRegistrations(manifest, project.warehouse, settings);
  const changes =
    settings.metastore === undefined
      ? await tellServer(options, registrations)
      : writeFileMetastore(settings.metastore, project.name, registrations);
  return { ...changes, tables, names: registrations.length, views };
}

async function tellServer(
  { project, settings, connect, signal }: RegisterOptions,
  wanted: Parameters<typeof registerWithServer>[2],
): Promise<Changes> {
  const target = settings.server!;
  const record = new RegistrationRecord(project.warehouse, target.name);
  const engine = await connect(target);
  try {
    const session = await engine.openSession();
    const cancel = (): void => session.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      return await registerWithServer(session, catalogOf(target), wanted, record.read(), (now) => record.write(now));
    } finally {
      signal.removeEventListener('abort', cancel);
      await session.close();
    }
  } finally {
    await engine.close();
  }
}

/** The catalog that a target of type trino names, as `catalog` or, like dbt, as `database`. */
export function catalogOf(target: Target): string {
  return typeof target.extra.catalog === 'string' ? target.extra.catalog : (target.database ?? 'delta');
}
