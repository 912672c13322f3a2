import type { QueryResult, Session } from '../engines/engine.js';
import { EngineFailure } from '../engines/engine-failure.js';
import { QualityError, type TsdbtError } from '../errors/tsdbt-error.js';
import type { CompiledCode } from '../manifest/compiled-code.js';
import type { Manifest } from '../manifest/manifest.js';
import { mapEngineError } from '../manifest/map-engine-error.js';
import type { TestNode } from '../manifest/nodes.js';

export interface TestResult {
  readonly status: 'pass' | 'warn' | 'fail' | 'error';
  /** what `fail_calc` gave, by default the number of failing rows */
  readonly failures: number;
  readonly message: string | undefined;
  readonly error: TsdbtError | undefined;
}

/**
 * As what the failing rows of a test are kept: `store_failures_as` decides, then `store_failures`, then the command's flag.
 * @param flag `--store-failures`
 */
export function keptAs({ config }: TestNode, flag: boolean | undefined): 'table' | 'view' | undefined {
  const { store_failures: stores = flag, store_failures_as: as } = config;
  if (as !== undefined) return as === 'ephemeral' ? undefined : as;
  return stores === true ? 'table' : undefined;
}

/** Failing rows shown with a failed test. */
const SHOWN_ROWS = 5;
const CONDITION = /^\s*(=|==|!=|<>|<|<=|>|>=)\s*(-?\d+(?:\.\d+)?)\s*$/;

/**
 * Runs one data test: counts what its SELECT returns with `fail_calc` and holds that against `error_if` and `warn_if`,
 * as `severity` says. Errors of the SQL make the status `error`; nothing is thrown but cancellation.
 */
export async function runTest(
  test: TestNode,
  compiled: CompiledCode,
  compiledPath: string,
  session: Session,
  manifest: Manifest,
  run: TestingRun,
): Promise<TestResult> {
  const { config } = test;
  const odd = (['error_if', 'warn_if'] as const).find((key) => !CONDITION.test(config[key]));
  const refused = (cause?: EngineFailure): TestResult =>
    failedToRun(
      new QualityError('TSD4102', `${odd} of test ${test.name} is "${config[odd!]}"`, {
        place: test.propertiesPlace,
        detail: cause?.message,
        hint: 'write a comparison with a number, e.g. ">10" or "!=0"',
        cause,
      }),
    );
  // dbt puts whatever stands there behind the count
  if (odd !== undefined && !manifest.project.isDbt) return refused();
  const limited =
    config.limit === undefined
      ? compiled.sql
      : `select * from (\n${compiled.sql}\n) as all_failing_rows limit ${config.limit}`;
  let counted: readonly unknown[];
  try {
    const { rows } = await session.query(
      `select failures, failures ${sqlCondition(config.error_if)}, failures ${sqlCondition(config.warn_if)}\n` +
        `from (select ${config.fail_calc} as failures from (\n${limited}\n) as failing_rows) as counted`,
    );
    counted = rows[0]!;
  } catch (thrown) {
    if (!(thrown instanceof EngineFailure)) throw thrown;
    const inSelect = await failureOf(compiled.sql, session);
    if (inSelect === undefined && odd !== undefined) return refused(thrown);
    const failure = inSelect ?? thrown;
    return failedToRun(mapEngineError(failure, compiled, compiledPath, { node: test, manifest }));
  }
  const [failures] = counted;
  // a sum of no rows is null: dbt takes it for no number
  if (failures === null && manifest.project.isDbt)
    return failedToRun(
      new QualityError('TSD4102', `fail_calc of test ${test.name} gives no number`, {
        place: test.propertiesPlace,
        detail: `${config.fail_calc} is null`,
        hint: `say what no rows mean: coalesce(${config.fail_calc}, 0)`,
      }),
    );
  return judgeTest({
    ...{ test, compiledPath, session, ...run, failing: limited },
    ...{ failures: Number(failures), shouldError: counted[1] === true, shouldWarn: counted[2] === true },
  });
}

/** What the run says of its tests. */
export interface TestingRun {
  /** it reads data that is not published yet */
  readonly isStaged: boolean;
  /** a warning counts as a failure */
  readonly warningsFail: boolean;
}

