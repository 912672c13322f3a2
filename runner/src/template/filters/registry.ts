import { didYouMean } from '../../errors/suggest.js';
import { OperationFailure, templateCodes } from '../failure.js';
import { bind } from '../signature.js';
import { type CallSite, plain, type TemplateValue } from '../values.js';
import type { Filter } from './filter.js';
import { numberFilters } from './numbers.js';
import { selectionFilters } from './selection.js';
import { sequenceFilters } from './sequences.js';
import { textFilters } from './text.js';

const filters: ReadonlyMap<string, Filter> = new Map([
  ...textFilters,
  ...numberFilters,
  ...sequenceFilters,
  ...selectionFilters,
]);

/** Names of all filters. */
export function filterNames(): Iterable<string> {
  return filters.keys();
}

/**
 * `target | name(args)`.
 * @throws OperationFailure TSD2006 for a filter that does not exist, TSD2008 for arguments that do not fit
 */
export function applyFilter(
  name: string,
  target: TemplateValue,
  positional: readonly TemplateValue[],
  named: ReadonlyMap<string, TemplateValue>,
  site: CallSite,
): TemplateValue {
  const filter = filters.get(name);
  if (filter === undefined)
    throw new OperationFailure(
      templateCodes.unknownFilter,
      `there is no filter "${name}"`,
      didYouMean(name, filters.keys()),
    );
  const bound = bind(filter.signature, positional, named);
  return filter.run(
    filter.keepsPlaces ? target : plain(target),
    bound,
    (inner, value, args, innerNamed) => applyFilter(inner, value, args, innerNamed, site),
    site.autoescape ?? false,
  );
}
