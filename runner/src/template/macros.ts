import { formatPlace, type SourcePlace } from '../errors/source-text.js';
import { didYouMean } from '../errors/suggest.js';
import { TemplateError } from '../errors/tsdbt-error.js';
import { templateCodes } from './failure.js';
import type { TemplateBlock, TemplateProgram } from './parse.js';

/** The package of the engine's own macros. */
export const internalPackage = 'dbt';
/** Another name for it. */
const internalAlias = 'tsdbt';

/** A macro of a file: `{% macro %}`, `{% test %}` or `{% materialization %}`. */
export interface LibraryMacro {
  readonly packageName: string;
  /** name to call it by, e.g. `test_not_null` for `{% test not_null %}` */
  readonly name: string;
  /** `macro.<package>.<name>` */
  readonly uniqueId: string;
  readonly block: TemplateBlock;
  readonly program: TemplateProgram;
  /** where its block stands, as `block.place`, known before the file is parsed */
  readonly place: SourcePlace;
}

/** A macro of a file that is not parsed yet. */
export interface UnparsedMacro {
  /** as {@link LibraryMacro.name} has it */
  readonly name: string;
  readonly place: SourcePlace;
}

/** A macro whose file has not been parsed yet. */
class LazyMacro implements LibraryMacro {
  readonly uniqueId: string;
  constructor(
    readonly packageName: string,
    readonly name: string,
    readonly place: SourcePlace,
    private readonly load: () => TemplateProgram,
  ) {
    this.uniqueId = `macro.${packageName}.${name}`;
  }
  get program(): TemplateProgram {
    return this.load();
  }
  get block(): TemplateBlock {
    return this.program.blocks.find((block) => block.macroName === this.name)!;
  }
}

/** All macros of a project and its packages, found as dbt finds them. */
export class MacroLibrary {
  readonly #packages = new Map<string, Map<string, LibraryMacro>>();

  /**
   * @param rootPackage name of the project that is run
   * @param dispatchOrder search order per macro namespace, from `dispatch:` of the project file
   * @param packagesReplaceBuiltIns whether a materialization of a package may take a built-in's place
   */
  constructor(
    readonly rootPackage: string,
    readonly dispatchOrder: ReadonlyMap<string, readonly string[]> = new Map(),
    readonly packagesReplaceBuiltIns = false,
  ) {}

  /**
   * Adds the macros, tests and materializations of a file.
   * @throws TemplateError TSD2012 where the package has a macro of that name already
   */
  add(packageName: string, program: TemplateProgram): void {
    let macros = this.#packages.get(packageName);
    if (macros === undefined) {
      macros = new Map();
      this.#packages.set(packageName, macros);
    }
    for (const block of program.blocks) {
      if (block.kind === 'docs' || block.kind === 'snapshot') continue;
      const name = block.macroName;
      const other = macros.get(name);
      if (other !== undefined) throw duplicate(packageName, block, program, other);
      macros.set(name, {
        packageName,
        name,
        uniqueId: `macro.${packageName}.${name}`,
        block,
        program,
        place: block.place,
      });
    }
  }

  /** Adds macros of a file that is parsed when one of them is first used. */
  addLazily(packageName: string, unparsed: readonly UnparsedMacro[], load: () => TemplateProgram): void {
    let macros = this.#packages.get(packageName);
    if (macros === undefined) {
      macros = new Map();
      this.#packages.set(packageName, macros);
    }
    for (const { name, place } of unparsed) macros.set(name, new LazyMacro(packageName, name, place, load));
  }

  /** Names of packages that have macros. */
  packageNames(): Iterable<string> {
    return this.#packages.keys();
  }

  hasPackage(name: string): boolean {
    return this.#packages.has(name) || (name === internalAlias && this.#packages.has(internalPackage));
  }

