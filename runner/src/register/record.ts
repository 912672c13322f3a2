import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { StorageError } from '../errors/tsdbt-error.js';
import { registerCodes } from './codes.js';
import type { Registered } from './server-registry.js';

const schema = z.record(z.string(), z.string());

/** The names that a warehouse registered with one running server: `<warehouse>/.register/<target>.json`. */
export class RegistrationRecord {
  readonly #path: string;

  constructor(warehouse: string, target: string) {
    this.#path = join(warehouse, '.register', `${target}.json`);
  }

  /** Empty where nothing was registered, or the file is not whole: tables are looked at in the server then. */
  read(): Registered {
    try {
      return new Map(Object.entries(schema.parse(JSON.parse(readFileSync(this.#path, 'utf8')))));
    } catch {
      return new Map();
    }
  }

  /** @throws {StorageError} TSD6091 */
  write(registered: Registered): void {
    const temporary = `${this.#path}.${process.pid}.tmp`;
    try {
      mkdirSync(dirname(this.#path), { recursive: true });
      writeFileSync(temporary, `${JSON.stringify(Object.fromEntries(registered), undefined, 2)}\n`, { flush: true });
      renameSync(temporary, this.#path);
    } catch (cause) {
      rmSync(temporary, { force: true });
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new StorageError(registerCodes.metastoreFiles, `${this.#path} cannot be written: ${reason}`, {
        hint: 'see that the warehouse is writable, then "tsdbt register"',
        cause,
      });
    }
  }
}
