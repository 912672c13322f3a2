import * as z from 'zod';
import type { ErrorCode } from '../errors/codes.js';
import type { SourcePlace } from '../errors/source-text.js';
import { didYouMean } from '../errors/suggest.js';
import { ProjectError, type TsdbtError } from '../errors/tsdbt-error.js';
import { projectCodes } from './codes.js';
import { quickReader, WRONG } from './quick-schema.js';
import type { YamlPath } from './yaml-document.js';

// making code of each schema takes longer than it saves: most are used for a few files
z.config({ jitless: true });

/** Where values stand; a YamlDocument is one. */
export interface PlaceFinder {
  placeOf(path: YamlPath, part?: 'key' | 'value'): SourcePlace;
}

export interface ValidateOptions {
  /** path of the value in the document */
  readonly at?: YamlPath;
  /** code for unknown keys; `unknownKey` by default */
  readonly unknownKeyCode?: ErrorCode;
  /** given: unknown keys are kept and told here, as warnings; otherwise they are errors */
  readonly warnings?: TsdbtError[] | undefined;
}

/**
 * Checks a value against a schema. Errors are pushed to `errors`, each at its place in the document, unknown keys
 * with a suggestion.
 *
 * @returns the value as the schema gives it, or undefined when there were errors
 */
export function validate<T>(
  schema: z.ZodType<T>,
  value: unknown,
  document: PlaceFinder,
  errors: ProjectError[],
  options: ValidateOptions = {},
): T | undefined {
  const read = quickReader(schema)(value);
  if (read !== WRONG) return read as T;
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const at = options.at ?? [];
  if (options.warnings !== undefined) {
    const known = asDbtReads(schema, value, document, options);
    if (known !== undefined) return known;
  }
  for (const issue of result.error.issues) {
    for (const { path, issue: leaf } of leaves(issue, [], value)) {
      const full = [...at, ...path];
      errors.push(...toErrors(leaf, path, full, schema, value, document, options));
    }
  }
  return undefined;
}

interface Removed {
  readonly path: YamlPath;
  readonly key: string;
  readonly value: unknown;
}

/**
 * The value as the schema gives it without the keys that it does not know, which are then put back, and without empty keys: to dbt
 * both are no mistake, nor is a number as a tag. Undefined where more is wrong.
 */
function asDbtReads<T>(
  schema: z.ZodType<T>,
  value: unknown,
  document: PlaceFinder,
  options: ValidateOptions,
): T | undefined {
  const rest = copyOf(value);
  const removed: Removed[] = [];
  const warnings: ProjectError[] = [];
  for (;;) {
    const result = schema.safeParse(rest);
    if (result.success) {
      for (const { path, key, value: kept } of removed)
        (valueAt(result.data, path) as Record<string, unknown>)[key] = kept;
      options.warnings!.push(...warnings);
      return result.data;
    }
    let found = 0;
    for (const { path, issue } of result.error.issues.flatMap((one) => leaves(one, [], rest))) {
      const full = [...(options.at ?? []), ...path];
      if (issue.code !== 'unrecognized_keys') {
        if (mendEmpty(rest, path)) found += 1;
        else if (issue.code === 'invalid_value' && fallBack(rest, path)) {
          found += 1;
          warnings.push(...toErrors(issue, path, full, schema, value, document, options));
        }
        continue;
      }
      warnings.push(...toErrors(issue, path, full, schema, rest, document, options));
      const holder = valueAt(rest, path) as Record<string, unknown>;
      for (const key of issue.keys) {
        removed.push({ path, key, value: holder[key] });
        delete holder[key];
        found += 1;
      }
    }
    if (found === 0) return undefined;
  }
}

/** Keys for which dbt takes its own value where they have one that it does not know. */
const FALLBACKS: ReadonlyMap<string, string> = new Map([['on_schema_change', 'ignore']]);

/** Gives a key the value that dbt takes instead of one that it does not know; says whether there is one. */
function fallBack(root: unknown, path: YamlPath): boolean {
  const key = path.at(-1);
  const value = FALLBACKS.get(String(key));
  if (key === undefined || value === undefined) return false;
  (valueAt(root, path.slice(0, -1)) as Record<string | number, unknown>)[key] = value;
  return true;
}

/** Takes out a key that is written without a value, or makes a number among tags a text; says whether there was one. */
function mendEmpty(root: unknown, path: YamlPath): boolean {
  const last = path.at(-1);
  const holder = valueAt(root, path.slice(0, -1)) as Record<string | number, unknown> | undefined;
  if (last === undefined || holder === undefined) return false;
  const value = holder[last];
  if (value === null && typeof last === 'string') return delete holder[last];
  if (typeof value !== 'number' || path.findLast((step) => typeof step === 'string') !== 'tags') return false;
  holder[last] = String(value);
  return true;
}

function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyOf);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copyOf(item)]));
}

type Issue = z.core.$ZodIssue;
interface Leaf {
  readonly path: YamlPath;
  readonly issue: Issue;
}

