import type { Session } from '../engines/engine.js';
import { EngineFailure } from '../engines/engine-failure.js';
import type { CompiledCode } from '../manifest/compiled-code.js';
import { mapEngineError } from '../manifest/map-engine-error.js';
import type { TestNode } from '../manifest/nodes.js';
import { runTestMaterialization } from '../manifest/run-materialization.js';
import { failedToRun, judgeTest, type TestingRun, type TestResult } from '../quality/run-test.js';
import type { LibraryMacro } from '../template/macros.js';
import { materializationOptions } from './materialization-options.js';
import type { RunState } from './run-state.js';

/**
 * Runs a data test by a materialization of the project. What the macro throws is thrown on; errors of the SQL make the status `error`.
 *
 * @returns its result, and where the macro has kept the failing rows
 */
export async function runTestByMacro(
  state: RunState,
  test: TestNode,
  macro: LibraryMacro,
  compiled: { readonly code: CompiledCode; readonly path: string },
  session: Session,
  run: TestingRun,
): Promise<TestResult & { readonly keptIn?: string | undefined }> {
  const { code, path } = compiled;
  try {
    const options = materializationOptions(state, test, {
      isIncremental: false,
      fullRefresh: state.request.fullRefresh,
    });
    const found = await runTestMaterialization(state.manifest, {
      node: test,
      macro,
      session,
      select: code.sql,
      options,
    });
    const result = await judgeTest({ test, compiledPath: path, session, ...run, failing: code.sql, ...found });
    return { ...result, keptIn: found.keptIn };
  } catch (thrown) {
    if (!(thrown instanceof EngineFailure)) throw thrown;
    return failedToRun(mapEngineError(thrown, code, path, { node: test, manifest: state.manifest }));
  }
}
