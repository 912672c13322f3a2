import { getAttribute, getItem } from '../attributes.js';
import { type TemplateValue, text, Undefined } from '../values.js';

/**
 * What `attribute='a.b.0'` of a filter reads; without one, the item itself.
 * @param otherwise given for attributes that are missing
 */
export function attributeGetter(
  attribute: TemplateValue | undefined,
  otherwise?: TemplateValue,
): (item: TemplateValue) => TemplateValue {
  if (attribute === undefined || attribute === null) return (item) => item;
  if (typeof attribute === 'number') return (item) => orElse(getItem(item, attribute), otherwise);
  const parts = text(attribute).split('.');
  return (item) => {
    let value = item;
    for (const part of parts) {
      value = /^\d+$/.test(part) ? getItem(value, Number(part)) : itemFirst(value, part);
      if (value instanceof Undefined && otherwise !== undefined) return otherwise;
    }
    return value;
  };
}

function itemFirst(value: TemplateValue, part: string): TemplateValue {
  return value instanceof Undefined ? getAttribute(value, part) : getItem(value, part);
}

function orElse(value: TemplateValue, otherwise: TemplateValue | undefined): TemplateValue {
  return value instanceof Undefined && otherwise !== undefined ? otherwise : value;
}

/** The key by which filters compare texts: without case unless asked for. */
export function caseKey(sensitive: boolean): (value: TemplateValue) => TemplateValue {
  return (value) => (typeof value === 'string' && !sensitive ? value.toLowerCase() : value);
}
