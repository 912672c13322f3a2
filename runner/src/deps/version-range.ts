import semver from 'semver';
import type { SourcePlace } from '../errors/source-text.js';
import { ProjectError } from '../errors/tsdbt-error.js';
import { depsCodes } from './codes.js';

/** One bound of a range, as packages.yml writes it: `1.2.3`, `=1.2.3`, `>=1.0.0`, `<2.0.0`. */
export interface VersionBound {
  readonly matcher: '=' | '>' | '>=' | '<' | '<=';
  readonly version: string;
}

const BOUND = /^(>=|<=|=|>|<)?\s*v?(\d+\.\d+\.\d+(?:-?[0-9A-Za-z][0-9A-Za-z.-]*)?(?:\+[0-9A-Za-z.-]+)?)$/;

/**
 * The bounds of `version:`, a text (`>=1.0.0,<2.0.0`) or a list of them.
 *
 * @throws ProjectError TSD1978 for a text that is none
 */
export function versionBounds(version: unknown, place: SourcePlace | undefined): VersionBound[] {
  return [version]
    .flat()
    .flatMap((one) => String(one).split(','))
    .map((text) => {
      const match = BOUND.exec(text.trim());
      const parsed = match === null ? null : semver.parse(match[2], { loose: true });
      if (match === null || parsed === null)
        throw new ProjectError(depsCodes.versionText, `"${text.trim()}" is not a version`, {
          place,
          hint: 'three numbers, with a comparison before them or without: 1.3.0, [">=1.0.0", "<2.0.0"]',
        });
      return { matcher: (match[1] ?? '=') as VersionBound['matcher'], version: parsed.version };
    });
}

/** Whether a version lies within all bounds. Prereleases are versions like others here. */
export function satisfiesBounds(version: string, bounds: readonly VersionBound[]): boolean {
  return bounds.every((bound) => {
    const order = semver.compare(version, bound.version, { loose: true });
    return (order === 0 && bound.matcher.includes('=')) || order === DIRECTION[bound.matcher];
  });
}

/** What comparing with the bound gives, beside equal. */
const DIRECTION: Readonly<Record<VersionBound['matcher'], 1 | -1 | undefined>> = {
  '=': undefined,
  '>': 1,
  '>=': 1,
  '<': -1,
  '<=': -1,
};

export function isPrerelease(version: string): boolean {
  return (semver.prerelease(version, { loose: true }) ?? []).length > 0;
}

/** The newest of some versions, undefined for none. */
export function newest(versions: readonly string[]): string | undefined {
  return [...versions].sort((a, b) => semver.rcompare(a, b, { loose: true }))[0];
}

export function formatBounds(bounds: readonly VersionBound[]): string {
  if (bounds.length === 0) return 'any version';
  return bounds.map(({ matcher, version }) => (matcher === '=' ? version : `${matcher}${version}`)).join(', ');
}
