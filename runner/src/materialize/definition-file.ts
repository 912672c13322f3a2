import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type * as z from 'zod';
import { StorageError } from '../errors/tsdbt-error.js';

/**
 * Reads a definition that the warehouse keeps beside its tables; undefined where there is none.
 * @param what e.g. `view`
 * @throws {StorageError} TSD6081 when the file is not what this program writes
 */
export function readDefinition<T>(path: string, schema: z.ZodType<T>, what: string): T | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new StorageError('TSD6081', `the ${what} definition ${path} cannot be read`, {
      hint: `delete the file and build the ${what} again`,
      cause,
    });
  }
}

/** Writes a definition beside the old one and renames it into place. */
export function writeDefinition(path: string, definition: object): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, `${JSON.stringify(definition, undefined, 2)}\n`, { flush: true });
  renameSync(temporary, path);
}
