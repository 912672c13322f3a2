import { PyDict } from '../containers.js';
import { toTemplateValue } from '../convert.js';
import type { TemplateValue } from '../values.js';

/** What `flags.…` is where nothing was said. */
const standard: Readonly<Record<string, unknown>> = {
  CACHE_SELECTED_ONLY: false,
  DEBUG: false,
  DEFER: false,
  EMPTY: false,
  FAIL_FAST: false,
  FAVOR_STATE: false,
  FULL_REFRESH: false,
  INDIRECT_SELECTION: 'eager',
  INTROSPECT: true,
  LOG_FORMAT: 'default',
  LOG_LEVEL: 'info',
  PARTIAL_PARSE: true,
  POPULATE_CACHE: true,
  PRINT: true,
  PROFILE: null,
  PROFILES_DIR: null,
  PROJECT_DIR: null,
  QUIET: false,
  SAMPLE: null,
  SEND_ANONYMOUS_USAGE_STATS: false,
  STATIC_PARSER: true,
  STORE_FAILURES: false,
  TARGET: null,
  TARGET_PATH: null,
  THREADS: null,
  USE_COLORS: true,
  USE_EXPERIMENTAL_PARSER: false,
  VARS: {},
  VERSION_CHECK: true,
  WARN_ERROR: null,
  WRITE_JSON: true,
};

/** `flags`: upper-case names, as dbt has them, whatever their spelling in the project file. */
export function flagsDict(given: Readonly<Record<string, unknown>>): PyDict {
  const dict = PyDict.of(Object.entries(standard).map(([name, value]) => [name, toTemplateValue(value)] as const));
  for (const [name, value] of Object.entries(given)) dict.set(name.toUpperCase(), toTemplateValue(value));
  return dict;
}

/** `invocation_args_dict`: the same by dbt's lower-case names, with the command as `which`. */
export function invocationArguments(given: Readonly<Record<string, unknown>>): PyDict {
  const pairs: [TemplateValue, TemplateValue][] = [];
  for (const [name, value] of flagsDict(given).items()) {
    if (value !== null) pairs.push([String(name).toLowerCase(), value]);
  }
  return PyDict.of(pairs);
}
