import { tsdbtErrorsOf } from '../../../errors/tsdbt-error.js';
import { granularities } from '../../../project/semantic-schema.js';
import { scopeOf } from '../../../template/frame.js';
import { evaluateNative } from '../../../template/render.js';
import { defineFunction } from '../../../template/signature.js';
import { hostValue, plain, TemplateObject, type TemplateValue, text } from '../../../template/values.js';

export type QueryItemKind = 'Dimension' | 'TimeDimension' | 'Entity' | 'Metric';

/** What a filter, `group_by` or `order_by` names: `Dimension('order__status').grain('month')`. */
export interface QueryItem {
  readonly kind: QueryItemKind;
  /** name of the element, without entities before and a unit of time behind it */
  readonly element: string;
  readonly granularity: string | undefined;
  readonly datePart: string | undefined;
  readonly descending: boolean | undefined;
  /** all of it but the order, to tell two items apart */
  readonly key: string;
}

const DATE_PARTS = ['year', 'quarter', 'month', 'day', 'dow', 'doy'];

/** An item while a template is evaluated: its methods return it. */
class ItemValue extends TemplateObject {
  readonly typeName = 'QueryItem';
  granularity: string | undefined;
  datePart: string | undefined;
  descending: boolean | undefined;

  constructor(
    readonly kind: QueryItemKind,
    readonly name: string,
    readonly path: readonly unknown[],
    readonly groupBy: readonly unknown[],
    readonly methods: readonly string[],
  ) {
    super();
  }

  override getAttribute(name: string): TemplateValue | undefined {
    if (!this.methods.includes(name)) return undefined;
    return defineFunction(`${name}(value)`, ([value]) => {
      if (name === 'grain') this.granularity = text(plain(value!)).toLowerCase();
      else if (name === 'date_part') this.datePart = text(plain(value!)).toLowerCase();
      else this.descending = value === true;
      return this;
    });
  }

  override attributeNames(): Iterable<string> {
    return this.methods;
  }

  override toText(): string {
    return '';
  }
}

/**
 * The items that a template names, in their order.
 *
 * @param units units of time of the project's time spines
 * @param inOrder it is an item of `order_by`, where everything has `descending`
 * @returns the items, or why the template is none
 */
export function readQueryItems(template: string, units: ReadonlySet<string>, inOrder = false): QueryItem[] | string {
  const found: ItemValue[] = [];
  const methods = (kind: QueryItemKind): string[] =>
    kind === 'Dimension' ? ['grain', 'date_part', 'descending'] : inOrder ? ['descending'] : [];
  const listOf = (value: TemplateValue | undefined): readonly unknown[] => {
    const host = value === undefined ? [] : hostValue(value);
    return Array.isArray(host) ? host : [host];
  };
  const textOf = (value: TemplateValue | undefined): string | undefined =>
    value === undefined || value === null ? undefined : text(plain(value)).toLowerCase();
  const make = (
    kind: QueryItemKind,
    name: TemplateValue | undefined,
    path: readonly unknown[],
    groupBy: readonly unknown[] = [],
  ) => {
    const item = new ItemValue(kind, text(plain(name!)), path, groupBy, methods(kind));
    found.push(item);
    return item;
  };
  const scope = scopeOf({
    Dimension: defineFunction('Dimension(name, entity_path?)', ([name, path]) => make('Dimension', name, listOf(path))),
    TimeDimension: defineFunction(
      'TimeDimension(time_dimension_name, time_granularity_name?, entity_path?, descending?, date_part_name?)',
      ([name, granularity, path, descending, datePart]) => {
        const item = make('TimeDimension', name, listOf(path));
        item.granularity = textOf(granularity);
        item.datePart = textOf(datePart);
        if (descending !== undefined && descending !== null) item.descending = descending === true;
        return item;
      },
    ),
    Entity: defineFunction('Entity(entity_name, entity_path?)', ([name, path]) => make('Entity', name, listOf(path))),
    Metric: defineFunction('Metric(metric_name, group_by?)', ([name, groupBy]) =>
      make('Metric', name, [], listOf(groupBy)),
    ),
  });
  try {
    // an item alone would be the value: with a text beside it, it is printed
    evaluateNative(`${template} `, scope);
  } catch (thrown) {
    const [error] = tsdbtErrorsOf(thrown);
    if (error === undefined) throw thrown;
    return error.hint === undefined ? error.message : `${error.message}: ${error.hint}`;
  }
  const items: QueryItem[] = [];
  for (const item of found) {
    const read = itemOf(item, units, inOrder);
    if (typeof read === 'string') return read;
    items.push(read);
  }
  return items;
}

function itemOf(item: ItemValue, units: ReadonlySet<string>, inOrder: boolean): QueryItem | string {
  const { kind, name, datePart, descending } = item;
  const hasTime = kind === 'TimeDimension' || item.granularity !== undefined || datePart !== undefined;
  const parts = name.toLowerCase().split('__');
  const last = parts.at(-1)!;
  const isUnit = (granularities as readonly string[]).includes(last) || (hasTime && units.has(last));
  const suffix = parts.length > 1 && isUnit ? last : undefined;
  const [element, ...links] = (suffix === undefined ? parts : parts.slice(0, -1)).reverse();
  if (kind === 'Dimension' || kind === 'TimeDimension') {
    if (links.length !== 1 && element !== 'metric_time')
      return `"${name}" does not have the form <primary entity>__<dimension>`;
    if (hasTime && suffix !== undefined && item.granularity !== undefined && suffix !== item.granularity)
      return `"${name}" ends with another unit of time than ${item.granularity}`;
  }
  if (kind === 'Entity' && suffix !== undefined) return `the entity "${name}" ends with a unit of time`;
  if (kind === 'Metric' && item.groupBy.length === 0 && !inOrder) return `Metric("${name}") has no group_by`;
  if (datePart !== undefined && !DATE_PARTS.includes(datePart))
    return `there is no date_part "${datePart}": it must be one of ${DATE_PARTS.join(', ')}`;
  return {
    kind,
    element: element!,
    granularity: suffix ?? item.granularity,
    datePart,
    descending,
    key: JSON.stringify([kind, name.toLowerCase(), item.granularity, datePart, item.path, item.groupBy]),
  };
}
