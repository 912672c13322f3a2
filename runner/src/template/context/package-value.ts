import { Frame, type Scope } from '../frame.js';
import { MacroValue } from '../macro-value.js';
import type { LibraryMacro } from '../macros.js';
import { plain, TemplateObject, type TemplateValue } from '../values.js';
import type { ContextHost } from './context-host.js';
import { mappingMethod, mappingMethods } from './mapping-methods.js';

/** A macro of the library as a value that can be called; the host learns that it is used. */
export function macroValueOf(macro: LibraryMacro, scope: Scope, host: ContextHost, label = macro.name): MacroValue {
  host.usesMacro?.(macro);
  const frame = new Frame({ source: macro.program.source, via: [], scope });
  return new MacroValue(macro.block.node, frame, label, (depth) => {
    if (depth === (host.callDepth ?? 0)) host.callsMacro?.(macro);
  });
}

/** `dbt_utils` in `dbt_utils.star(…)`: a mapping of its macros by name, whose methods come before macros of their names. */
export class PackageValue extends TemplateObject {
  readonly typeName = 'package';
  override readonly unknownIsMistake = 'always';
  override readonly isMapping = true;
  constructor(
    readonly name: string,
    readonly scope: Scope,
    readonly host: ContextHost,
    /** what stands in the package beside its macros */
    readonly functions: ReadonlyMap<string, TemplateValue> = new Map(),
  ) {
    super();
  }
  override attributeNames(): Iterable<string> {
    return [...mappingMethods, ...this.#names()];
  }
  override getAttribute(name: string): TemplateValue | undefined {
    return (
      mappingMethod(
        name,
        () => this.#names(),
        (one) => this.#macro(one),
      ) ?? this.#macro(name)
    );
  }
  #names(): Set<string> {
    return new Set([...this.host.library.namesIn(this.name), ...this.functions.keys()]);
  }
  #macro(name: string): TemplateValue | undefined {
    const macro = this.host.library.inPackage(this.name, name);
    return macro === undefined
      ? this.functions.get(name)
      : macroValueOf(macro, this.scope, this.host, `${this.name}.${name}`);
  }
  override getItem(key: TemplateValue): TemplateValue | undefined {
    const name = plain(key);
    return typeof name === 'string' ? this.#macro(name) : undefined;
  }
  override contains(key: TemplateValue): boolean {
    const name = plain(key);
    return typeof name === 'string' && this.#names().has(name);
  }
  override iterate(): Iterable<TemplateValue> {
    return this.#names();
  }
  override size(): number {
    return this.#names().size;
  }
  toText(): string {
    return `<package ${this.name}>`;
  }
}
