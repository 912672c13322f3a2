import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GraphError } from '../errors/tsdbt-error.js';
import { graphCodes } from '../manifest/codes.js';

/**
 * The content of an artifact; undefined where there is no such file.
 *
 * @param folder absolute
 * @throws {GraphError} TSD3025 for what is no JSON
 */
export function readArtifact<T>(folder: string, name: string): T | undefined {
  const path = join(folder, name);
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch (cause) {
    throw new GraphError(graphCodes.unreadableState, `${path} cannot be read: ${(cause as Error).message}`, {
      hint: 'copy it anew from the run that it belongs to',
      cause,
    });
  }
}
