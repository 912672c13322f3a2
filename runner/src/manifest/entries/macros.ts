import { internalPackage, type LibraryMacro } from '../../template/macros.js';
import { calledMacros } from '../called-macros.js';
import type { Manifest } from '../manifest.js';

/** What `adapter.dispatch` looks for. */
export function adapterTypesOf({ project }: Manifest): readonly string[] {
  return project.target.type === 'trino' ? ['trino'] : ['duckdb'];
}

/**
 * The macros of the project and its packages, and those of the engine that they or the nodes call, by unique id.
 *
 * @param called unique ids of macros that nodes call
 */
export function macrosJson(
  manifest: Manifest,
  called: Iterable<string>,
  createdAt: number,
): Record<string, Record<string, unknown>> {
  const byId = new Map<string, LibraryMacro>();
  const waiting: LibraryMacro[] = [];
  for (const macro of manifest.macros.all()) {
    byId.set(macro.uniqueId, macro);
    if (macro.packageName !== internalPackage) waiting.push(macro);
  }
  const found: Record<string, Record<string, unknown>> = {};
  const add = (id: string): void => {
    const macro = byId.get(id);
    if (macro !== undefined && macro.packageName === internalPackage) waiting.push(macro);
  };
  for (const id of called) add(id);
  for (let macro = waiting.shift(); macro !== undefined; macro = waiting.shift()) {
    if (found[macro.uniqueId] !== undefined) continue;
    const calls = callsOf(macro, manifest);
    found[macro.uniqueId] = macroJson(macro, manifest, calls, createdAt);
    for (const id of calls) add(id);
  }
  return found;
}

function callsOf(macro: LibraryMacro, manifest: Manifest): string[] {
  return calledMacros(macro.block.node.body, manifest.macros, macro.packageName, adapterTypesOf(manifest)).filter(
    (id) => id !== macro.uniqueId,
  );
}

function macroJson(
  macro: LibraryMacro,
  manifest: Manifest,
  calls: readonly string[],
  createdAt: number,
): Record<string, unknown> {
  const { place, packageName, name, uniqueId, block } = macro;
  const project = manifest.projectOf(macro);
  const path = packageName === internalPackage ? place.source.path : place.source.path.slice(project.prefix.length);
  const properties =
    manifest.macroProperties.get(uniqueId) ?? manifest.macroProperties.get(uniqueId.replace('.test_', '.'));
  // dbt does not look at what tests in test paths take
  const isTestFile = project.paths.tests.some((folder) => path.startsWith(`${folder}/`));
  const meta = { ...properties?.entry.meta, ...properties?.entry.config?.meta };
  const docs = { show: true, node_color: null, ...properties?.entry.docs, ...properties?.entry.config?.docs };
  return {
    name,
    resource_type: 'macro',
    package_name: packageName,
    path,
    original_file_path: path,
    unique_id: uniqueId,
    macro_sql: place.source.text.slice(place.start, place.end),
    depends_on: { macros: calls },
    description: properties?.description ?? '',
    meta,
    docs,
    config: { meta, docs },
    patch_path: properties === undefined ? null : `${packageName}://${properties.path}`,
    arguments:
      properties?.entry.arguments?.map((one) => ({
        name: one.name,
        type: one.type ?? null,
        description: one.description ?? '',
      })) ??
      (isTestFile ? [] : block.parameters).map((parameter) => ({ name: parameter.name, type: null, description: '' })),
    created_at: createdAt,
    supported_languages: block.kind === 'materialization' ? ['sql'] : null,
  };
}
