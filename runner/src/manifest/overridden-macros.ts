import { SourceText } from '../errors/source-text.js';
import { internalPackage, type LibraryMacro, MacroLibrary } from '../template/macros.js';
import { parseTemplate } from '../template/parse.js';

/**
 * The macros of a project, some of which give a fixed value whatever they are called with.
 * @param overrides values by `macro`, or by `package.macro`
 */
export class OverriddenMacros extends MacroLibrary {
  readonly #fixed: ReadonlyMap<string, LibraryMacro>;

  constructor(
    private readonly base: MacroLibrary,
    overrides: Readonly<Record<string, unknown>>,
  ) {
    super(base.rootPackage, base.dispatchOrder);
    this.#fixed = new Map(Object.entries(overrides).map(([name, value]) => [name, fixed(name, value)]));
  }

  override packageNames(): Iterable<string> {
    return this.base.packageNames();
  }

  override hasPackage(name: string): boolean {
    return this.base.hasPackage(name);
  }

  override inPackage(packageName: string, name: string): LibraryMacro | undefined {
    const own = this.#fixed.get(`${packageName}.${name}`);
    // dbt's macros go by both names
    const bare = packageName === internalPackage ? this.#fixed.get(name) : undefined;
    return own ?? bare ?? this.base.inPackage(packageName, name);
  }

  override resolve(name: string, fromPackage: string): LibraryMacro | undefined {
    const bare = this.#fixed.get(name) ?? this.#fixed.get(`${internalPackage}.${name}`);
    return bare ?? super.resolve(name, fromPackage);
  }

  override *names(fromPackage: string): Iterable<string> {
    yield* this.#fixed.keys();
    yield* this.base.names(fromPackage);
  }

  override namesIn(packageName: string): Iterable<string> {
    return this.base.namesIn(packageName);
  }

  override *all(): Iterable<LibraryMacro> {
    yield* this.base.all();
  }
}

function fixed(name: string, value: unknown): LibraryMacro {
  const own = name.slice(name.indexOf('.') + 1);
  // naming varargs and kwargs makes a macro take any arguments
  const text = `{% macro ${own}() %}{% do [varargs, kwargs] %}{{ return(${expression(value)}) }}{% endmacro %}`;
  const program = parseTemplate(new SourceText(`override of ${name}`, text));
  const block = program.blocks[0]!;
  const uniqueId = `macro.overrides.${name}`;
  return { packageName: 'overrides', name: own, uniqueId, block, program, place: block.place };
}

/** A value as an expression of the template language. */
function expression(value: unknown): string {
  if (value === null || value === undefined) return 'none';
  if (Array.isArray(value)) return `[${value.map(expression).join(', ')}]`;
  if (value instanceof Date) return JSON.stringify(value.toISOString());
  if (typeof value === 'object')
    return `{${Object.entries(value)
      .map(([key, item]) => `${JSON.stringify(key)}: ${expression(item)}`)
      .join(', ')}}`;
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
