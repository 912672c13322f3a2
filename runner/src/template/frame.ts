import type { SourceText } from '../errors/source-text.js';
import type { Via } from './failure.js';
import type { Span } from './nodes.js';
import type { TemplateProgram } from './parse.js';
import type { CallSite, TemplateValue, Undefined } from './values.js';

/** The names that a template finds beside its own. */
export interface Scope {
  /** the value of a name, or undefined where the scope does not have it */
  get(name: string): TemplateValue | undefined;
  /** all names, for suggestions */
  names(): Iterable<string>;
  /** whether templates that it renders are lenient (see {@link Activation.lenient}); macros of files never are */
  readonly lenient?: boolean;
  /** hears of names that can only be mistakes, where Jinja2 goes on with nothing; it may throw */
  unknown?(value: Undefined, site: CallSite): void;
  /** the template that `import` and `include` name; undefined where there is none */
  loadTemplate?(name: string): TemplateProgram | undefined;
}

/** A scope of given values. */
export function scopeOf(values: Readonly<Record<string, TemplateValue>> | ReadonlyMap<string, TemplateValue>): Scope {
  const map = values instanceof Map ? values : new Map(Object.entries(values));
  return { get: (name) => map.get(name), names: () => map.keys() };
}

/** What all frames of one template or macro call have in common. */
export interface Activation {
  readonly source: SourceText;
  /** macro calls through which it was reached, innermost first */
  readonly via: readonly Via[];
  readonly scope: Scope;
  /** attributes, items and calls of what is not there are undefined instead of errors (a node's own template while dbt parses it) */
  readonly lenient?: boolean | undefined;
  /** within `{% autoescape true %}`: what is printed is escaped */
  readonly autoescape?: boolean | undefined;
}

/** The variables of a block, with those of the blocks around it. */
export class Frame {
  #variables: Map<string, TemplateValue> | undefined;

  constructor(
    readonly activation: Activation,
    readonly parent: Frame | undefined = undefined,
  ) {}

  /** The frame of a block in which what is printed is escaped, or is not. */
  escaping(autoescape: boolean): Frame {
    return new Frame({ ...this.activation, autoescape }, this);
  }
  /** The frame of the whole template. */
  top(): Frame {
    let top: Frame = this;
    const { source } = this.activation;
    while (top.parent !== undefined && top.parent.activation.source === source) top = top.parent;
    return top;
  }
  child(): Frame {
    return new Frame(this.activation, this);
  }
  get(name: string): TemplateValue | undefined {
    for (let frame: Frame | undefined = this; frame !== undefined; frame = frame.parent) {
      const value = frame.#variables?.get(name);
      if (value !== undefined) return value;
    }
    return undefined;
  }
  set(name: string, value: TemplateValue): void {
    this.#variables ??= new Map();
    this.#variables.set(name, value);
  }
  /** Variables of this block alone. */
  own(): ReadonlyMap<string, TemplateValue> {
    return this.#variables ?? new Map();
  }
  *names(): Iterable<string> {
    for (let frame: Frame | undefined = this; frame !== undefined; frame = frame.parent) yield* frame.own().keys();
  }
  site(span: Span): CallSite {
    const { source, via, autoescape } = this.activation;
    return { place: source.place(span.start, span.end), via, autoescape };
  }
}
