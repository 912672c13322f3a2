import { Frame, type Scope } from '../frame.js';
import { MacroValue } from '../macro-value.js';
import type { LibraryMacro } from '../macros.js';
import { TemplateObject, type TemplateValue } from '../values.js';
import type { ContextHost } from './context-host.js';

/** A macro of the library as a value that can be called; the host learns that it is used. */
export function macroValueOf(macro: LibraryMacro, scope: Scope, host: ContextHost, label = macro.name): MacroValue {
  host.usesMacro?.(macro);
  const frame = new Frame({ source: macro.program.source, via: [], scope });
  return new MacroValue(macro.block.node, frame, label, () => host.callsMacro?.(macro));
}

/** `dbt_utils` in `dbt_utils.star(…)`. */
export class PackageValue extends TemplateObject {
  readonly typeName = 'package';
  override readonly unknownIsMistake = 'always';
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
    return [...this.host.library.namesIn(this.name), ...this.functions.keys()];
  }
  override getAttribute(name: string): TemplateValue | undefined {
    const macro = this.host.library.inPackage(this.name, name);
    return macro === undefined
      ? this.functions.get(name)
      : macroValueOf(macro, this.scope, this.host, `${this.name}.${name}`);
  }
  override getItem(key: TemplateValue): TemplateValue | undefined {
    return typeof key === 'string' ? this.getAttribute(key) : undefined;
  }
  toText(): string {
    return `<package ${this.name}>`;
  }
}
