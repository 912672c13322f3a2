import { PyTuple, type TemplateValue, text } from '../values.js';

/** A tuple with names, as `isocalendar()` and `timetuple()` give it. */
export class NamedTuple extends PyTuple {
  constructor(
    readonly label: string,
    readonly fieldNames: readonly string[],
    items: readonly TemplateValue[],
  ) {
    super(items);
  }
  override attributeNames(): Iterable<string> {
    return this.fieldNames;
  }
  override getAttribute(name: string): TemplateValue | undefined {
    return this.items[this.fieldNames.indexOf(name)];
  }
  override toText(): string {
    return `${this.label}(${this.fieldNames.map((name, i) => `${name}=${text(this.items[i]!)}`).join(', ')})`;
  }
}
