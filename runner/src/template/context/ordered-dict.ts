import { PyDict } from '../containers.js';
import { repr, type TemplateValue } from '../values.js';

/** A dict as Python's OrderedDict prints. */
export class OrderedDict extends PyDict {
  static override of(pairs: Iterable<readonly [TemplateValue, TemplateValue]>): OrderedDict {
    const dict = new OrderedDict();
    for (const [key, value] of pairs) dict.set(key, value);
    return dict;
  }
  override toText(): string {
    const parts = [...this.items()].map(([key, value]) => `(${repr(key)}, ${repr(value)})`);
    return `OrderedDict(${parts.length === 0 ? '' : `[${parts.join(', ')}]`})`;
  }
}
