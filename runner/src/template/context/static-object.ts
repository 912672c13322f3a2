import { NamedDict } from '../containers.js';
import {
  type CallArguments,
  type MaybePromise,
  type TemplateFunction,
  TemplateObject,
  type TemplateValue,
} from '../values.js';

type Attributes = Iterable<readonly [string, TemplateValue]>;

/** An object of named functions and values, as `exceptions`, `modules` or a class of Python are in templates. */
export class StaticObject extends TemplateObject {
  override readonly unknownIsMistake = 'always';
  readonly #attributes = new Map<string, TemplateValue>();
  /** attributes that nobody has asked for yet, in groups */
  #later: (() => Attributes)[];
  declare readonly call?: (args: CallArguments) => MaybePromise<TemplateValue>;

  /** @param values groups may be made when a name is looked for that none before them has */
  constructor(
    readonly typeName: string,
    functions: readonly TemplateFunction[] | readonly (() => readonly TemplateFunction[])[] = [],
    whenCalled?: TemplateFunction,
    values: ReadonlyMap<string, TemplateValue> | (() => Attributes) = new Map(),
  ) {
    super();
    this.#later = functions.map((one) =>
      typeof one === 'function' ? () => one().map(withName) : () => [withName(one)],
    );
    this.#later.push(typeof values === 'function' ? values : () => values);
    if (whenCalled !== undefined) this.call = (args) => whenCalled.call(args);
  }

  #find(name: string): TemplateValue | undefined {
    for (;;) {
      const found = this.#attributes.get(name);
      if (found !== undefined || this.#later.length === 0) return found;
      this.#make();
    }
  }

  #make(): void {
    for (const [name, value] of this.#later.shift()!()) this.#attributes.set(name, value);
  }

  #all(): ReadonlyMap<string, TemplateValue> {
    while (this.#later.length > 0) this.#make();
    return this.#attributes;
  }

  override attributeNames(): Iterable<string> {
    return this.#all().keys();
  }
  override getAttribute(name: string): TemplateValue | undefined {
    return this.#find(name);
  }
  override getItem(key: TemplateValue): TemplateValue | undefined {
    return typeof key === 'string' ? this.#find(key) : undefined;
  }
  /** The same as a dict, as dbt has `modules`, `exceptions` and `api`. */
  asDict(): NamedDict {
    return new NamedDict(this.typeName, this.#all(), [], 'always');
  }
  toText(): string {
    return `<${this.typeName}>`;
  }
}

function withName(one: TemplateFunction): readonly [string, TemplateValue] {
  return [one.name, one];
}
