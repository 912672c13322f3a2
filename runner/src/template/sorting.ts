import { compare } from './equality.js';
import type { TemplateValue } from './values.js';

/** Items in the order of their keys; stable, also when reversed. */
export function sortValues<T>(items: readonly T[], key: (item: T) => TemplateValue, reverse = false): T[] {
  const keyed = items.map((item) => ({ item, key: key(item) }));
  keyed.sort((a, b) => (reverse ? compare(b.key, a.key) : compare(a.key, b.key)));
  return keyed.map((k) => k.item);
}
