import type { Column, Session } from '../engines/engine.js';
import { EngineFailure } from '../engines/engine-failure.js';
import { Relation } from '../engines/relation.js';
import type { SourcePlace } from '../errors/source-text.js';
import { QualityError } from '../errors/tsdbt-error.js';
import { compileNode, resolverOf } from '../manifest/compile.js';
import type { CompiledCode } from '../manifest/compiled-code.js';
import { injectCtes, type NamedCte } from '../manifest/ephemeral.js';
import type { ModelNode, UnitTestInput, UnitTestNode } from '../manifest/nodes.js';
import { OverriddenMacros } from '../manifest/overridden-macros.js';
import { type ListedRows, rowsSelect, wrongValue } from '../quality/unit-test-sql.js';
import type { ContextHost } from '../template/context/context-host.js';
import { isContextValue } from '../template/dbt-context.js';
import { SourceMap } from '../template/source-map.js';
import { inputColumns } from './input-columns.js';
import type { RunState } from './run-state.js';
import { summaryOf } from './summaries.js';

const NOT_GIVEN = '__tsdbt__this_is_not_given';

/**
 * The SQL of a unit test's model over the rows that the test gives, as CTEs before it. Nothing that is published is read.
 *
 * @param wrong is given the values of a dbt project that are not of their column's type
 * @throws {QualityError} TSD4112, 4113 for rows that do not fit, TSD4115 for what the model reads and the test does not give,
 *   TSD4116 where the columns of an input are not known
 */
export async function unitTestCode(
  state: RunState,
  test: UnitTestNode,
  model: ModelNode,
  session: Session,
  wrong: QualityError[],
): Promise<CompiledCode> {
  const ctes = new Map<string, NamedCte>();
  for (const [i, given] of test.given.entries()) {
    const sql = await givenSelect(state, given, session, wrong);
    const name = `__tsdbt__given__${i + 1}_${nameOf(state, given)}`;
    ctes.set(given.call === 'this' ? 'this' : given.node, { name, sql, map: new SourceMap([]) });
  }
  const { request } = state;
  const own = ctes.get('this')?.name;
  const compiled = await compileNode(state.manifest, model, {
    relationOf: (id) => state.relationOf(id),
    this: new Relation('', own ?? NOT_GIVEN, undefined, 'ephemeral'),
    isIncremental: test.overrides.macros.is_incremental === true,
    execute: true,
    session,
    invocationId: request.invocationId,
    runStartedAt: request.runStartedAt,
    fullRefresh: request.fullRefresh,
    command: request.command,
    onLog: (level, message) => state.log(level, message, summaryOf(test)),
    adapt: (host) => adapted(host, state, test, model, ctes),
  });
  if (compiled.sql.includes(NOT_GIVEN)) throw notGiven(test, 'this', undefined);
  const statement = { sql: compiled.sql.replace(/[;\s]+$/, ''), map: compiled.map };
  const injected = injectCtes(statement, [...ctes.values()]);
  return { sql: injected.sql, map: injected.map, ephemerals: [] };
}

/** What the model's template sees in a unit test: the rows that are given instead of tables, and the overrides. */
function adapted(
  host: ContextHost,
  state: RunState,
  test: UnitTestNode,
  model: ModelNode,
  ctes: ReadonlyMap<string, NamedCte>,
): ContextHost {
  const { vars, envVars } = test.overrides;
  // a name that is no macro but a value is the value itself: `invocation_id`
  const overridden = Object.entries(test.overrides.macros);
  const values = Object.fromEntries(overridden.filter(([name]) => isContextValue(name)));
  const macros = Object.fromEntries(overridden.filter(([name]) => !isContextValue(name)));
  const resolver = resolverOf(state.manifest);
  const relation = (id: string, shown: string, place: SourcePlace | undefined): Relation => {
    const cte = ctes.get(id);
    if (cte === undefined) throw notGiven(test, shown, place);
    return new Relation('', cte.name, undefined, 'ephemeral');
  };
  return {
    ...host,
    library: Object.keys(macros).length === 0 ? host.library : new OverriddenMacros(host.library, macros),
    extra: { ...host.extra, ...values },
    getVar: (name, site) => (Object.hasOwn(vars, name) ? vars[name] : host.getVar(name, site)),
    varNames: () => [...Object.keys(vars), ...(host.varNames?.() ?? [])],
    getEnv: (name, site) => (Object.hasOwn(envVars, name) ? String(envVars[name]) : host.getEnv(name, site)),
    envNames: () => [...Object.keys(envVars), ...(host.envNames?.() ?? [])],
    ref: ({ package: packageName, name, version, site }) => {
      const { place } = site;
      const found = resolver.ref({ kind: 'ref', package: packageName, name, version, place }, model);
      return relation(found.uniqueId, `ref('${name}')`, place);
    },
    source: ({ source, table, site }) => {
      const { place } = site;
      const found = resolver.source({ kind: 'source', source, table, place }, model);
      return relation(found.uniqueId, `source('${source}', '${table}')`, place);
    },
  };
}

