import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { SnapshotAt } from '../delta/log/load.js';
import { openDuckDb } from '../engines/duckdb/duckdb-engine.js';
import { DuckDbParquet } from '../engines/duckdb/duckdb-parquet.js';
import type { Engine } from '../engines/engine.js';
import { ProjectError } from '../errors/tsdbt-error.js';
import { DeltaStorage } from '../materialize/delta-storage.js';
import type { LakeStorage } from '../materialize/lake-storage.js';
import type { Project } from '../project/project.js';
import { TSDBT_VERSION } from '../project/tsdbt-version.js';
import { announceRun } from './live-runs.js';
import { openNative } from './open-native.js';
import { openTrinoLake } from './open-trino.js';
import { sweep } from './sweep.js';

/** A running engine over a project's warehouse. */
export interface OpenLake {
  readonly engine: Engine;
  readonly storage: LakeStorage;
  /** stops the engine and removes its temporary files */
  close(): Promise<void>;
}

export interface LakeOptions {
  /** a warehouse that is not there yet will be made; default false */
  readonly writes?: boolean | undefined;
  /** tables are read as they were then; default: at their latest version */
  readonly asOf?: SnapshotAt | undefined;
  /** cancels what is asked of the engine's catalog */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Starts the target's engine over the project's warehouse, and spares what it reads and stages there from every vacuum.
 * @throws {ProjectError} TSD1085 for a target whose engine cannot run models
 */
export async function openLake(project: Project, invocationId: string, options: LakeOptions = {}): Promise<OpenLake> {
  const { target } = project;
  if (target.type === 'trino') return openTrinoLake(project, options);
  if (target.type === 'duckdb' && target.storage === 'native') return openNative(project, invocationId);
  if (target.type !== 'duckdb' || target.storage !== 'delta') {
    throw new ProjectError(
      'TSD1085',
      `target ${target.name} (${target.type}, storage ${target.storage}) cannot run models`,
      {
        hint: 'models run on a target of type duckdb with storage: delta',
      },
    );
  }
  sweep(join(project.targetPath, 'tmp'), /^[\da-f-]{36}$/);
  sweep(project.warehouse, /^lake\.duckdb\.\d+\.tmp(\.wal)?$/);
  const tempDirectory = join(project.targetPath, 'tmp', invocationId);
  const ended = announceRun(project.warehouse, invocationId, options.writes ?? false);
  const engine = await openDuckDb({
    tempDirectory,
    memoryLimit: target.memoryLimit,
    settings: Object.fromEntries(Object.entries(target.settings).map(([key, value]) => [key, String(value)])),
  });
  const catalog = await engine.openSession();
  const storage = new DeltaStorage({
    warehouse: project.warehouse,
    catalog,
    parquetOf: (session) => new DuckDbParquet(session),
    commitInfo: {
      runId: invocationId,
      engineInfo: `tsdbt/${TSDBT_VERSION} duckdb/${engine.version.replace(/^v/, '')}`,
    },
    invocationId,
    asOf: options.asOf,
  });
  return {
    engine,
    storage,
    async close() {
      await catalog.close();
      await engine.close();
      ended();
      rmSync(tempDirectory, { recursive: true, force: true });
    },
  };
}
