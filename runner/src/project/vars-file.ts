import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SourceText } from '../errors/source-text.js';
import { ProjectError, tsdbtErrorsOf } from '../errors/tsdbt-error.js';
import { projectCodes } from './codes.js';
import { YamlDocument } from './yaml-document.js';

/** The file beside dbt_project.yml that holds `vars:` instead of it. */
export const VARS_FILE = 'vars.yml';

/**
 * Variables of a dbt project: `vars:` of its dbt_project.yml, or of the vars.yml beside it. Templates are left as they are.
 *
 * @param document the project file
 * @param prefix put before file names in errors, with a slash at its end
 */
export function readDbtVars(
  folder: string,
  document: YamlDocument,
  errors: ProjectError[],
  prefix = '',
): Readonly<Record<string, unknown>> {
  const own = document.recordAt(['vars']);
  const path = join(folder, VARS_FILE);
  if (!existsSync(path)) return own;
  try {
    const file = new YamlDocument(new SourceText(`${prefix}${VARS_FILE}`, readFileSync(path, 'utf8')), 'dbt');
    const apart = file.recordAt(['vars']);
    if (Object.keys(apart).length === 0) return own;
    if (Object.keys(own).length === 0) return apart;
    errors.push(
      new ProjectError(projectCodes.contradiction, `variables stand in both ${VARS_FILE} and dbt_project.yml`, {
        place: document.placeOf(['vars'], 'key'),
        via: [{ label: 'the others at', place: file.placeOf(['vars'], 'key') }],
        hint: 'keep them in one of the two',
      }),
    );
    return { ...apart, ...own };
  } catch (thrown) {
    const ours = tsdbtErrorsOf(thrown);
    if (ours.length === 0) throw thrown;
    errors.push(...(ours as ProjectError[]));
    return own;
  }
}