  /** The macro of a package, or undefined. `dbt` is the engine's own package. */
  inPackage(packageName: string, name: string): LibraryMacro | undefined {
    const own = this.#packages.get(packageName)?.get(name);
    return own ?? (packageName === internalAlias ? this.#packages.get(internalPackage)?.get(name) : undefined);
  }

  /**
   * The macro that a bare name means in a file of a package: its own, else the root project's, else the engine's.
   * Macros of other packages are called `package.name`.
   */
  resolve(name: string, fromPackage: string): LibraryMacro | undefined {
    return (
      this.inPackage(fromPackage, name) ??
      this.inPackage(this.rootPackage, name) ??
      this.inPackage(internalPackage, name)
    );
  }

  /** Names that {@link resolve} finds, for suggestions. */
  *names(fromPackage: string): Iterable<string> {
    for (const name of new Set([fromPackage, this.rootPackage, internalPackage]))
      yield* this.#packages.get(name)?.keys() ?? [];
  }

  /** Names of the macros of one package. */
  namesIn(packageName: string): Iterable<string> {
    const found =
      this.#packages.get(packageName) ??
      (packageName === internalAlias ? this.#packages.get(internalPackage) : undefined);
    return found?.keys() ?? [];
  }

  /** All macros, in order of their addition. */
  *all(): Iterable<LibraryMacro> {
    for (const macros of this.#packages.values()) yield* macros.values();
  }

  /**
   * The macro that `adapter.dispatch(name, namespace)` means: `<adapter>__name`, else `default__name`, in each package of the
   * search order before the next.
   * @param adapterTypes the adapter's type and those it descends from, e.g. `['duckdb']`
   * @throws TemplateError TSD2015 where there is none
   */
  dispatch(
    name: string,
    namespace: string | undefined,
    fromPackage: string,
    adapterTypes: readonly string[],
    place?: SourcePlace,
  ): LibraryMacro {
    if (name.includes('.'))
      throw new TemplateError(templateCodes.unknownMacro, `"${name}" is no name of a macro`, {
        place,
        hint: `write adapter.dispatch('${name.slice(name.indexOf('.') + 1)}', '${name.slice(0, name.indexOf('.'))}')`,
      });
    const candidates = [...adapterTypes, 'default'].map((type) => `${type}__${name}`);
    const packages = this.#searchOrder(namespace);
    const found = this.#first(packages, candidates, fromPackage);
    if (found !== undefined) return found;
    const searched = packages.map((p) => p ?? fromPackage).join(', ');
    throw new TemplateError(templateCodes.unknownMacro, `no implementation of "${name}" for ${adapterTypes[0]}`, {
      place,
      hint:
        didYouMean(`default__${name}`, this.names(fromPackage)) ?? `looked for ${candidates.join(', ')} in ${searched}`,
    });
  }

  /**
   * The macro that takes the place of one of the engine's: of the same name in the root project, or one that
   * `adapter.dispatch(name, 'dbt')` finds outside of the engine's package. Undefined where the engine's own is meant.
   */
  override(name: string, fromPackage: string, adapterTypes: readonly string[]): LibraryMacro | undefined {
    const candidates = [...adapterTypes, 'default'].map((type) => `${type}__${name}`);
    const found =
      this.inPackage(this.rootPackage, name) ??
      this.#first(this.#searchOrder(internalPackage), candidates, fromPackage);
    return found === undefined || found.packageName === internalPackage ? undefined : found;
  }

  #first(
    packages: readonly (string | undefined)[],
    candidates: readonly string[],
    fromPackage: string,
  ): LibraryMacro | undefined {
    for (const packageName of packages)
      for (const candidate of candidates) {
        const found =
          packageName === undefined ? this.resolve(candidate, fromPackage) : this.inPackage(packageName, candidate);
        if (found !== undefined) return found;
      }
    return undefined;
  }

  /** Packages in which a dispatched macro is looked for; undefined is what a bare name would find. */
  #searchOrder(namespace: string | undefined): readonly (string | undefined)[] {
    if (namespace === undefined) return [undefined];
    const configured = this.dispatchOrder.get(namespace);
    if (configured !== undefined) return configured;
    if (namespace === internalPackage || namespace === internalAlias) return [this.rootPackage, internalPackage];
    return [this.rootPackage, namespace, internalPackage];
  }
}

function duplicate(
  packageName: string,
  block: TemplateBlock,
  program: TemplateProgram,
  other: LibraryMacro,
): TemplateError {
  const span = block.node.nameSpan;
  return new TemplateError(
    templateCodes.duplicateMacro,
    `the package "${packageName}" has two macros named "${block.macroName}"`,
    {
      place: program.source.place(span.start, span.end),
      hint: `the other one is at ${formatPlace(other.block.place)}; rename or remove one of them`,
    },
  );
}
