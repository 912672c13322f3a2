import type { Session } from '../engines/engine.js';
import type { SourcePlace } from '../errors/source-text.js';
import { TemplateError } from '../errors/tsdbt-error.js';
import { iterate, PyDict } from '../template/containers.js';
import { macroValueOf } from '../template/context/package-value.js';
import { RelationValue } from '../template/context/relation-value.js';
import { TableValue } from '../template/context/table-value.js';
import { createDbtContext } from '../template/dbt-context.js';
import { templateCodes } from '../template/failure.js';
import type { LibraryMacro } from '../template/macros.js';
import { callValue } from '../template/render.js';
import { hostValue, plain, TemplateObject, type TemplateValue, text } from '../template/values.js';
import { hostOf } from './compile.js';
import type { CompileOptions } from './compiled-code.js';
import type { FunctionNode } from './function-nodes.js';
import type { Manifest } from './manifest.js';
import { modelForTemplates } from './model-for-templates.js';
import type { ModelNode, SqlNode, TestNode } from './nodes.js';
import { sessionAdapter } from './session-adapter.js';
import { transactionOf } from './session-transaction.js';

/** A model that is written, or a test that is run, by macros. */
export interface MaterializationRun<Node extends SqlNode = ModelNode | FunctionNode> {
  readonly node: Node;
  readonly macro: LibraryMacro;
  readonly session: Session;
  /** the compiled SELECT */
  readonly select: string;
  readonly options: Omit<CompileOptions, 'session' | 'adapter' | 'extra'>;
  /** further keys of `model`, e.g. a microbatch model's `batch` */
  readonly model?: Readonly<Record<string, unknown>> | undefined;
  /** takes the statement that builds the relation, for `target/run` */
  write?(sql: string): void;
}

/**
 * Runs a materialization written in macros, in one transaction from its first statement up to `adapter.commit()`. What
 * throws, or ends without a commit, leaves the database as it was.
 * @returns what the engine said of the statement `main`, e.g. `OK`
 * @throws TemplateError TSD2021 where the macro returns no relations, or runs no statement `main`
 */
export async function runMaterialization(manifest: Manifest, run: MaterializationRun): Promise<string> {
  const { main } = await callMaterialization(manifest, run);
  return text(plain(main.get('response') ?? null));
}

/** What a data test's materialization has found. */
export interface TestCounts {
  readonly failures: number;
  readonly shouldWarn: boolean;
  readonly shouldError: boolean;
  /** where it has kept the failing rows, as it is printed */
  readonly keptIn: string | undefined;
}

/**
 * Runs a data test by a macro `materialization test`: its statement `main` gives one row with the columns `failures`, `should_warn` and
 * `should_error`.
 * @throws TemplateError TSD2021 where it gives anything else
 */
export async function runTestMaterialization(
  manifest: Manifest,
  run: MaterializationRun<TestNode>,
): Promise<TestCounts> {
  const { main, relations } = await callMaterialization(manifest, run);
  const table = main.get('table');
  const rows = table instanceof TableValue ? table.rows() : [];
  const columns = table instanceof TableValue ? table.data.columns.map(({ name }) => name.toLowerCase()) : [];
  const wanted = ['failures', 'should_warn', 'should_error'];
  if (rows.length !== 1 || wanted.some((name) => !columns.includes(name)))
    throw new TemplateError(
      templateCodes.materialization,
      `the materialization "test" gave ${rows.length} rows of ${columns.join(', ') || 'no columns'}, not one row of ${wanted.join(', ')}`,
      {
        place: macroPlace(run.macro),
        hint: "fetch it: {% call statement('main', fetch_result=true) %}{{ get_test_sql(…) }}{% endcall %}",
      },
    );
  const value = (name: string): unknown => hostValue(rows[0]!.values[columns.indexOf(name)]!);
  const isTrue = (given: unknown): boolean => given === true || (typeof given === 'number' && given !== 0);
  return {
    failures: Number(value('failures') ?? 0),
    shouldWarn: isTrue(value('should_warn')),
    shouldError: isTrue(value('should_error')),
    keptIn: relations[0] === undefined ? undefined : text(relations[0]),
  };
}

