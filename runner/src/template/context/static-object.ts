import { NamedDict } from '../containers.js';
import {
  type CallArguments,
  type MaybePromise,
  type TemplateFunction,
  TemplateObject,
  type TemplateValue,
} from '../values.js';

/** An object of named functions and values, as `exceptions`, `modules` or a class of Python are in templates. */
export class StaticObject extends TemplateObject {
  override readonly unknownIsMistake = 'always';
  readonly #attributes: ReadonlyMap<string, TemplateValue>;
  override readonly call?: (args: CallArguments) => MaybePromise<TemplateValue>;

  constructor(
    readonly typeName: string,
    functions: readonly TemplateFunction[] = [],
    whenCalled?: TemplateFunction,
    values: ReadonlyMap<string, TemplateValue> = new Map(),
  ) {
    super();
    this.#attributes = new Map([...functions.map((f) => [f.name, f] as const), ...values]);
    if (whenCalled !== undefined) this.call = (args) => whenCalled.call(args);
  }
  override attributeNames(): Iterable<string> {
    return this.#attributes.keys();
  }
  override getAttribute(name: string): TemplateValue | undefined {
    return this.#attributes.get(name);
  }
  override getItem(key: TemplateValue): TemplateValue | undefined {
    return typeof key === 'string' ? this.#attributes.get(key) : undefined;
  }
  /** The same as a dict, as dbt has `modules`, `exceptions` and `api`. */
  asDict(): NamedDict {
    return new NamedDict(this.typeName, this.#attributes, [], 'always');
  }
  toText(): string {
    return `<${this.typeName}>`;
  }
}
