import { PyDict } from '../containers.js';
import { defineFunction } from '../signature.js';
import { plain, TemplateObject, type TemplateValue } from '../values.js';
import { mappingMethod, mappingMethods } from './mapping-methods.js';

/** The names of a scope, as {@link ContextValue} needs them. */
export interface NameTable {
  get(name: string): TemplateValue | undefined;
  set(name: string, value: TemplateValue): void;
  names(): Iterable<string>;
}

/** `context`: every name that templates see, by its text. Names that are set in it are seen from then on. */
export class ContextValue extends TemplateObject {
  readonly typeName = 'dict';
  override readonly isMapping = true;
  constructor(readonly table: NameTable) {
    super();
  }
  override attributeNames(): Iterable<string> {
    return [...mappingMethods, 'update', ...this.table.names()];
  }
  override getItem(key: TemplateValue): TemplateValue | undefined {
    const name = plain(key);
    return typeof name === 'string' ? this.table.get(name) : undefined;
  }
  override getAttribute(name: string): TemplateValue | undefined {
    if (name !== 'update')
      return mappingMethod(
        name,
        () => this.#names(),
        (one) => this.table.get(one),
      );
    return defineFunction('update(mapping?, **kwargs)', ([mapping, named]) => {
      for (const dict of [mapping, named])
        if (dict instanceof PyDict)
          for (const [key, value] of dict.items()) if (typeof key === 'string') this.table.set(key, value);
      return null;
    });
  }
  #names(): Set<string> {
    return new Set(this.table.names());
  }
  override contains(key: TemplateValue): boolean {
    return this.getItem(key) !== undefined;
  }
  override iterate(): Iterable<TemplateValue> {
    return this.#names();
  }
  override size(): number {
    return this.#names().size;
  }
  override setAttribute(name: string, value: TemplateValue): boolean {
    this.table.set(name, value);
    return true;
  }
  toText(): string {
    return `<context of ${this.size()} names>`;
  }
}
