import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type SourcePlace, SourceText } from '../errors/source-text.js';
import { didYouMean } from '../errors/suggest.js';
import { ProjectError } from '../errors/tsdbt-error.js';
import { projectCodes } from './codes.js';
import { dependenciesSchema, type PackageKind, packageEntrySchemas, packagesSchema } from './packages-schema.js';
import type { EvaluateValue, ValueScope } from './project.js';
import { renderValues } from './render-values.js';
import { validate } from './validate.js';
import { WholeFloat } from './yaml-dialect.js';
import { YamlDocument } from './yaml-document.js';

/** An entry of packages.yml, dependencies.yml or package-lock.yml. */
export interface PackageEntry {
  readonly kind: PackageKind;
  /** hub name, address of a repository or an archive, folder, or npm name, as given: templates are not rendered */
  readonly written: string;
  /** the same, rendered: it may hold a secret */
  readonly location: string;
  /** every key of the entry, rendered */
  readonly values: Readonly<Record<string, unknown>>;
  /** every key of the entry, as written */
  readonly raw: Readonly<Record<string, unknown>>;
  readonly place: SourcePlace;
}

/** The file that lists packages, and what it lists. */
export interface PackagesFile {
  /** `packages.yml` or `dependencies.yml` */
  readonly name: string;
  readonly document: YamlDocument;
  readonly entries: readonly PackageEntry[];
}

export const PACKAGES_FILES = ['packages.yml', 'dependencies.yml'] as const;

/** How templates in the entries are rendered; nothing else is needed of a project. */
export interface PackagesRendering {
  readonly evaluate: EvaluateValue;
  readonly scope: ValueScope;
}

/**
 * The packages that a project asks for: packages.yml, or `packages:` of dependencies.yml. Templates of dependencies.yml are
 * left as they are, as dbt does.
 *
 * @param rendering undefined: templates stay as they are written
 * @param prefix put before file names in errors, with a slash at its end
 * @returns undefined where neither file lists packages
 */
export function readPackagesFile(
  folder: string,
  rendering: PackagesRendering | undefined,
  errors: ProjectError[],
  prefix = '',
): PackagesFile | undefined {
  const found = PACKAGES_FILES.flatMap((name) => {
    if (!existsSync(join(folder, name))) return [];
    const document = new YamlDocument(
      new SourceText(`${prefix}${name}`, readFileSync(join(folder, name), 'utf8')),
      'dbt',
    );
    errors.push(...unknownKeys(document, Object.keys(fileSchemas[name].shape)));
    return hasPackages(document.value) ? [{ name, document }] : [];
  });
  if (found.length > 1)
    errors.push(
      new ProjectError(projectCodes.packageEntry, 'packages.yml and dependencies.yml both list packages', {
        place: found[1]!.document.placeOf(['packages'], 'key'),
        hint: 'keep one of the two lists',
      }),
    );
  const [first] = found;
  if (first === undefined) return undefined;
  const entries = readPackageEntries(first.document, first.name === 'packages.yml' ? rendering : undefined, errors);
  return { ...first, entries };
}

const fileSchemas = { 'packages.yml': packagesSchema, 'dependencies.yml': dependenciesSchema } as const;

/** Keys at the top of a file that nothing reads: its entries are checked one by one. */
function unknownKeys(document: YamlDocument, known: readonly string[]): ProjectError[] {
  return Object.keys(document.value ?? {})
    .filter((key) => !known.includes(key))
    .map(
      (key) =>
        new ProjectError(projectCodes.unknownKey, `unknown key "${key}"`, {
          place: document.placeOf([key], 'key'),
          hint: didYouMean(key, known) ?? `keys here: ${known.join(', ')}`,
        }),
    );
}

function hasPackages(value: unknown): value is { readonly packages: unknown } {
  return typeof value === 'object' && value !== null && 'packages' in value && value.packages !== null;
}

/** The entries below `packages:` of a file. Errors are pushed to `errors`. */
export function readPackageEntries(
  document: YamlDocument,
  rendering: PackagesRendering | undefined,
  errors: ProjectError[],
): PackageEntry[] {
  const listed = (document.value as { packages?: unknown } | undefined)?.packages ?? [];
  if (!Array.isArray(listed)) {
    errors.push(
      new ProjectError(projectCodes.packageEntry, 'packages must be a list', { place: document.placeOf(['packages']) }),
    );
    return [];
  }
  return listed.flatMap((raw: unknown, index) => {
    const entry = readEntry(raw, index, document, rendering, errors);
    return entry === undefined ? [] : [entry];
  });
}

function readEntry(
  raw: unknown,
  index: number,
  document: YamlDocument,
  rendering: PackagesRendering | undefined,
  errors: ProjectError[],
): PackageEntry | undefined {
  const at = ['packages', index];
  const kinds = Object.keys(packageEntrySchemas) as PackageKind[];
  const keys = typeof raw === 'object' && raw !== null ? Object.keys(raw) : [];
  const kind = kinds.find((one) => keys.includes(one));
  const place = document.placeOf(at);
  if (kind === undefined) {
    const guess = keys.map((key) => didYouMean(key, kinds)).find((hint) => hint !== undefined);
    errors.push(
      new ProjectError(
        projectCodes.packageEntry,
        keys.includes('private')
          ? "private: is resolved by dbt's platform only"
          : 'an entry says where its package comes from: package, git, local, tarball or npm',
        {
          place,
          hint: keys.includes('private')
            ? 'name the repository: git: https://…, with a token in env_var'
            : (guess ?? 'e.g. - git: https://host/team/package.git'),
        },
      ),
    );
    return undefined;
  }
  const known = errors.length;
  const values =
    rendering === undefined
      ? raw
      : renderValues(raw, document, rendering.evaluate, rendering.scope, () => false, errors, at);
  if (errors.length > known) return undefined;
  const checked = validate<Record<string, unknown>>(packageEntrySchemas[kind], asTexts(values), document, errors, {
    at,
  });
  if (checked === undefined) return undefined;
  const written = raw as Readonly<Record<string, unknown>>;
  return {
    kind,
    written: String(written[kind]),
    location: String(checked[kind]),
    values: checked,
    raw: written,
    place,
  };
}

/** `revision: 1.0` and `version: 1.0` are these texts. */
function asTexts(value: unknown): unknown {
  if (value instanceof WholeFloat) return String(value);
  if (Array.isArray(value)) return value.map(asTexts);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asTexts(item)]));
}
