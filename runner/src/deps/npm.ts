import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import semver from 'semver';
import { ProjectError } from '../errors/tsdbt-error.js';
import type { PackageEntry } from '../project/packages-file.js';
import { depsCodes } from './codes.js';

/**
 * The folder of an npm package that npm has installed, as Node would find it from a folder: in `node_modules` there or in a folder above.
 * Nothing is installed: npm, its lock file and its credentials stay in charge of that.
 *
 * @throws ProjectError TSD1976 where it is missing, or in a version that `version:` does not allow
 */
export function npmPackage(entry: PackageEntry, from: string): { readonly folder: string; readonly version: string } {
  const name = entry.location;
  const range = entry.values.version === undefined ? undefined : String(entry.values.version);
  const install = `npm install ${name}${range === undefined ? '' : `@"${range}"`}`;
  const { place } = entry;
  const folder = installedNpmPackage(name, from);
  if (folder === undefined)
    throw new ProjectError(depsCodes.npmPackage, `the npm package ${name} is not installed`, { place, hint: install });
  const { version = '0.0.0' } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version?: string };
  if (range !== undefined && semver.validRange(range) === null)
    throw new ProjectError(depsCodes.versionText, `"${range}" is not a range of versions`, {
      place,
      hint: 'as in package.json: ^1.2.0, ~1.2.0, >=1 <3, 1.x',
    });
  if (range !== undefined && !semver.satisfies(version, range, { includePrerelease: true }))
    throw new ProjectError(
      depsCodes.npmPackage,
      `the npm package ${name} is installed as ${version}, ${range} is asked for`,
      { place, hint: install },
    );
  return { folder, version };
}

/** @returns undefined where it is in no folder that Node would look in */
export function installedNpmPackage(name: string, from: string): string | undefined {
  const folder = join(from, 'node_modules', name);
  if (existsSync(join(folder, 'package.json'))) return folder;
  return dirname(from) === from ? undefined : installedNpmPackage(name, dirname(from));
}
