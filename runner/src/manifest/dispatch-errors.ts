import { TemplateError, type TsdbtError } from '../errors/tsdbt-error.js';
import type { Project } from '../project/project.js';
import { internalPackage, type LibraryMacro, type MacroLibrary } from '../template/macros.js';
import type { CallNode, Expression } from '../template/nodes.js';

/** What dbt-duckdb implements and the engine does without: macros that dispatch to it are no mistake. */
const othersOfDbt: ReadonlySet<string> = new Set(
  (
    'alter_table_set_partitioned_by alter_table_set_sorted_by create_csv_table flight_name ' +
    'formatted_scalar_function_args_javascript formatted_scalar_function_args_sql ' +
    'function_execute_build_sql get_aggregate_function_create_replace_signature ' +
    'get_aggregate_function_volatility_specifier get_batch_size get_binding_char get_catalog_columns_sql ' +
    'get_catalog_for_single_relation get_catalog_relations_where_clause_sql get_catalog_results_sql ' +
    'get_catalog_schemas_where_clause_sql get_catalog_tables_sql get_csv_sql ' +
    'get_formatted_aggregate_function_args get_function_language_specifier get_function_python_options ' +
    'get_partitioned_by get_sorted_by list_function_relations_without_caching load_csv_rows ' +
    'reset_csv_table resolve_model_name scalar_function_body_sql ' +
    'scalar_function_create_replace_signature_sql scalar_function_sql ' +
    'scalar_function_volatility_javascript scalar_function_volatility_sql unsupported_volatility_warning'
  ).split(' '),
);

/**
 * Errors for calls of `adapter.dispatch` in macros of a dbt project and its packages that find no implementation for the adapter.
 * dbt looks for what each names when it reads the macros, and refuses the project, whether or not anything calls them.
 */
export function dispatchErrors(project: Project, library: MacroLibrary, adapterTypes: readonly string[]): TsdbtError[] {
  if (!project.isDbt) return [];
  const errors: TsdbtError[] = [];
  let allNames: ReadonlySet<string> | undefined;
  const isAnywhere = (name: string): boolean => {
    allNames ??= new Set([...library.all()].map((macro) => macro.name));
    return [...adapterTypes, 'default'].some((type) => allNames!.has(`${type}__${name}`));
  };
  for (const macro of library.all()) {
    const { place, packageName } = macro;
    if (packageName === internalPackage || !place.source.text.includes('dispatch')) continue;
    for (const call of dispatchCalls(macro.block.node.body)) {
      const { name, namespace } = namesOf(call);
      if (name === undefined || othersOfDbt.has(name)) continue;
      const isOpen =
        namespace === undefined || !(library.hasPackage(namespace) || library.dispatchOrder.has(namespace));
      if (isOpen && isAnywhere(name)) continue;
      const error = missing(library, macro, call, { name, namespace: isOpen ? undefined : namespace }, adapterTypes);
      if (error !== undefined) errors.push(error);
    }
  }
  return errors;
}

function missing(
  library: MacroLibrary,
  { place, packageName }: LibraryMacro,
  call: CallNode,
  { name, namespace }: { readonly name: string; readonly namespace: string | undefined },
  adapterTypes: readonly string[],
): TsdbtError | undefined {
  try {
    library.dispatch(name, namespace, packageName, adapterTypes, place.source.place(call.start, call.end));
    return undefined;
  } catch (thrown) {
    if (thrown instanceof TemplateError) return thrown;
    throw thrown;
  }
}

/** Calls of `adapter.dispatch` in a piece of a template. */
function dispatchCalls(tree: unknown): CallNode[] {
  const found: CallNode[] = [];
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    if (!Array.isArray(node) && (node as CallNode).kind === 'call') {
      const { callee } = node as CallNode;
      const isDispatch = callee.kind === 'attribute' && callee.name === 'dispatch';
      if (isDispatch && callee.target.kind === 'name' && callee.target.name === 'adapter') found.push(node as CallNode);
    }
    for (const value of Object.values(node)) visit(value);
  };
  visit(tree);
  return found;
}

/** What a call names in plain text; other names are known when it runs. */
function namesOf({ args }: CallNode): { name: string | undefined; namespace: string | undefined } {
  const named = (key: string): Expression | undefined => args.named.find(({ name }) => name === key)?.value;
  return {
    name: textOf(args.positional[0] ?? named('macro_name')),
    namespace: textOf(args.positional[1] ?? named('macro_namespace')),
  };
}

function textOf(node: Expression | undefined): string | undefined {
  return node?.kind === 'literal' && typeof node.value === 'string' ? node.value : undefined;
}
