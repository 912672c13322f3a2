import { buildManifest } from '../../src/manifest/build-manifest.js';
import type { Manifest } from '../../src/manifest/manifest.js';
import type { OpenProjectOptions } from '../../src/manifest/open-project.js';
import { open, tempProject } from './temp-project.js';

/** The manifest of a project folder, or of a project with the given files. */
export async function parse(
  files: Readonly<Record<string, string>> | string,
  options: Partial<OpenProjectOptions> = {},
): Promise<Manifest> {
  return buildManifest(await open(typeof files === 'string' ? files : tempProject(files), options));
}
