import type { Column, Session } from '../engines/engine.js';
import { EngineFailure } from '../engines/engine-failure.js';
import { quoteIdentifier } from '../engines/relation.js';
import { didYouMean } from '../errors/suggest.js';
import { CancelledError, QualityError, type TsdbtError, tsdbtErrorsOf } from '../errors/tsdbt-error.js';
import type { CompiledCode } from '../manifest/compiled-code.js';
import { mapEngineError } from '../manifest/map-engine-error.js';
import type { ModelNode, UnitTestNode } from '../manifest/nodes.js';
import { diffRows, diffSummary, diffTable, type RowsDiff } from '../quality/unit-test-diff.js';
import { comparedColumns } from '../quality/unit-test-sql.js';
import type { RunState } from './run-state.js';
import type { TaskEnd } from './scheduler.js';
import { expectedSelect, unitTestCode } from './unit-test-code.js';

/**
 * Runs one unit test: the model's SQL over the rows that are given, held against the rows that are expected.
 * @returns `stop` when they differ, or when the test cannot run
 */
export async function runUnitTest(
  state: RunState,
  test: UnitTestNode,
  session: Session,
  worker: number,
): Promise<TaskEnd> {
  const startedAt = new Date();
  const elapsed = (): number => (Date.now() - startedAt.getTime()) / 1000;
  const model = state.manifest.get(test.dependsOn[0]!) as ModelNode;
  state.started(test);
  let code: CompiledCode | undefined;
  let path: string | undefined;
  const wrong: QualityError[] = [];
  const about = () => ({
    startedAt,
    completedAt: new Date(),
    worker,
    compiledPath: path,
    compiledCode: code?.sql,
  });
  try {
    if (model.language === 'typescript')
      throw new QualityError('TSD4119', `${model.name} is written in TypeScript: unit tests test SQL models`, {
        place: test.propertiesPlace,
        hint: 'export the function that makes the rows, and test it with a test runner for TypeScript',
      });
    code = await unitTestCode(state, test, model, session, wrong);
    path = state.writeCompiled(test, code);
    const diff = await compare(state, test, code, session, wrong);
    for (const { message } of wrong) state.log('warn', `${message}: nothing that is compared reads it`);
    if (diff === undefined) {
      state.finish(test, { status: 'pass', elapsed: elapsed(), failures: 0 }, about());
      return 'go-on';
    }
    const error = new QualityError('TSD4110', `unit test ${test.name} of ${test.model}: ${diffSummary(diff)}`, {
      place: test.propertiesPlace,
      detail: diffTable(diff),
      hint: `mend ${model.path} or the expectation, then: tsdbt test --select unit_test:${test.name}`,
      compiled: { path, line: 1 },
    });
    const message = `actual differs from expected: ${diffSummary(diff)}`;
    state.finish(test, { status: 'fail', elapsed: elapsed(), failures: 1, message, errors: [error] }, about());
    return 'stop';
  } catch (thrown) {
    if (thrown instanceof CancelledError || state.request.signal.aborted) {
      state.finish(test, { status: 'cancelled', elapsed: elapsed(), message: 'interrupted' }, about());
      return 'stop';
    }
    const isWrong = thrown instanceof EngineFailure && thrown.kind === 'Conversion' && wrong.length > 0;
    const errors = isWrong ? wrong : errorsOf(state, model, thrown, code, path);
    state.finish(test, { status: 'error', elapsed: elapsed(), message: errors[0]!.message, errors }, about());
    return 'stop';
  }
}

/** What the model's rows and the expected ones do not share. Their types meet as in a UNION ALL. */
async function compare(
  state: RunState,
  test: UnitTestNode,
  code: CompiledCode,
  session: Session,
  wrong: QualityError[],
): Promise<RowsDiff | undefined> {
  const actual = await session.describe(code.sql);
  const columns =
    test.expect.format === 'sql' ? await columnsOfSql(test, actual, session) : comparedColumns(test.expect, actual);
  const expected = await expectedSelect(state, test, test.expect.format === 'sql' ? columns : actual, session, wrong);
  const list = columns.map((column) => quoteIdentifier(column.name)).join(', ');
  const { rows } = await session.query(
    `select true as is_expected, ${list} from (\n${expected}\n) as expected_rows\n` +
      `union all\nselect false, ${list} from (\n${code.sql}\n) as actual_rows`,
  );
  const side = (isExpected: boolean) => rows.filter((row) => row[0] === isExpected).map((row) => row.slice(1));
  return diffRows(
    columns.map((column) => column.name),
    side(true),
    side(false),
  );
}

/** The columns that an expectation in SQL names. */
async function columnsOfSql(
  test: UnitTestNode,
  actual: readonly Column[],
  session: Session,
): Promise<readonly Column[]> {
  if (test.expect.format !== 'sql') return [];
  const place = test.expect.place();
  let columns: readonly Column[];
  try {
    columns = await session.describe(test.expect.sql);
  } catch (thrown) {
    if (!(thrown instanceof EngineFailure)) throw thrown;
    throw new QualityError('TSD4118', `the SQL of expect does not run: ${thrown.message}`, { place, cause: thrown });
  }
  const names = actual.map((column) => column.name);
  const known = new Set(names.map((name) => name.toLowerCase()));
  const unknown = columns.find((column) => !known.has(column.name.toLowerCase()));
  if (unknown === undefined) return columns;
  throw new QualityError(
    'TSD4112',
    `Invalid column name: '${unknown.name}' in unit test fixture for expected output.`,
    {
      place,
      hint: didYouMean(unknown.name, names) ?? `columns: ${names.join(', ')}`,
    },
  );
}

function errorsOf(
  state: RunState,
  model: ModelNode,
  thrown: unknown,
  code: CompiledCode | undefined,
  path: string | undefined,
): readonly TsdbtError[] {
  if (thrown instanceof EngineFailure && code !== undefined)
    return [mapEngineError(thrown, code, path, { node: model, manifest: state.manifest })];
  const own = tsdbtErrorsOf(thrown);
  if (own.length === 0) throw thrown;
  return own;
}
