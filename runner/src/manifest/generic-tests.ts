import type { SourcePlace } from '../errors/source-text.js';
import { didYouMean } from '../errors/suggest.js';
import { ProjectError, type TsdbtError } from '../errors/tsdbt-error.js';
import { projectCodes } from '../project/codes.js';
import { configSchemas } from '../project/config-schema.js';
import { validate } from '../project/validate.js';
import type { YamlDocument, YamlPath } from '../project/yaml-document.js';

/** A generic test as YAML has it, before its macro is known. */
export interface TestEntry {
  /** `unique`, without the package */
  readonly name: string;
  readonly package: string | undefined;
  /** arguments besides model and column_name */
  readonly args: Readonly<Record<string, unknown>>;
  readonly config: Readonly<Record<string, unknown>>;
  /** `name:` of the entry */
  readonly customName: string | undefined;
  readonly description: string;
  /** place of the test's name */
  readonly place: SourcePlace;
  placeOfArgument(name: string): SourcePlace;
}

/** What reading tests takes besides the document. */
export interface TestReading {
  /** errors are pushed here */
  readonly errors: ProjectError[];
  /** unknown keys of configs are told here, as warnings, and kept; undefined: they are errors */
  readonly unknownKeys: TsdbtError[] | undefined;
  /** Renders the templates of a config; arguments of tests are rendered with the test. */
  render(value: unknown, at: YamlPath): unknown;
}

const configKeys = Object.keys(configSchemas.tests.shape);
const isConfigKey: ReadonlySet<string> = new Set(configKeys);
const reserved: ReadonlySet<string> = new Set([
  'name',
  'description',
  'config',
  'arguments',
  'test_name',
  ...configKeys,
]);

/** Keys that dbt takes for config wherever they stand, among the arguments, too. */
const configOfDbt: ReadonlySet<string> = new Set([
  ...['severity', 'tags', 'enabled', 'where', 'limit', 'warn_if', 'error_if', 'fail_calc', 'store_failures'],
  ...['store_failures_as', 'sql_header', 'meta', 'database', 'schema', 'alias'],
]);

/**
 * Reads one list of tests in all of dbt's forms: a name; a name with arguments inline or under `arguments:`,
 * config inline or under `config:`; `test_name:` beside its arguments.
 */
export function readTestEntries(
  list: readonly (string | Readonly<Record<string, unknown>>)[] | null | undefined,
  document: YamlDocument,
  at: YamlPath,
  reading: TestReading,
): TestEntry[] {
  return (list ?? []).flatMap((item, i) => {
    const entry = readEntry(item, document, [...at, i], reading);
    return entry === undefined ? [] : [entry];
  });
}

function readEntry(
  item: string | Readonly<Record<string, unknown>>,
  document: YamlDocument,
  at: YamlPath,
  reading: TestReading,
): TestEntry | undefined {
  const { errors } = reading;
  if (typeof item === 'string') return toEntry(item, {}, document, at, at, reading);
  if (typeof item.test_name === 'string') {
    const { test_name: name, ...body } = item;
    return toEntry(name, body, document, at, [...at, 'test_name'], reading);
  }
  const keys = Object.keys(item);
  const [name] = keys;
  if (name === undefined || keys.length > 1) {
    errors.push(
      new ProjectError(
        projectCodes.invalidTest,
        keys.length === 0 ? 'a test is missing here' : `one test has one key; this has ${keys.join(', ')}`,
        {
          place: document.placeOf(keys[1] === undefined ? at : [...at, keys[1]], 'key'),
          hint: `indent what belongs to "${name ?? 'the test'}" below it`,
        },
      ),
    );
    return undefined;
  }
  const body = item[name] ?? {};
  if (typeof body !== 'object' || Array.isArray(body)) {
    errors.push(
      new ProjectError(projectCodes.invalidTest, `the arguments of "${name}" must be a mapping`, {
        place: document.placeOf([...at, name]),
        hint: name === 'accepted_values' ? 'write values: [ … ] below it' : undefined,
      }),
    );
    return undefined;
  }
  return toEntry(name, body as Record<string, unknown>, document, [...at, name], [...at, name], reading);
}

