import { type TsdbtError, tsdbtErrorsOf } from '../errors/tsdbt-error.js';
import { behaves } from '../project/behavior-flags.js';
import { findProjectFiles } from '../project/find-files.js';
import type { Project } from '../project/project.js';
import { internalPackage, type LibraryMacro, MacroLibrary } from '../template/macros.js';
import { parseTemplate } from '../template/parse.js';
import { addBuiltInMacros } from './built-in-macros.js';
import type { TestSignature } from './generic-tests.js';
import { readSource } from './read-source.js';

/** The engine's macros, then the project's: macro paths, and the generic tests in its test paths. */
export function readMacros(project: Project, errors: TsdbtError[]): MacroLibrary {
  const library = emptyLibrary(project);
  addBuiltInMacros(library);
  for (const one of [project, ...project.packages]) readMacrosOf(one, library, errors);
  return library;
}

/** A library without macros yet, that finds them as the project file says. */
export function emptyLibrary(project: Project): MacroLibrary {
  return new MacroLibrary(
    project.name,
    new Map(project.dispatch.map((d) => [d.macro_namespace, d.search_order])),
    !behaves(project, 'require_explicit_package_overrides_for_builtin_materializations'),
  );
}

function readMacrosOf(project: Project, library: MacroLibrary, errors: TsdbtError[]): void {
  const { macros, tests } = project.paths;
  for (const file of findProjectFiles(project, [...macros, ...tests])) {
    if (file.extension !== '.sql') continue;
    const inTests = !macros.includes(file.root);
    const read = readSource(file, errors, project.prefix);
    if (read === undefined) continue;
    if (inTests && file.folders[0] !== 'generic' && !/\{%-?\s*(test|data_test)\s/.test(read.source.text)) continue;
    try {
      library.add(project.name, parseTemplate(read.source));
    } catch (thrown) {
      const ours = tsdbtErrorsOf(thrown);
      if (ours.length === 0) throw thrown;
      errors.push(...ours);
    }
  }
}

/** The macro of a generic test, and what it takes. */
export interface TestMacro extends TestSignature {
  readonly macro: LibraryMacro;
}

/** Finds the macro `test_<name>`: of the named package, else as a bare name is found in the project. */
export function testMacroOf(
  library: MacroLibrary,
  name: string,
  packageName: string | undefined,
): TestMacro | undefined {
  const macroName = `test_${name}`;
  const macro =
    packageName === undefined
      ? library.resolve(macroName, library.rootPackage)
      : library.inPackage(packageName, macroName);
  if (macro === undefined) return undefined;
  return {
    macro,
    parameters: macro.block.parameters.map((p) => ({ name: p.name, required: p.default === undefined })),
    takesAnything: macro.block.node.usesKwargs,
  };
}

/** Names of all generic tests, those of other packages with the package before them. */
export function testNames(library: MacroLibrary): string[] {
  const own = new Set([library.rootPackage, internalPackage]);
  return [...library.all()]
    .filter((macro) => macro.name.startsWith('test_'))
    .map((macro) => (own.has(macro.packageName) ? '' : `${macro.packageName}.`) + macro.name.slice('test_'.length));
}

/** Unique id of the macro through which every generic test reads its model; none where the library has none. */
export function whereMacroId(library: MacroLibrary, packageName: string): string[] {
  const macro = library.resolve('get_where_subquery', packageName);
  return macro === undefined ? [] : [macro.uniqueId];
}
