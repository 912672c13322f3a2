import type { FreshnessEntry } from '../project/config-schema.js';
import type { SourceEntry, SourceTableEntry } from '../project/properties-schema.js';
import type { Freshness, FreshnessThreshold } from './nodes.js';

type ThresholdEntry = NonNullable<FreshnessEntry>['warn_after'];

/**
 * One freshness of several, the farthest first: a nearer threshold takes the place of a farther one, and null at a nearer
 * place says that nothing is asked. Undefined where no threshold is left.
 */
export function mergeFreshness(layers: readonly (FreshnessEntry | undefined)[]): Freshness | undefined {
  let merged: NonNullable<FreshnessEntry> = {};
  for (const layer of layers) {
    if (layer === undefined) continue;
    if (layer === null) merged = {};
    else {
      const given = Object.entries(layer).filter(([, value]) => value !== undefined);
      merged = { ...merged, ...Object.fromEntries(given) };
    }
  }
  const warnAfter = threshold(merged.warn_after);
  const errorAfter = threshold(merged.error_after);
  if (warnAfter === undefined && errorAfter === undefined) return undefined;
  return { warnAfter, errorAfter, filter: merged.filter ?? undefined };
}

function threshold(entry: ThresholdEntry): FreshnessThreshold | undefined {
  if (entry === undefined || entry === null) return undefined;
  const { count, period } = entry;
  return count === undefined || count === null || period === undefined || period === null
    ? undefined
    : { count, period };
}

/** How a table tells when its rows came: what the table says goes before what its source says, be it a column or a query. */
export function loadedAt(
  source: SourceEntry,
  table: SourceTableEntry,
  merged: Readonly<Record<string, unknown>>,
): { readonly loadedAtField: string | undefined; readonly loadedAtQuery: string | undefined } {
  const field = table.loaded_at_field ?? table.config?.loaded_at_field ?? undefined;
  const query = table.loaded_at_query ?? table.config?.loaded_at_query ?? undefined;
  // a table that says null takes what its source says, as in dbt
  const outerField = text(merged.loaded_at_field) ?? text(source.config?.loaded_at_field) ?? source.loaded_at_field;
  // a query goes before a column
  if (field !== undefined || query !== undefined) return { loadedAtField: field ?? outerField, loadedAtQuery: query };
  return {
    loadedAtField: outerField,
    loadedAtQuery: text(merged.loaded_at_query) ?? text(source.config?.loaded_at_query) ?? source.loaded_at_query,
  };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