function toEntry(
  qualified: string,
  body: Readonly<Record<string, unknown>>,
  document: YamlDocument,
  at: YamlPath,
  nameAt: YamlPath,
  { errors, unknownKeys, render }: TestReading,
): TestEntry {
  const inlineConfig: Record<string, unknown> = {};
  const args: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(body)) {
    if (isConfigKey.has(key)) {
      const rendered = render(value, [...at, key]);
      // nothing said, as in dbt: `enabled: "{{ var('strict', none) | as_native }}"`
      if (rendered !== null) inlineConfig[key] = rendered;
    } else if (!reserved.has(key)) args[key] = value;
  }
  const nested = body.arguments;
  const isMapping = typeof nested === 'object' && nested !== null && !Array.isArray(nested);
  const among: Record<string, unknown> = {};
  if (isMapping)
    for (const [key, value] of Object.entries(nested)) {
      if (unknownKeys !== undefined && configOfDbt.has(key)) among[key] = render(value, [...at, 'arguments', key]);
      else args[key] = value;
    }
  else if (nested !== undefined && nested !== null)
    errors.push(
      new ProjectError(projectCodes.wrongValue, 'arguments must be a mapping', {
        place: document.placeOf([...at, 'arguments']),
      }),
    );
  const options = { unknownKeyCode: projectCodes.unknownConfig, warnings: unknownKeys };
  const check = (value: unknown, path: YamlPath) =>
    isEmpty(value) ? {} : (validate(configSchemas.tests, value, document, errors, { ...options, at: path }) ?? {});
  const inline = { ...check(inlineConfig, at), ...check(among, [...at, 'arguments']) };
  const given = check(render(body.config ?? {}, [...at, 'config']), [...at, 'config']);
  const dot = qualified.lastIndexOf('.');
  return {
    name: qualified.slice(dot + 1),
    package: dot === -1 ? undefined : qualified.slice(0, dot),
    args,
    config: { ...inline, ...given },
    customName: typeof body.name === 'string' ? body.name : undefined,
    description: typeof body.description === 'string' ? body.description : '',
    place: document.placeOf(nameAt, at === nameAt && typeof at.at(-1) === 'string' ? 'key' : 'value'),
    placeOfArgument: (name) =>
      isMapping && Object.hasOwn(nested, name)
        ? document.placeOf([...at, 'arguments', name])
        : document.placeOf([...at, name]),
  };
}

/** What a test's macro takes. */
export interface TestSignature {
  readonly parameters: readonly { readonly name: string; readonly required: boolean }[];
  readonly takesAnything: boolean;
}

/**
 * Compares arguments with what the test's macro takes; errors are pushed to `errors`.
 * @param missing where arguments that are not given are told: dbt takes a test without them
 */
export function checkArguments(
  entry: TestEntry,
  signature: TestSignature,
  columnName: string | undefined,
  errors: ProjectError[],
  missing: TsdbtError[] = errors,
): void {
  const names = signature.parameters.map((p) => p.name).filter((name) => name !== 'model');
  const offered = names.filter((name) => name !== 'column_name' || columnName === undefined);
  if (columnName !== undefined && !names.includes('column_name') && !signature.takesAnything) {
    errors.push(
      new ProjectError(projectCodes.testArguments, `the test "${entry.name}" is one of tables, not of columns`, {
        place: entry.place,
        hint: 'list it under the model, not under the column',
      }),
    );
  }
  for (const name of Object.keys(entry.args)) {
    if (offered.includes(name) || signature.takesAnything) continue;
    // the column that the test stands under goes before one that its arguments name, as in dbt
    if (missing !== errors && name === 'column_name' && names.includes(name)) continue;
    errors.push(
      new ProjectError(projectCodes.testArguments, `the test "${entry.name}" takes no argument "${name}"`, {
        place: entry.placeOfArgument(name),
        hint:
          didYouMean(name, [...offered, ...configKeys]) ??
          (offered.length === 0 ? 'it takes no arguments' : `arguments: ${offered.join(', ')}`),
      }),
    );
  }
  for (const parameter of signature.parameters) {
    if (!parameter.required || parameter.name === 'model' || Object.hasOwn(entry.args, parameter.name)) continue;
    if (parameter.name === 'column_name' && columnName !== undefined) continue;
    missing.push(
      new ProjectError(projectCodes.testArguments, `the test "${entry.name}" needs the argument "${parameter.name}"`, {
        place: entry.place,
        hint: parameter.name === 'column_name' ? 'list it under a column' : undefined,
      }),
    );
  }
}

/** Most tests have no config of their own. */
function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0;
}