/** @returns the result of the statement `main`, and the relations that the macro returns */
async function callMaterialization(
  manifest: Manifest,
  run: MaterializationRun<SqlNode>,
): Promise<{ readonly main: PyDict; readonly relations: readonly TemplateValue[] }> {
  const { node, macro, session, select } = run;
  const name = node.resourceType === 'test' ? 'test' : node.config.materialized;
  const transaction = transactionOf(session);
  const base = hostOf(manifest, node, run.options, { readsAnything: true, onEphemeral: () => Promise.resolve() });
  const host = {
    ...base,
    // what a model's materialization calls is none of the model's own macros; in dbt what that of a test calls is
    ...(node.resourceType === 'test' ? { callDepth: 1 } : { callsMacro: () => {} }),
    model: () => ({
      ...modelForTemplates(manifest, node),
      compiled_code: select,
      compiled_sql: select,
      ...run.model,
    }),
    adapter: { ...sessionAdapter(session), begin: transaction.begin, commit: transaction.commit },
    write: (sql: string) => run.write?.(sql),
    extra: {
      sql: select,
      compiled_code: select,
      compiled_sql: select,
      pre_hooks: hooksForTemplates(node, 'pre_hook'),
      post_hooks: hooksForTemplates(node, 'post_hook'),
      defer_relation: null,
    },
  };
  const scope = createDbtContext(host);
  const site = { place: macroPlace(macro), via: [] };
  try {
    const returned = await callValue(macroValueOf(macro, scope, host), [], site);
    const relations = relationsIn(returned);
    if (relations === undefined)
      throw new TemplateError(
        templateCodes.materialization,
        `the materialization "${name}" did not return its relations`,
        { place: site.place, hint: "end it with {{ return({'relations': [target_relation]}) }}" },
      );
    return { main: await said(scope.get('load_result'), site, name), relations };
  } finally {
    await transaction.rollback();
  }
}

/** Where the name of a macro stands in its file. */
export function macroPlace({ program, block }: LibraryMacro): SourcePlace {
  const { nameSpan } = block.node;
  return program.source.place(nameSpan.start, nameSpan.end);
}

function relationsIn(returned: TemplateValue): readonly TemplateValue[] | undefined {
  const relations = returned instanceof PyDict ? returned.get('relations') : undefined;
  if (!Array.isArray(relations)) return undefined;
  const all = [...iterate(relations)];
  return all.every((item) => item instanceof RelationValue) ? all : undefined;
}

/** The result of the statement `main`. */
async function said(
  load: TemplateValue | undefined,
  site: Parameters<typeof callValue>[2],
  name: string,
): Promise<PyDict> {
  const result = load instanceof TemplateObject ? await callValue(load, ['main'], site) : null;
  if (!(result instanceof PyDict) || result.get('response') === undefined)
    throw new TemplateError(templateCodes.materialization, `the materialization "${name}" runs no statement "main"`, {
      place: site.place,
      hint: "write {% call statement('main') %} … {% endcall %} around what builds the relation",
    });
  return result;
}

/** Hooks as materializations get them: texts, and whether they run inside of the transaction. */
function hooksForTemplates(node: SqlNode, kind: 'pre_hook' | 'post_hook'): readonly Record<string, unknown>[] {
  const given = node.config.extra[kind];
  const written: readonly unknown[] = Array.isArray(given) ? given : [];
  return node.config[kind].map((sql, i) => {
    const own = written[i];
    const outside = typeof own === 'object' && own !== null && 'transaction' in own && own.transaction === false;
    return { sql, transaction: !outside, index: i };
  });
}
