import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Session } from '../engines/engine.js';
import { EngineError, type TsdbtError, tsdbtErrorsOf } from '../errors/tsdbt-error.js';
import { callMacro } from '../manifest/call-macro.js';
import { ScratchDatabase } from '../materialize/scratch-database.js';
import type { LibraryMacro } from '../template/macros.js';
import { type CompileRequest, compileText, exposeAll, withLake } from './compile.js';
import type { RunState } from './run-state.js';

export interface OperationRequest extends Omit<CompileRequest, 'selected' | 'inline'> {
  /** a macro and its arguments, or SQL with templates */
  readonly work:
    | { readonly macro: LibraryMacro; readonly args: Readonly<Record<string, unknown>> }
    | { readonly sql: string };
  /** hears `{{ print(…) }}` */
  print(text: string): void;
}

/**
 * Calls a macro, or runs SQL, outside of any model. In a database file statements may do anything. Of Delta tables they read what is published:
 * they see a sealed database of views, so that nothing that was meant for a table is lost in memory.
 * @returns what went wrong; empty where all went well
 */
export async function runOperation(request: OperationRequest): Promise<readonly TsdbtError[]> {
  const { project } = request;
  const isLake = project.target.type === 'duckdb' && project.target.storage === 'delta';
  return withLake(
    request,
    async (state, session) => {
      try {
        if (isLake) await onSealedLake(state, (sealed) => run(state, sealed, request));
        else {
          await exposeAll(state);
          await run(state, session, request);
        }
        return [];
      } catch (thrown) {
        const errors = tsdbtErrorsOf(thrown);
        if (errors.length === 0 || request.signal.aborted) throw thrown;
        return errors.map((error) => (isLake ? explained(error) : error));
      }
    },
    { writes: isLake },
  );
}

async function run(state: RunState, session: Session, { manifest, work, print }: OperationRequest): Promise<void> {
  const { invocationId, runStartedAt } = state.request;
  if ('sql' in work) {
    const { sql } = await compileText(state, work.sql, session);
    await session.execute(sql);
    return;
  }
  await callMacro(manifest, {
    ...work,
    session,
    print,
    options: {
      relationOf: (id) => state.relationOf(id),
      invocationId,
      runStartedAt,
      command: 'run-operation',
      onLog: (level, message) => state.log(level, message),
    },
  });
}

/** A database in which everything that is published has its name, and nothing can be changed. */
async function onSealedLake(state: RunState, work: (session: Session) => Promise<void>): Promise<void> {
  const { project, invocationId, signal } = state.request;
  const folder = join(project.targetPath, 'tmp', invocationId);
  mkdirSync(folder, { recursive: true });
  const scratch = await ScratchDatabase.open(state.engine, folder);
  const cancel = (): void => scratch.session.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    for (const id of await exposeAll(state)) await scratch.read(state.relationOf(id));
    await scratch.seal();
    await work(scratch.session);
  } finally {
    signal.removeEventListener('abort', cancel);
    await scratch.close();
  }
}

/** What a statement may do, where it wanted more. */
function explained(error: TsdbtError): TsdbtError {
  if (!/read-only mode/.test(error.message)) return error;
  return new EngineError('TSD5040', 'a statement of run-operation wanted to change the lake', {
    place: error.place,
    via: error.via,
    detail: error.detail,
    hint: 'Delta tables are changed by models, seeds, snapshots, restore, optimize and vacuum; statements here may read them, COPY … TO files, ATTACH a database and write there, and use temporary tables',
    cause: error,
  });
}