/** Of a union, the alternative that got furthest is what the user meant: the one that knows most of the keys. */
function leaves(issue: Issue, base: YamlPath, root: unknown): Leaf[] {
  const path = [...base, ...(issue.path as (string | number)[])];
  if (issue.code !== 'invalid_union') return [{ path, issue }];
  const alternatives = issue.errors.filter((inner) => inner.length > 0);
  const fitting = alternatives.filter((inner) => !inner.some((i) => i.code === 'invalid_type' && i.path.length === 0));
  const best = fitting.sort((a, b) => unknownOf(a) - unknownOf(b))[0];
  if (best === undefined) return [{ path, issue }];
  return best.flatMap((inner) => leaves(inner, path, root));
}

/** How many keys an alternative of a union has no use for. */
function unknownOf(issues: readonly Issue[]): number {
  const own = issues.filter((issue) => issue.code === 'unrecognized_keys' && issue.path.length === 0);
  return own.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 0), 0);
}

function toErrors(
  issue: Issue,
  path: YamlPath,
  full: YamlPath,
  schema: z.ZodType,
  root: unknown,
  document: PlaceFinder,
  options: ValidateOptions,
): ProjectError[] {
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, path);
    return issue.keys.map(
      (key) =>
        new ProjectError(options.unknownKeyCode ?? projectCodes.unknownKey, `unknown key "${key}"`, {
          place: document.placeOf([...full, key], 'key'),
          hint: didYouMean(key, known) ?? knownKeysHint(known),
        }),
    );
  }
  const label = labelOf(full);
  const actual = valueAt(root, path);
  if (actual === undefined && (issue.code === 'invalid_type' || issue.code === 'invalid_union')) {
    return [
      new ProjectError(projectCodes.missingKey, `the key "${label}" is missing`, {
        place: document.placeOf(full.slice(0, -1)),
      }),
    ];
  }
  const details = { place: document.placeOf(full), hint: hintOf(issue, actual) };
  return [
    new ProjectError(
      projectCodes.wrongValue,
      `${label} must be ${expectation(issue)}${issue.code === 'custom' && isMapping(actual) ? '' : but(actual)}`,
      details,
    ),
  ];
}

function expectation(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return typeName(issue.expected);
    case 'invalid_value':
      return issue.values.length === 1
        ? JSON.stringify(issue.values[0])
        : `one of ${issue.values.map((v) => String(v)).join(', ')}`;
    case 'invalid_union': {
      const types = issue.errors.flatMap((inner) => inner.map((i) => expectation(i)));
      return [...new Set(types)].filter((t) => t !== 'null').join(' or ');
    }
    case 'too_small':
      return `at least ${String(issue.minimum)}${issue.inclusive === false ? ' (exclusive)' : ''}`;
    case 'invalid_format':
      return issue.message;
    case 'invalid_key':
      return `keyed by ${issue.issues[0]?.message ?? 'other names'}`;
    default:
      return issue.message;
  }
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
  null: 'null',
};

function typeName(expected: string): string {
  return typeNames[expected] ?? expected;
}

function isMapping(actual: unknown): boolean {
  return typeof actual === 'object' && actual !== null && !Array.isArray(actual);
}

function but(actual: unknown): string {
  if (actual === null) return ', not empty';
  if (Array.isArray(actual)) return ', not a list';
  if (isMapping(actual)) return ', not a mapping';
  return `, not ${JSON.stringify(actual)}`;
}

function hintOf(issue: Issue, actual: unknown): string | undefined {
  if (issue.code === 'invalid_value' && typeof actual === 'string') return didYouMean(actual, issue.values.map(String));
  const booleanWanted = issue.code === 'invalid_type' && issue.expected === 'boolean';
  if (booleanWanted && typeof actual === 'string' && /^(yes|on|no|off)$/i.test(actual))
    return `write ${/^(yes|on)$/i.test(actual) ? 'true' : 'false'}`;
  return undefined;
}

function knownKeysHint(known: readonly string[]): string | undefined {
  return known.length === 0 || known.length > 16 ? undefined : `keys here: ${known.join(', ')}`;
}

/** `models.0.columns.2.name` reads as `models[1].columns[3].name`: people count from one. */
export function labelOf(path: YamlPath): string {
  let label = '';
  for (const step of path) {
    if (typeof step === 'number') label += `[${step + 1}]`;
    else label += label === '' ? step : `.${step}`;
  }
  return label === '' ? 'the file' : label;
}

export function valueAt(root: unknown, path: YamlPath): unknown {
  let value = root;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}

/** Keys that the schema knows at a path. */
function keysAt(schema: z.ZodType, path: YamlPath): string[] {
  let candidates: SchemaDef[] = unwrap(schema);
  for (const step of path) {
    candidates = candidates.flatMap((def) => {
      if (def.type === 'object') return def.shape?.[step] === undefined ? [] : unwrap(def.shape[step]);
      if (def.type === 'array') return def.element === undefined ? [] : unwrap(def.element);
      if (def.type === 'record') return def.valueType === undefined ? [] : unwrap(def.valueType);
      return [];
    });
  }
  return candidates.flatMap((def) => Object.keys(def.shape ?? {}));
}

/** The parts of zod's definitions that lead to keys. */
interface SchemaDef {
  readonly type: string;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly element?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly innerType?: z.ZodType;
  readonly options?: readonly z.ZodType[];
}

function unwrap(schema: z.ZodType): SchemaDef[] {
  const def = schema.def as unknown as SchemaDef;
  if (def.innerType !== undefined) return unwrap(def.innerType);
  if (def.options !== undefined) return def.options.flatMap(unwrap);
  return [def];
}
