import type { Session } from '../engines/engine.js';
import { EngineFailure } from '../engines/engine-failure.js';
import type { Relation } from '../engines/relation.js';
import { EngineError, TemplateError, type TsdbtError, tsdbtErrorsOf } from '../errors/tsdbt-error.js';
import type { CompiledCode } from '../manifest/compiled-code.js';
import type { FunctionNode } from '../manifest/function-nodes.js';
import { mapEngineError } from '../manifest/map-engine-error.js';
import { materializationMacro } from '../manifest/materialization-macros.js';
import { type MaterializationRun, runMaterialization } from '../manifest/run-materialization.js';
import { createSchema } from '../materialize/native/native-catalog.js';
import { nativeBuiltIns } from '../materialize/native/native-materializations.js';
import { templateCodes } from '../template/failure.js';
import type { MacroLibrary } from '../template/macros.js';
import type { RunState } from './run-state.js';

/** The SQL of a function's body, or of one of its overloads. */
export interface CompiledBody {
  /** whose file it stands in */
  readonly node: FunctionNode;
  readonly code: CompiledCode;
  readonly path: string;
}

/** Compiles the body of a function, then those of its overloads, which read what was resolved for the function. */
export async function compileBodies(
  node: FunctionNode,
  compile: (node: FunctionNode) => Promise<Omit<CompiledBody, 'node'>>,
): Promise<readonly CompiledBody[]> {
  const compiled: CompiledBody[] = [{ node, ...(await compile(node)) }];
  for (const { body } of node.overloads) {
    const own = { ...body, dependsOn: node.dependsOn };
    compiled.push({ node: own, ...(await compile(own)) });
  }
  return compiled;
}

/** Macros that write the statement: where a project has its own, each overload is made by a statement of its own, as in dbt. */
const statementMacros = [
  'scalar_function_sql',
  'scalar_function_create_replace_signature_sql',
  'aggregate_function_sql',
];

/**
 * Makes a function in the engine by the macros of `materialization function`. One that the engine does not take leaves the one
 * before as it was.
 *
 * @param relation its name
 * @param wrote takes the statements that were run
 * @returns what the engine said of the last
 * @throws {TemplateError} TSD2020 for what the engine cannot make
 */
export async function makeFunction(
  { manifest, engine }: RunState,
  [main, ...others]: readonly CompiledBody[],
  session: Session,
  relation: Relation,
  options: MaterializationRun['options'],
  wrote: (sql: string) => void,
): Promise<string> {
  const { node, code } = main!;
  const { macros } = manifest;
  refuseOther(node, engine.name, macros);
  const macro = materializationMacro(macros, node, [engine.name], nativeBuiltIns)!;
  const isAtOnce = statementMacros.every(
    (name) => macros.override(name, macros.rootPackage, [engine.name]) === undefined,
  );
  const overloads = node.overloads.map((overload, i) => ({
    defined_in: overload.definedIn,
    arguments: overload.args.map(({ name, dataType, defaultValue }) => ({
      name,
      data_type: dataType,
      default_value: defaultValue ?? null,
    })),
    returns: { data_type: (overload.returns ?? node.returns)?.dataType ?? 'INVALID_TYPE' },
    compiled_body: others[i]!.code.sql,
  }));
  const run = (select: string, model: Readonly<Record<string, unknown>>): Promise<string> =>
    runMaterialization(manifest, {
      node,
      macro,
      session,
      select,
      model,
      options: { ...options, this: relation },
      write: wrote,
    });
  await createSchema(session, relation.database, relation.schema);
  const message = await run(code.sql, { overloads: isAtOnce ? overloads : [] });
  if (isAtOnce) return message;
  let last = message;
  for (const { arguments: args, returns, compiled_body: body } of overloads)
    last = await run(body, { arguments: args, returns, overloads: [] });
  return last;
}

function refuseOther(node: FunctionNode, engine: string, macros: MacroLibrary): void {
  if (engine !== 'duckdb')
    throw new TemplateError(templateCodes.unsupported, `functions are not made in ${engine}`, {
      place: node.propertiesPlace ?? node.source.place(0),
      hint: 'write the expression as a macro: it becomes part of the SQL of each model',
    });
  const { language, config } = node;
  const own = `${config.extra.type ?? 'scalar'}_function_${language}`;
  if (language === 'sql' || macros.override(own, macros.rootPackage, [engine]) !== undefined) return;
  throw new TemplateError(templateCodes.unsupported, 'functions in Python cannot be made', {
    place: node.source.place(0),
    hint: 'write the body in SQL',
  });
}

/** Types of parameters are written where nothing else tells overloads apart. */
function withHint(error: TsdbtError): TsdbtError {
  if (!/typed macro parameters/i.test(error.message)) return error;
  const { code, message, place, via, compiled } = error;
  return new EngineError(code, message, {
    ...{ place, via, compiled },
    hint: 'two of its overloads take the same number of arguments: give them different numbers, or write into a database file of the newer format (storage_version)',
  });
}

/** What went wrong, in the file of the body that it concerns. @throws what is a defect of the program */
export function functionErrors(
  { manifest }: RunState,
  thrown: unknown,
  bodies: readonly CompiledBody[],
): readonly TsdbtError[] {
  if (thrown instanceof EngineFailure && bodies.length > 0) {
    const { statement, offset = -1 } = thrown;
    const places = bodies.map((body) => ({ body, at: statement.indexOf(body.code.sql) }));
    const found = places.find(({ body, at }) => at >= 0 && offset >= at && offset <= at + body.code.sql.length);
    const { body, at } = found ?? { body: bodies[0]!, at: 0 };
    const { code, path, node } = body;
    const inCode = thrown.with({ statement: code.sql, offset: found === undefined ? undefined : offset - at });
    return [withHint(mapEngineError(inCode, code, path, { node, manifest }))];
  }
  const own = tsdbtErrorsOf(thrown);
  if (own.length === 0) throw thrown;
  return own;
}
