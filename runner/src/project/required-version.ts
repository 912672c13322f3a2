import { ProjectError } from '../errors/tsdbt-error.js';
import { projectCodes } from './codes.js';
import type { YamlDocument } from './yaml-document.js';

/** The version of dbt-core whose language this is; `require-dbt-version` is compared with it. */
export const dbtLanguageVersion = '1.12.6';

/** Tells where a project asks for another version than this one's: `require-dbt-version`, unless DBT_VERSION_CHECK is `false`. */
export function checkVersion(
  who: string,
  required: string | readonly string[] | undefined,
  document: YamlDocument,
  errors: ProjectError[],
  env: Readonly<Record<string, string | undefined>> = {},
): void {
  if (required === undefined || env.DBT_VERSION_CHECK === 'false' || satisfiesVersion(dbtLanguageVersion, required))
    return;
  errors.push(
    new ProjectError(
      projectCodes.requiredVersion,
      `${who} requires dbt ${[required].flat().join(', ')}; this is the language of ${dbtLanguageVersion}`,
      { place: document.placeOf(['require-dbt-version']) },
    ),
  );
}

/** Whether a version satisfies `>=1.6.0,<2.0.0`, `["<2.0.0", ">=1.0"]`, `1.12.0`, `=1.12.0`. */
export function satisfiesVersion(version: string, required: string | readonly string[]): boolean {
  const parts = (typeof required === 'string' ? [required] : required).flatMap((r) => r.split(','));
  return parts.every((part) => {
    const match = /^\s*(>=|<=|!=|==|=|>|<)?\s*v?(\d+(?:\.\d+){0,2})/.exec(part);
    if (match === null) return true;
    const order = compare(version, match[2]!);
    switch (match[1] ?? '=') {
      case '>=':
        return order >= 0;
      case '<=':
        return order <= 0;
      case '>':
        return order > 0;
      case '<':
        return order < 0;
      case '!=':
        return order !== 0;
      default:
        return order === 0;
    }
  });
}

function compare(a: string, b: string): number {
  const left = a.split('.').map(Number);
  const right = b.split('.').map(Number);
  for (let i = 0; i < 3; i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
