import type { StateChange } from '../manifest/select/previous-state.js';
import type { StateEntry } from './state-manifest.js';

type Entries = Readonly<Record<string, StateEntry>>;

/** Keys of config that say where a relation lies, and not what it holds: they are compared on their own. */
const PLACE_KEYS = ['database', 'schema', 'alias'];
/** Config that is no part of what is compared as config. */
const UNCOMPARED = new Set([...PLACE_KEYS, 'group', 'enabled']);
/** What counts of a generic test's config. */
const TEST_KEYS = new Set([
  'severity',
  'where',
  'limit',
  'fail_calc',
  'warn_if',
  'error_if',
  'store_failures',
  'store_failures_as',
  'sql_header',
]);

/** What entries of the semantic layer say. */
const SEMANTIC_KEYS = [
  ...['type', 'type_params', 'filter', 'time_granularity', 'label', 'description'],
  ...['model', 'defaults', 'entities', 'dimensions', 'measures', 'primary_entity', 'query_params', 'exports', 'tags'],
];

/** What is compared beside two entries. */
export interface StateMacros {
  readonly before: Entries;
  readonly after: Entries;
  /** descriptions are written to tables whatever `persist_docs` says, as outside of dbt projects */
  readonly persistsAll?: boolean | undefined;
}

/**
 * In what a node differs from how it was, by dbt's rules: what is written counts, not what variables, environment or target make of it.
 * Either entry may be dbt's.
 */
export function stateChanges(then: StateEntry, now: StateEntry, macros: StateMacros): StateChange[] {
  const changes: StateChange[] = [];
  const add = (aspect: StateChange['aspect'], what: readonly string[]): void => {
    if (what.length > 0) changes.push({ aspect, what });
  };
  const differing = (keys: readonly string[]): string[] => keys.filter((key) => !same(then[key], now[key]));
  add('fqn', differing(['fqn']));
  const type = String(now.resource_type);
  const isGeneric = type === 'test' && isGenericTest(now);
  if (type !== 'unit_test')
    add(
      'configs',
      configKeys(then, now).filter((key) => !isGeneric || TEST_KEYS.has(key)),
    );
  if (type === 'function') {
    add('properties', differing(['arguments', 'returns']));
    if (!same(overloadsOf(then), overloadsOf(now))) add('properties', ['overloads']);
  }
  switch (type) {
    case 'source':
      add('relation', sourcePlace(then, now));
      add(
        'properties',
        differing(['freshness', 'external', 'loaded_at_field', 'loaded_at_query', 'location', 'quoting']),
      );
      return changes;
    case 'exposure':
      add('properties', differing(['type', 'owner', 'maturity', 'url', 'description', 'label']));
      if (!same(sorted(nodesOf(then)), sorted(nodesOf(now)))) add('properties', ['depends_on']);
      return changes;
    case 'unit_test':
      add('properties', unitTestKeys(then, now));
      return changes;
    case 'metric':
    case 'semantic_model':
    case 'saved_query':
      add('properties', differing(SEMANTIC_KEYS));
      return changes;
    case 'seed':
      add('body', checksumOf(then) === checksumOf(now) ? [] : ['checksum']);
      break;
    default:
      if (!isGeneric) add('body', code(then) === code(now) ? [] : ['raw_code']);
  }
  add('macros', changedMacros(then, now, macros));
  if (isGeneric) return changes;
  add(
    'relation',
    PLACE_KEYS.filter((key) => !sameConfig(then, now, key)),
  );
  add('persisted_descriptions', descriptions(then, now, macros.persistsAll === true));
  add('contract', contract(then, now));
  add('references', references(then, now));
  return changes;
}

/** What makes the statement: neither descriptions nor what templates gave. */
function overloadsOf({ overloads }: StateEntry): unknown {
  return ((overloads ?? []) as readonly StateEntry[]).map((one) => [
    one.defined_in,
    one.arguments,
    one.returns,
    one.raw_body,
  ]);
}

function isGenericTest({ test_metadata: metadata }: StateEntry): boolean {
  return metadata !== undefined && metadata !== null;
}

/** dbt cuts the blanks around a file's text off. */
function code({ raw_code: text }: StateEntry): string {
  return String(text ?? '').trim();
}

function checksumOf({ checksum }: StateEntry): string {
  return String((checksum as StateEntry | undefined)?.checksum ?? '');
}

function configOf(entry: StateEntry): StateEntry {
  return (entry.config ?? {}) as StateEntry;
}

/** Config as it is written; undefined in artifacts that do not tell. */
function unrendered(entry: StateEntry): StateEntry | undefined {
  return entry.unrendered_config as StateEntry | undefined;
}

/** Names of the config that differs. */
function configKeys(then: StateEntry, now: StateEntry): string[] {
  const [before, after] = [unrendered(then), unrendered(now)];
  const keys =
    before === undefined || after === undefined
      ? // what only one of two programs writes is a default; contracts are compared on their own
        Object.keys(configOf(now)).filter((key) => key in configOf(then) && key !== 'contract')
      : [...new Set([...Object.keys(before), ...Object.keys(after)])];
  // tags change nothing of what is built; dbt compares those of what is not built
  const left = 'raw_code' in now ? new Set([...UNCOMPARED, 'tags']) : UNCOMPARED;
  return keys.filter((key) => !left.has(key) && !sameConfig(then, now, key));
}