function notGiven(test: UnitTestNode, shown: string, place: SourcePlace | undefined): QualityError {
  return new QualityError('TSD4115', `${test.model} reads ${shown}, for which the unit test gives no rows`, {
    place: test.propertiesPlace,
    via: place === undefined ? [] : [{ label: 'read here', place }],
    hint: `add it below given:, e.g. - {input: "${shown}", rows: []}`,
  });
}

/** The rows that are given, checked: they can be read, and each value is of its column's type. */
async function givenSelect(
  state: RunState,
  given: UnitTestInput,
  session: Session,
  wrong: QualityError[],
): Promise<string> {
  const { rows } = given;
  if (rows === undefined) {
    const seed = state.manifest.get(given.node) as ModelNode;
    return (await state.expose(given.node))
      ? `select * from ${state.relationOf(given.node)}`
      : state.seedSelect(seed, session);
  }
  if (rows.format === 'sql') {
    await checked(rows.sql, session, (thrown) => {
      throw new QualityError('TSD4118', `the SQL of ${given.input} does not run: ${thrown.message}`, {
        place: rows.place(),
        cause: thrown,
      });
    });
    return rows.sql;
  }
  const columns = await inputColumns(state, given.node, session);
  if (columns === undefined) {
    const { name, resourceType } = state.manifest.get(given.node)!;
    throw new QualityError('TSD4116', `the columns of ${given.input} are not known: it is not there yet`, {
      place: given.place,
      hint:
        resourceType === 'source'
          ? 'write data_type for each of its columns in YAML, or give the rows with format: sql'
          : `build it first (tsdbt build --select +${name}), or give the rows with format: sql`,
    });
  }
  const subject = `'${state.manifest.get(given.node)!.name}'`;
  return listedSelect(state, rows, columns, { subject, input: given.input, wrong }, session);
}

/**
 * The rows of a unit test as a SELECT. In a dbt project a value that its column's type does not take is an error only where the
 * comparison reads it, as in dbt: it is put among `wrong`.
 * @throws {QualityError} TSD4113 elsewhere
 */
async function listedSelect(
  state: RunState,
  rows: ListedRows,
  columns: readonly Column[],
  { subject, input, wrong }: { readonly subject: string; readonly input: string; readonly wrong: QualityError[] },
  session: Session,
): Promise<string> {
  const sql = rowsSelect(rows, columns, subject);
  await checked(sql, session, async (thrown) => {
    const found = await wrongValue(rows, columns, input, session);
    if (found === undefined || !state.request.project.isDbt) throw found ?? thrown;
    wrong.push(found);
  });
  return sql;
}

async function checked(
  sql: string,
  session: Session,
  failed: (thrown: EngineFailure) => Promise<void> | never,
): Promise<void> {
  try {
    await session.query(sql);
  } catch (thrown) {
    if (!(thrown instanceof EngineFailure)) throw thrown;
    await failed(thrown);
  }
}

/** A name that says in compiled SQL what the rows stand for. */
function nameOf(state: RunState, given: UnitTestInput): string {
  return given.call === 'this' ? 'this' : state.manifest.get(given.node)!.name.replaceAll(/\W/g, '_');
}

/** The expectation as a SELECT of the compared columns, values cast to the types of the model's. */
export async function expectedSelect(
  state: RunState,
  test: UnitTestNode,
  columns: readonly Column[],
  session: Session,
  wrong: QualityError[],
): Promise<string> {
  const rows = test.expect;
  if (rows.format === 'sql') return rows.sql;
  return listedSelect(state, rows, columns, { subject: 'expected output', input: 'expect', wrong }, session);
}
