import type { Session } from '../engines/engine.js';
import { Relation } from '../engines/relation.js';
import { CancelledError, tsdbtErrorsOf } from '../errors/tsdbt-error.js';
import { addDirectMacro } from '../manifest/added-macros.js';
import { wholeOf } from '../manifest/compiled-code.js';
import { testMaterialization } from '../manifest/materialization-macros.js';
import type { ManifestNode, TestNode, UnitTestNode } from '../manifest/nodes.js';
import { keptAs, runTest } from '../quality/run-test.js';
import { internalPackage } from '../template/macros.js';
import type { RunState } from './run-state.js';
import { runUnitTest } from './run-unit-test.js';
import type { TaskEnd } from './scheduler.js';
import { sharedPass } from './shared-scan.js';
import { summaryOf } from './summaries.js';
import { tellProgress } from './tell-progress.js';
import { runTestByMacro } from './test-by-macro.js';
import { testHeader } from './test-header.js';

/** What dbt's own `materialization test` calls: a test that has run depends on it. */
const calledByTests = ['get_limit_subquery_sql', 'should_store_failures', 'statement'].map(
  (name) => `macro.dbt.${name}`,
);

/**
 * Runs one test, on staged relations where they are given, else on what is published, and reports it.
 * @returns `stop` when it fails at severity error
 */
export async function runOneTest(
  state: RunState,
  test: TestNode | UnitTestNode,
  session: Session,
  worker: number,
  staged: ReadonlyMap<string, Relation> = new Map(),
): Promise<TaskEnd> {
  if (test.resourceType === 'unit_test') return runUnitTest(state, test, session, worker);
  const startedAt = new Date();
  const elapsed = (): number => (Date.now() - startedAt.getTime()) / 1000;
  state.started(test);
  const node = summaryOf(test);
  const silent = tellProgress(
    session,
    (event) => state.request.bus.emit(event),
    ({ done, of }) => ({ event: 'node_progress', node, done, of, unit: 'splits' }),
  );
  try {
    await state.exposeParents(test.uniqueId, staged);
    const macro = testMaterialization(state.manifest.macros, [state.engine.name]);
    const shared = macro === undefined ? await sharedPass(state, test, session, staged) : undefined;
    const { code, path } = shared?.compiled ?? (await state.compile(test, session, { staged }));
    if (macro === undefined) for (const id of calledByTests) addDirectMacro(test, id);
    const run = { isStaged: staged.size > 0, warningsFail: state.request.warningsFail ?? false };
    for (const statement of shared === undefined ? testHeader(state, test) : []) await session.execute(statement);
    const byMacro =
      macro === undefined ? undefined : await runTestByMacro(state, test, macro, { code, path }, session, run);
    const result = shared
      ? ({ status: 'pass', failures: shared.failures, message: undefined, error: undefined } as const)
      : (byMacro ?? (await runTest(test, code, path, session, state.manifest, run)));
    // a macro of the project's own keeps failing rows itself
    const keeps = macro === undefined || macro.packageName === internalPackage;
    const stored =
      result.status === 'error' || !keeps
        ? undefined
        : await storeFailures(state, test, code.sql, result.failures, session);
    state.finish(
      test,
      {
        status: result.status,
        elapsed: shared?.elapsed ?? elapsed(),
        failures: result.failures,
        message: result.message,
        errors: result.error === undefined ? undefined : [result.error],
        hint:
          stored === undefined || result.failures === 0
            ? undefined
            : `the failing rows: select * from ${stored.schema}.${stored.identifier}`,
      },
      {
        startedAt,
        completedAt: new Date(),
        worker,
        compiledPath: path,
        compiledCode: wholeOf(code),
        relationName: stored?.toString() ?? byMacro?.keptIn,
      },
    );
    return result.status === 'fail' || result.status === 'error' ? 'stop' : 'go-on';
  } catch (thrown) {
    if (thrown instanceof CancelledError || state.request.signal.aborted) {
      state.finish(
        test,
        { status: 'cancelled', elapsed: elapsed(), message: 'interrupted' },
        { startedAt, completedAt: new Date(), worker },
      );
      return 'stop';
    }
    const errors = tsdbtErrorsOf(thrown);
    if (errors.length === 0) throw thrown;
    state.finish(
      test,
      { status: 'error', elapsed: elapsed(), message: errors[0]!.message, errors },
      { startedAt, completedAt: new Date(), worker },
    );
    return 'stop';
  } finally {
    silent();
  }
}

/** Reports a test that could not run because of a node it reads. */
export function skipTest(state: RunState, test: TestNode, cause: ManifestNode): void {
  state.finish(test, { status: 'skipped', elapsed: 0, message: `${cause.name} did not get that far` });
}

/** Keeps the failing rows as a table of their own; a test that passes empties what an earlier run kept. */
async function storeFailures(
  state: RunState,
  test: TestNode,
  sql: string,
  failures: number,
  session: Session,
): Promise<Relation | undefined> {
  const kept = keptAs(test, state.request.storeFailures);
  if (kept === undefined) return undefined;
  const { target } = state.request.project;
  const relation = new Relation(test.schema, test.alias, target.storage === 'native' ? target.database : undefined);
  if (!state.engine.capabilities.runsModels) {
    if (failures > 0)
      state.log('warn', `the failing rows of ${test.name} are not kept: nothing is written on this target`);
    return undefined;
  }
  const isNative = target.storage === 'native';
  if (failures === 0 && !isNative && (await state.storage.published(relation)) === undefined) return undefined;
  const options = {
    partitionBy: [],
    clusterBy: [],
    optimizeFrom: undefined,
    properties: {},
    description: `failing rows of test ${test.name}`,
    comments: {},
  };
  const limit = test.config.limit === undefined ? '' : ` limit ${test.config.limit}`;
  const rows = `select * from (\n${sql}\n) as failing_rows${limit}`;
  // a view of a lake would read what is published, not what was tested
  const staged =
    kept === 'view' && isNative
      ? await state.storage.stageView(session, relation, rows, options.description, [])
      : await state.storage.stageTable(session, relation, rows, options);
  await staged.publish();
  return relation;
}