/** A test that has counted its rows. */
export interface CountedTest extends TestingRun {
  readonly test: TestNode;
  readonly compiledPath: string;
  readonly session: Session;
  /** the SELECT of the failing rows */
  readonly failing: string;
  readonly failures: number;
  /** whether `error_if` and `warn_if` hold */
  readonly shouldError: boolean;
  readonly shouldWarn: boolean;
}

/** What becomes of a test, as its `severity` says, with the first failing rows. */
export async function judgeTest(counted: CountedTest): Promise<TestResult> {
  const { test, compiledPath, session, isStaged, failing, failures } = counted;
  const { config } = test;
  const isError = config.severity === 'error' && counted.shouldError;
  const isWarning = !isError && counted.shouldWarn;
  if (!isError && !isWarning) return { status: 'pass', failures, message: undefined, error: undefined };
  const condition = isError ? config.error_if : config.warn_if;
  const status = isError || counted.warningsFail ? 'fail' : 'warn';
  const message = `got ${failures} ${failures === 1 ? 'result' : 'results'}, configured to ${status} if ${condition}`;
  const detail = await sampleOf(failing, session, test.columnName);
  const error = new QualityError('TSD4101', `test ${test.name}: ${message}`, {
    place: test.propertiesPlace ?? test.source.place(0, test.source.text.split('\n')[0]!.length),
    detail,
    hint: isStaged
      ? 'these rows were not published; --store-failures keeps all of them as a table'
      : `the failing rows: tsdbt show --select ${test.name}`,
    compiled: { path: compiledPath, line: 1 },
  });
  return { status, failures, message, error };
}

/** What is wrong with the SELECT alone, with its offset in the compiled text; undefined where it can be bound. */
async function failureOf(select: string, session: Session): Promise<EngineFailure | undefined> {
  try {
    await session.describe(select);
    return undefined;
  } catch (thrown) {
    if (!(thrown instanceof EngineFailure)) throw thrown;
    return thrown;
  }
}

/** Whether a test with so many failures neither fails nor warns; false where its conditions cannot be read. */
export function passes(
  { severity, error_if, warn_if }: Pick<TestNode['config'], 'severity' | 'error_if' | 'warn_if'>,
  failures: number,
): boolean {
  const [isError, isWarning] = [holds(error_if, failures), holds(warn_if, failures)];
  return isError !== undefined && isWarning === false && !(severity === 'error' && isError);
}

function holds(condition: string, value: number): boolean | undefined {
  const [, operator, text] = CONDITION.exec(condition) ?? [];
  const bound = Number(text);
  switch (operator) {
    case '=':
    case '==':
      return value === bound;
    case '!=':
    case '<>':
      return value !== bound;
    case '<':
      return value < bound;
    case '<=':
      return value <= bound;
    case '>':
      return value > bound;
    case '>=':
      return value >= bound;
    default:
      return undefined;
  }
}

/** The result of a test that could not be run. */
export function failedToRun(error: TsdbtError): TestResult {
  return { status: 'error', failures: 0, message: error.message, error };
}

/** dbt's conditions use `!=` and `==`; both are SQL after this. */
function sqlCondition(condition: string): string {
  return condition.replace('==', '=').replace('!=', '<>');
}

/** The first failing rows as lines of text: `column=value, …`. `tested`: the column that the test stands under. */
async function sampleOf(sql: string, session: Session, tested: string | undefined): Promise<string | undefined> {
  let sample: QueryResult;
  try {
    sample = await session.query(`select * from (\n${sql}\n) as failing_rows limit ${SHOWN_ROWS}`);
  } catch (thrown) {
    // counting rows does not compute all their columns; the test has failed all the same
    if (!(thrown instanceof EngineFailure)) throw thrown;
    return `the failing rows cannot be shown: ${thrown.message}`;
  }
  const { columns, rows } = sample;
  if (rows.length === 0) return undefined;
  // the column under test first: wide rows are cut
  const order = columns
    .map((_, i) => i)
    .sort((a, b) => rank(columns[a]!.name, tested) - rank(columns[b]!.name, tested));
  const lines = rows.map((row) => order.map((i) => `${columns[i]!.name}=${shown(row[i])}`).join(', '));
  return lines.map((line) => (line.length > 160 ? `${line.slice(0, 159)}…` : line)).join('\n');
}

function rank(column: string, tested: string | undefined): number {
  return column.toLowerCase() === tested?.toLowerCase() ? 0 : 1;
}

function shown(value: unknown): string {
  if (value === null) return 'null';
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'object')
    return JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? String(item) : item));
  return String(value);
}