/** What dbt keeps of a config() in a file is its value, not its text. */
function sameConfig(then: StateEntry, now: StateEntry, key: string): boolean {
  const [before, after] = [unrendered(then), unrendered(now)];
  if (before === undefined || after === undefined) {
    const [old, own] = [configOf(then)[key], configOf(now)[key]];
    return key === 'severity' ? same(String(old).toLowerCase(), String(own).toLowerCase()) : same(old, own);
  }
  return (
    same(before[key], after[key]) || same(before[key], configOf(now)[key]) || same(configOf(then)[key], after[key])
  );
}

function sourcePlace(then: StateEntry, now: StateEntry): string[] {
  const keys = ['source_name', 'identifier'].filter((key) => !same(then[key], now[key]));
  for (const key of ['database', 'schema']) {
    const raw = `unrendered_${key}`;
    if (raw in then && raw in now ? !same(then[raw], now[raw]) : isLiteral(then[raw]) && !same(then[key], now[key]))
      keys.push(key);
  }
  return keys;
}

/** Whether a text means the same for every target. */
function isLiteral(written: unknown): boolean {
  return typeof written !== 'string' || !written.includes('{');
}

function unitTestKeys(then: StateEntry, now: StateEntry): string[] {
  const rows = ({ given, expect }: StateEntry): unknown =>
    [...((given as readonly StateEntry[] | undefined) ?? []), (expect ?? {}) as StateEntry].map((one) => [
      one.input,
      one.format,
      one.rows,
    ]);
  const overrides = ({ overrides: given }: StateEntry): unknown =>
    Object.fromEntries(Object.entries((given ?? {}) as StateEntry).filter(([, value]) => !isNothing(value)));
  const keys = ['model', 'version'].filter((key) => !same(then[key], now[key]));
  if (!same(rows(then), rows(now))) keys.push('rows');
  if (!same(overrides(then), overrides(now))) keys.push('overrides');
  return keys;
}

/** Macros of the project and its packages that the node calls, directly or not, and that are not as they were. Those of dbt itself change with its version. */
function changedMacros(then: StateEntry, now: StateEntry, macros: StateMacros): string[] {
  const body = (entries: Entries, id: string): string | undefined => {
    const sql = entries[id]?.macro_sql;
    return sql === undefined ? undefined : String(sql).trim();
  };
  const called = new Set([...macrosOf(then), ...macrosOf(now)]);
  // a set that grows while it is gone through is gone through to its end
  for (const id of called) for (const inner of macrosOf(macros.after[id] ?? {})) called.add(inner);
  return [...called].filter(
    (id) => !id.startsWith('macro.dbt.') && id in macros.after && body(macros.before, id) !== body(macros.after, id),
  );
}

function macrosOf({ depends_on: given }: StateEntry): readonly string[] {
  return (given as { macros?: readonly string[] } | undefined)?.macros ?? [];
}

function nodesOf({ depends_on: given }: StateEntry): readonly string[] {
  return (given as { nodes?: readonly string[] } | undefined)?.nodes ?? [];
}

function columnsOf(entry: StateEntry): readonly StateEntry[] {
  return Object.values((entry.columns ?? {}) as Entries);
}

/** Descriptions count where they are written to the database. */
function descriptions(then: StateEntry, now: StateEntry, all: boolean): string[] {
  const { persist_docs: persist } = configOf(now) as { persist_docs?: { relation?: boolean; columns?: boolean } };
  const found: string[] = [];
  if ((all || persist?.relation === true) && !same(then.description, now.description)) found.push('description');
  if (!all && persist?.columns !== true) return found;
  const before = new Map(columnsOf(then).map((column) => [column.name, column.description]));
  for (const { name, description } of columnsOf(now))
    if (!same(before.get(name), description)) found.push(String(name));
  return found;
}

function contract(then: StateEntry, now: StateEntry): string[] {
  const isEnforced = (entry: StateEntry): boolean =>
    (configOf(entry).contract as { enforced?: boolean } | undefined)?.enforced === true;
  if (!isEnforced(then) && !isEnforced(now)) return [];
  if (!isEnforced(then) || !isEnforced(now)) return ['enforced'];
  const types = (entry: StateEntry): Map<string, unknown> =>
    new Map(columnsOf(entry).map((c) => [String(c.name), [c.data_type, constraints(c.constraints)]]));
  const [before, after] = [types(then), types(now)];
  const names = new Set([...before.keys(), ...after.keys()]);
  const changed = [...names].filter((name) => !same(before.get(name), after.get(name)));
  return same(constraints(then.constraints), constraints(now.constraints)) ? changed : [...changed, 'constraints'];
}

function constraints(given: unknown): unknown {
  return (Array.isArray(given) ? (given as StateEntry[]) : []).map(({ type, expression, columns, name }) =>
    [type, expression, columns, name].map((part) => (isNothing(part) ? null : part)),
  );
}

/** What may break refs to a model. */
function references(then: StateEntry, now: StateEntry): string[] {
  const access = (entry: StateEntry): unknown => entry.access ?? configOf(entry).access ?? 'protected';
  const changed = ['latest_version', 'deprecation_date'].filter((key) => !same(then[key], now[key]));
  return access(then) === access(now) ? changed : [...changed, 'access'];
}

function sorted(names: readonly string[]): readonly string[] {
  return [...names].sort();
}

/** Whether two values say the same; what is null, empty or missing says nothing. */
function same(a: unknown, b: unknown): boolean {
  return canonical(a) === canonical(b);
}

function isNothing(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true;
  return typeof value === 'object' && Object.values(value).every(isNothing);
}

function canonical(value: unknown): string {
  if (isNothing(value)) return '';
  return JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(
      Object.entries(inner)
        .filter(([, item]) => !isNothing(item))
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    );
  });
}
