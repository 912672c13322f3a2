import { openTrino } from '../engines/trino/trino-engine.js';
import { EngineError } from '../errors/tsdbt-error.js';
import { ReadingStorage } from '../materialize/reading-storage.js';
import type { Project, Target } from '../project/project.js';
import { trinoOptionsOf } from '../project/targets-trino.js';
import type { LakeOptions, OpenLake } from './open-lake.js';

/**
 * Connects to the server that a target of type trino names, for reading the tables that are registered there.
 * @throws {EngineError} TSD5036 for a run that would write, or tables as they were; what the server or the way to it gives
 */
export async function openTrinoLake({ target }: Project, options: LakeOptions): Promise<OpenLake> {
  if (options.writes) throw noModels(target);
  if (options.asOf !== undefined)
    throw new EngineError('TSD5036', `tables as they were cannot be read through target ${target.name} (trino) yet`, {
      hint: 'use a target of type duckdb, or Trino\'s own words: --inline "select * from … for version as of 3"',
    });
  const engine = await openTrino(trinoOptionsOf(target));
  const catalog = await engine.openSession();
  const cancel = (): void => catalog.cancel();
  options.signal?.addEventListener('abort', cancel, { once: true });
  if (options.signal?.aborted) cancel();
  return {
    engine,
    storage: new ReadingStorage(catalog),
    async close() {
      options.signal?.removeEventListener('abort', cancel);
      await catalog.close();
      await engine.close();
    },
  };
}

/**
 * Commands that work on the files of tables go by the warehouse's folder, not through a server.
 * @throws {EngineError} TSD5036 for a target of type trino
 */
export function requireFiles(target: Target, command: string): void {
  if (target.type !== 'trino') return;
  throw new EngineError('TSD5036', `${command} does not work through target ${target.name} (trino)`, {
    hint: 'use a target of type duckdb: it works on the files themselves',
  });
}

function noModels(target: Target): EngineError {
  return new EngineError('TSD5036', `running models on Trino is not supported yet (target ${target.name})`, {
    hint: 'build with a target of type duckdb, whose register: makes its tables known to Trino; show, test, compile and debug work here',
  });
}
