import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type SourcePlace, SourceText } from '../errors/source-text.js';
import { ProjectError } from '../errors/tsdbt-error.js';
import { projectCodes } from '../project/codes.js';
import { projectFileIn } from '../project/project-file.js';
import { installPathOf } from '../project/project-parts.js';
import { checkVersion } from '../project/required-version.js';
import { YamlDocument } from '../project/yaml-document.js';
import { depsCodes } from './codes.js';

/** What has to be known of a project before its packages are there. */
export interface PackageHead {
  readonly name: string;
  readonly version: string | undefined;
  /** relative to the folder */
  readonly installPath: string;
  readonly document: YamlDocument;
}

/**
 * Reads the head of a project's file, without its target or profile: packages are fetched before a project can be read whole.
 *
 * @param label how the folder is named in messages
 * @param prefix put before the file's name in places of errors
 * @throws TsdbtErrors and ProjectError TSD1974 where there is no project
 */
export function readPackageHead(
  folder: string,
  label: string,
  place?: SourcePlace | undefined,
  prefix = '',
): PackageHead {
  const file = projectFileIn(folder);
  if (file === undefined)
    throw new ProjectError(depsCodes.noProject, `${label} holds no dbt_project.yml`, {
      place,
      hint: hintBelow(folder),
    });
  const source = new SourceText(`${prefix}${file}`, readFileSync(join(folder, file), 'utf8'));
  const document = new YamlDocument(source, file === 'dbt_project.yml' ? 'dbt' : undefined);
  const raw = (document.value ?? {}) as Record<string, unknown>;
  const { name, version, 'require-dbt-version': required } = raw;
  if (typeof name !== 'string' || !/^[A-Za-z_]\w*$/.test(name))
    throw new ProjectError(projectCodes.wrongValue, 'name must be a name of letters, digits and underscores', {
      place: document.placeOf(['name']),
    });
  const errors: ProjectError[] = [];
  if (required !== undefined && required !== null)
    checkVersion(
      prefix === '' ? 'the project' : `the package ${name}`,
      [required].flat().map(String),
      document,
      errors,
    );
  if (errors[0] !== undefined) throw errors[0];
  return { name, version: version == null ? undefined : String(version), installPath: installPathOf(raw), document };
}

/** A repository often keeps its package in a folder, beside others. */
function hintBelow(folder: string): string | undefined {
  if (!existsSync(folder)) return undefined;
  const holding = readdirSync(folder, { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && projectFileIn(join(folder, entry.name)) !== undefined,
  );
  return holding.length === 0
    ? undefined
    : `its folder "${holding[0]!.name}" holds one: subdirectory: ${holding[0]!.name}`;
}
