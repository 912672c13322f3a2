import { internalPackage, type LibraryMacro, type MacroLibrary } from '../template/macros.js';
import type { FunctionNode } from './function-nodes.js';
import type { ModelNode } from './nodes.js';

/** Macros that the engine's own materializations of a database file stand for: a project may change each. */
const parts: ReadonlySet<string> = new Set(
  (
    'create_table_as get_create_table_as_sql create_view_as get_create_view_as_sql get_create_sql run_hooks ' +
    'make_temp_relation make_intermediate_relation make_backup_relation rename_relation drop_relation ' +
    'drop_relation_if_exists load_cached_relation should_full_refresh persist_docs alter_relation_comment ' +
    'alter_column_comment apply_grants create_indexes get_create_index_sql process_schema_changes ' +
    'check_for_schema_changes sync_column_schemas alter_column_type alter_relation_add_remove_columns ' +
    'get_incremental_append_sql get_incremental_default_sql get_incremental_delete_insert_sql ' +
    'get_incremental_merge_sql get_incremental_insert_overwrite_sql get_incremental_microbatch_sql ' +
    'get_insert_into_sql get_delete_insert_merge_sql get_merge_sql get_merge_update_columns get_quoted_csv ' +
    'get_assert_columns_equivalent assert_columns_equivalent get_table_columns_and_constraints ' +
    'get_columns_in_relation get_column_schema_from_query get_empty_subquery_sql'
  ).split(' '),
);

const snapshotParts: ReadonlySet<string> = new Set(
  (
    'snapshot_hash_arguments snapshot_timestamp_strategy snapshot_check_strategy strategy_dispatch ' +
    'snapshot_staging_table build_snapshot_table build_snapshot_staging_table snapshot_merge_sql post_snapshot ' +
    'create_columns snapshot_get_time snapshot_string_as_time create_table_as run_hooks'
  ).split(' '),
);

const customised = new WeakMap<MacroLibrary, Map<string, boolean>>();

/** Whether the project or a package has a macro in the place of one that materializations are made of. */
function changesParts(library: MacroLibrary, { resourceType }: ModelNode, adapterTypes: readonly string[]): boolean {
  if (resourceType === 'seed') return false;
  const own = resourceType === 'snapshot' ? snapshotParts : parts;
  const key = [resourceType, ...adapterTypes].join(' ');
  let known = customised.get(library);
  if (known === undefined) {
    known = new Map();
    customised.set(library, known);
  }
  let found = known.get(key);
  if (found === undefined) {
    found = [...own].some((name) => library.override(name, library.rootPackage, adapterTypes) !== undefined);
    known.set(key, found);
  }
  return found;
}

/** What a storage writes without macros. */
export interface BuiltIns {
  /** names of materializations */
  readonly materializations: ReadonlySet<string>;
  /** names of incremental strategies */
  readonly strategies: ReadonlySet<string>;
  /** configs of tables and incremental tables that are left to macros */
  readonly leftToMacros: readonly string[];
  /** whether a node's config is one that macros do, or say what is wrong with */
  leavesToMacros?(node: ModelNode): boolean;
}

/** Configs of MERGE that only macros know. */
export const mergeConfigs: readonly string[] = [
  ...['merge_clauses', 'merge_on_using_columns', 'merge_update_set_expressions', 'merge_returning_columns'],
];

/** Whether a snapshot's strategy is a macro of the project or of a package (`package.name`). */
function namesStrategy(library: MacroLibrary, given: unknown, packageName: string): boolean {
  if (typeof given !== 'string' || given === 'timestamp' || given === 'check') return false;
  const dot = given.indexOf('.');
  const macro = `snapshot_${given.slice(dot + 1)}_strategy`;
  const found = dot === -1 ? library.resolve(macro, packageName) : library.inPackage(given.slice(0, dot), macro);
  return found !== undefined;
}

/** Whether a config asks for what only macros do: indexes, the whole of MERGE, a strategy of one's own. */
function asksForMacros(library: MacroLibrary, node: ModelNode, builtIn: BuiltIns): boolean {
  const { config, packageName, resourceType } = node;
  if (builtIn.leavesToMacros?.(node)) return true;
  if (resourceType === 'snapshot') return namesStrategy(library, config.extra.strategy, packageName);
  if (config.materialized !== 'incremental' && config.materialized !== 'table') return false;
  if (builtIn.leftToMacros.some((key) => config.extra[key] !== undefined && config.extra[key] !== null)) return true;
  const strategy = config.materialized === 'incremental' ? config.incremental_strategy : undefined;
  if (strategy === undefined || builtIn.strategies.has(strategy)) return false;
  return library.resolve(`get_incremental_${strategy.replaceAll('+', '_')}_sql`, packageName) !== undefined;
}

/**
 * The macro that a node's `materialized: <name>` means, as dbt chooses: one for the adapter before one for all, of the root
 * project before packages before the engine. A package's own takes no built-in's place, unless the project allows that
 * (`flags: {require_explicit_package_overrides_for_builtin_materializations: false}`).
 * @param builtIn what is written without macros
 * @returns undefined where the materialization is one of those, and nothing it is made of was changed
 */
export function materializationMacro(
  library: MacroLibrary,
  node: ModelNode | FunctionNode,
  adapterTypes: readonly string[],
  builtIn: BuiltIns,
): LibraryMacro | undefined {
  const name = node.resourceType === 'model' ? node.config.materialized : node.resourceType;
  const names = [...adapterTypes, 'default'].map((type) => `materialization_${name}_${type}`);
  const isBuiltIn =
    builtIn.materializations.has(name) || names.some((n) => library.inPackage(internalPackage, n) !== undefined);
  for (const candidate of names) {
    const own = library.inPackage(library.rootPackage, candidate);
    if (own !== undefined) return own;
    const imported = isBuiltIn && !library.packagesReplaceBuiltIns ? undefined : inAnyPackage(library, candidate);
    if (imported !== undefined) return imported;
    const internal = library.inPackage(internalPackage, candidate);
    if (internal === undefined) continue;
    const isAsked =
      node.resourceType === 'function' ||
      !builtIn.materializations.has(name) ||
      changesParts(library, node, adapterTypes) ||
      asksForMacros(library, node, builtIn);
    // the engine's own for this adapter comes before anybody's for all
    return isAsked ? internal : undefined;
  }
  return undefined;
}

/**
 * The macro by which data tests run where the project has one of its own (`materialization test`), or one in the place of those that dbt's is
 * made of; undefined where the engine runs them. A package's own takes the built-in's place only where the project allows that.
 */
export function testMaterialization(library: MacroLibrary, adapterTypes: readonly string[]): LibraryMacro | undefined {
  for (const type of [...adapterTypes, 'default']) {
    const name = `materialization_test_${type}`;
    const own = library.inPackage(library.rootPackage, name);
    const found = own ?? (library.packagesReplaceBuiltIns ? inAnyPackage(library, name) : undefined);
    if (found !== undefined) return found;
  }
  const changed = ['get_test_sql', 'get_limit_subquery_sql'].some(
    (name) => library.override(name, library.rootPackage, adapterTypes) !== undefined,
  );
  return changed ? library.inPackage(internalPackage, 'materialization_test_default') : undefined;
}

/** The first macro of that name in a package that is neither the project nor the engine's. */
function inAnyPackage(library: MacroLibrary, name: string): LibraryMacro | undefined {
  for (const packageName of library.packageNames()) {
    if (packageName === library.rootPackage || packageName === internalPackage) continue;
    const found = library.inPackage(packageName, name);
    if (found !== undefined) return found;
  }
  return undefined;
}
