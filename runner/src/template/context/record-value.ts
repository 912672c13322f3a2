import { PyDict } from '../containers.js';
import { toTemplateValue } from '../convert.js';
import { defineFunction } from '../signature.js';
import { repr, TemplateObject, type TemplateValue } from '../values.js';

/**
 * An object with fields as dbt's data classes are in templates (a result of a run, its node): attributes and `to_dict()`.
 * It is no mapping: macros of packages tell it from a dict by that.
 */
export class RecordValue extends TemplateObject {
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #values = new Map<string, TemplateValue>();
  readonly #plain: Readonly<Record<string, unknown>>;

  /**
   * @param fields values as attributes give them; converted when they are asked for
   * @param plain what `to_dict()` gives, where that is not the fields themselves
   */
  constructor(
    readonly typeName: string,
    fields: Readonly<Record<string, unknown>>,
    plain: Readonly<Record<string, unknown>> = fields,
  ) {
    super();
    this.#fields = fields;
    this.#plain = plain;
  }

  override attributeNames(): Iterable<string> {
    return [...Object.keys(this.#fields), 'to_dict'];
  }

  override getAttribute(name: string): TemplateValue | undefined {
    if (name === 'to_dict') return defineFunction('to_dict(**options)', () => PyDict.of(itemsOf(this.#plain)));
    if (!Object.hasOwn(this.#fields, name)) return undefined;
    const known = this.#values.get(name);
    if (known !== undefined) return known;
    const value = toTemplateValue(this.#fields[name]);
    this.#values.set(name, value);
    return value;
  }

  toText(): string {
    const shown = Object.keys(this.#fields).map((name) => `${name}=${repr(this.getAttribute(name)!)}`);
    return `${this.typeName}(${shown.join(', ')})`;
  }
}

function itemsOf(record: Readonly<Record<string, unknown>>): [string, TemplateValue][] {
  return Object.entries(record).map(([key, value]) => [key, toTemplateValue(value)]);
}
