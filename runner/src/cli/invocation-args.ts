import { timeOf } from '../materialize/microbatch.js';
import type { GlobalOptions } from './flags.js';
import { mapping } from './mapping.js';

/** Options that dbt calls by another name than ours with underscores. */
const NAMES: Readonly<Record<string, string>> = {
  models: 'select',
  resourceType: 'resource_types',
  excludeResourceType: 'exclude_resource_types',
};

/** What a flag's value is when it is read back; a flag that is not here belongs to the terminal or machine of its own run. */
const texts = ['target', 'profile', 'selector', 'indirectSelection', 'state', 'deferState', 'sample', 'macro', 'sql'];
const switches = ['fullRefresh', 'failFast', 'storeFailures', 'empty', 'defer', 'favorState'];
const lists = ['select', 'exclude', 'resourceType', 'excludeResourceType'];
const mappings = ['vars', 'args', 'warnErrorOptions'];
const times = ['eventTimeStart', 'eventTimeEnd'];

/**
 * The flags of an invocation by dbt's names, as `run_results.json` keeps them.
 * @param command `build`, `run-operation`, …
 */
export function argsOf(command: string, options: GlobalOptions): Record<string, unknown> {
  const args: Record<string, unknown> = { which: command };
  for (const [key, value] of Object.entries(options)) {
    if (value === undefined) continue;
    args[NAMES[key] ?? underscored(key)] = kept(key, value);
  }
  return { vars: {}, ...args };
}

/** The flags that an invocation was given, by what `run_results.json` keeps of them; dbt's as well as ours. */
export function optionsOf(args: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  const read = (keys: readonly string[], reader: (value: unknown) => unknown): void => {
    for (const key of keys) {
      const value = reader(args[NAMES[key] ?? underscored(key)]);
      if (value !== undefined) options[key] = value;
    }
  };
  read(texts, (value) => (typeof value === 'string' && value !== '' ? value : undefined));
  read(switches, (value) => (typeof value === 'boolean' ? value : undefined));
  read(lists, (value) => (Array.isArray(value) && value.length > 0 ? value.map(String) : undefined));
  read(times, (value) => (typeof value === 'string' ? timeOf(value) : undefined));
  read(['threads'], (value) => (typeof value === 'number' && value > 0 ? value : undefined));
  read(mappings, (value) =>
    typeof value === 'object' && value !== null && Object.keys(value).length > 0 ? JSON.stringify(value) : undefined,
  );
  return options;
}

function kept(key: string, value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  return mappings.includes(key) && typeof value === 'string' ? mapping(`--${key}`)(value) : value;
}

function underscored(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
