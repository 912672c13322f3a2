import { didYouMean } from '../errors/suggest.js';
import { ProjectError } from '../errors/tsdbt-error.js';
import { projectCodes } from '../project/codes.js';
import type { ColumnEntry, ModelEntry } from '../project/properties-schema.js';
import { dateText } from './deprecations.js';
import type { ParseState } from './parse-state.js';
import type { Located, PropertyIndex } from './property-index.js';

/** One version of a model: the file it lies in, and what YAML says of it. */
export interface ModelVersion {
  /** name of the model, without the version */
  readonly name: string;
  readonly version: string | number;
  readonly latest: string | number;
  /** its place in the list of versions, from 0 */
  readonly position: number;
  /** the model's entry with what the version changes */
  readonly located: Located<ModelEntry>;
}

type VersionEntry = Partial<ModelEntry> & {
  readonly v?: unknown;
  readonly defined_in?: unknown;
  readonly columns?: unknown;
};

/** The versions that YAML declares, by the name of their file: `defined_in`, else `<model>_v<version>`. */
export function versionsByFile(index: PropertyIndex): ReadonlyMap<string, ModelVersion> {
  const found = new Map<string, ModelVersion>();
  for (const located of index.models.values()) {
    const { entry } = located;
    const versions = (Array.isArray(entry.versions) ? entry.versions : []) as VersionEntry[];
    const numbers = versions.map((one) => versionOf(one.v)).filter((v) => v !== undefined);
    const latest = versionOf(entry.latest_version) ?? numbers.sort(byVersion).at(-1);
    for (const [position, one] of versions.entries()) {
      const version = versionOf(one.v);
      if (version === undefined || latest === undefined) continue;
      const file = typeof one.defined_in === 'string' ? one.defined_in : `${entry.name}_v${version}`;
      const model = {
        name: entry.name,
        version,
        latest,
        position,
        located: { ...located, entry: entryOf(entry, one) },
      };
      found.set(file, model);
      // the file of the latest version may go without it
      if (version === latest && one.defined_in === undefined) found.set(entry.name, model);
    }
  }
  return found;
}

const KEYS = [
  ...[
    'v',
    'defined_in',
    'name',
    'description',
    'access',
    'group',
    'config',
    'constraints',
    'docs',
    'meta',
    'tags',
    'tests',
  ],
  ...['data_tests', 'columns', 'deprecation_date', 'primary_key'],
];

/** Tells what is wrong with the versions and the dates of models: unknown keys are warnings in a dbt project. */
export function checkVersions({ index, project, errors }: ParseState): void {
  for (const { entry, document, at } of index.models.values()) {
    const wrong = (message: string, where: readonly (string | number)[], hint?: string): void => {
      errors.push(
        new ProjectError(projectCodes.wrongValue, message, { place: document.placeOf([...at, ...where]), hint }),
      );
    };
    const checkDate = (value: unknown, where: readonly (string | number)[]): void => {
      if (value === undefined || value === null || dateText(value) !== undefined) return;
      wrong(
        `deprecation_date of "${entry.name}" is no date: ${JSON.stringify(value)}`,
        where,
        'a day such as 2030-12-31',
      );
    };
    checkDate(entry.deprecation_date, ['deprecation_date']);
    if (!Array.isArray(entry.versions) || entry.versions.length === 0) continue;
    const versions = entry.versions as VersionEntry[];
    const names = versions.map(({ v }) => versionOf(v));
    const latest = versionOf(entry.latest_version);
    if (latest !== undefined && !names.some((name) => String(name) === String(latest)))
      wrong(
        `latest_version: ${latest} is not one of model '${entry.name}' versions: [${names.join(', ')}]`,
        ['latest_version'],
        'write one of the versions, or leave it out: the last one is the latest then',
      );
    for (const [i, version] of versions.entries()) {
      if (names[i] === undefined) wrong(`a version of "${entry.name}" has no v`, ['versions', i], 'write v: 1');
      checkDate(version.deprecation_date, ['versions', i, 'deprecation_date']);
      for (const key of Object.keys(version)) {
        if (KEYS.includes(key)) continue;
        const problem = new ProjectError(projectCodes.unknownKey, `unknown key "${key}"`, {
          place: document.placeOf([...at, 'versions', i, key], 'key'),
          hint: didYouMean(key, KEYS) ?? `keys here: ${KEYS.join(', ')}`,
        });
        (project.unknownKeys ?? errors).push(problem);
      }
      const includes = Array.isArray(version.columns) ? version.columns.filter(includesColumns) : [];
      if (includes.length > 1)
        wrong(
          `columns of version ${names[i]} of "${entry.name}" say twice what they include`,
          ['versions', i, 'columns'],
          'one item with include: and exclude:, then the columns of the version itself',
        );
    }
  }
}

function includesColumns(item: unknown): boolean {
  return typeof item === 'object' && item !== null && ('include' in item || 'exclude' in item);
}

/** How a version is written: numbers by size, other names by their letters. */
function byVersion(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a) < String(b) ? -1 : 1;
}

function versionOf(value: unknown): string | number | undefined {
  if (value instanceof Number) return value.toString();
  return typeof value === 'string' || typeof value === 'number' ? value : undefined;
}

function entryOf(entry: ModelEntry, version: VersionEntry): ModelEntry {
  const { v: _v, defined_in: _file, columns, config, ...own } = version;
  return {
    ...entry,
    ...Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined)),
    config: { ...entry.config, ...config },
    columns: columnsOf(entry.columns ?? [], columns),
    versions: undefined,
    // each version has a date of its own
    deprecation_date: version.deprecation_date,
  };
}

/** `- include: all` with `exclude:` takes columns of the model over; columns of the version's own stand beside. */
function columnsOf(all: readonly ColumnEntry[], given: unknown): ColumnEntry[] {
  if (!Array.isArray(given)) return [...all];
  const columns: ColumnEntry[] = [];
  let includes: readonly ColumnEntry[] = [];
  for (const item of given as (ColumnEntry & { include?: unknown; exclude?: unknown })[]) {
    if (item.include === undefined) {
      columns.push(item);
      continue;
    }
    const named = (list: unknown, name: unknown): boolean => Array.isArray(list) && list.includes(name);
    const isAll = item.include === 'all' || item.include === '*';
    includes = all.filter(({ name }) => (isAll || named(item.include, name)) && !named(item.exclude, name));
  }
  const own = new Set(columns.map((column) => column.name));
  return [...includes.filter((column) => !own.has(column.name)), ...columns];
}
