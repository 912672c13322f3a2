import { type Bound, type Signature, signature } from '../signature.js';
import type { TemplateValue } from '../values.js';

/** Applies another filter by name (for `map`). */
export type ApplyFilter = (
  name: string,
  value: TemplateValue,
  positional: readonly TemplateValue[],
  named: ReadonlyMap<string, TemplateValue>,
) => TemplateValue;

export interface Filter {
  readonly signature: Signature;
  /** @param autoescape whether it stands within `{% autoescape true %}` */
  readonly run: (value: TemplateValue, bound: Bound, apply: ApplyFilter, autoescape: boolean) => TemplateValue;
  /** it takes printed text with its places, or Markup, instead of a bare string */
  readonly keepsPlaces: boolean;
}

/** Filters by name, from their signatures without the input. */
export function filterTable(
  table: Record<string, Filter['run']>,
  keepsPlaces: readonly string[] = [],
): readonly (readonly [string, Filter])[] {
  return Object.entries(table).map(([spec, run]) => {
    const to = signature(spec);
    return [to.name, { signature: to, run, keepsPlaces: keepsPlaces.includes(to.name) }] as const;
  });
}
