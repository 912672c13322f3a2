import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StorageError, TsdbtErrors } from '../errors/tsdbt-error.js';
import { registerCodes } from './codes.js';
import type { Registration } from './registrations.js';

/**
 * The server's version that the files name. It is not checked where the catalog says
 * `hive.metastore.version-compatibility=UNSAFE_ASSUME_COMPATIBILITY`; elsewhere it must be the server's own.
 */
const WRITER_VERSION = '476';
const FILE = '.trinoSchema';
/** Parameter of a table that says which project registered it. */
const OWNER = 'tsdbt.project';

/** How many names were added, changed and removed. */
export interface Changes {
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
}

interface TableEntry extends TableFile {
  /** folder of the table's file */
  readonly folder: string;
}

interface TableFile {
  readonly externalLocation?: string;
  readonly parameters?: Readonly<Record<string, string>>;
}

/**
 * Makes the files of Trino's file metastore say what there is: one file for each schema and table, each written beside and renamed into
 * place, so that a running server never reads half of one. A table that this project registered before and that is no longer wanted is
 * removed; what others registered stays.
 *
 * @param folder `hive.metastore.catalog.dir` of the catalog; made where it does not exist
 * @param project its name, by which tables are known as its own
 * @throws {TsdbtErrors} TSD6092 where a name belongs to a table elsewhere that this project did not register; nothing is written then
 * @throws {StorageError} TSD6091 where files cannot be read or written
 */
export function writeFileMetastore(folder: string, project: string, wanted: readonly Registration[]): Changes {
  try {
    return new FileMetastore(folder, project).keep(wanted);
  } catch (cause) {
    if (cause instanceof StorageError || cause instanceof TsdbtErrors) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StorageError(registerCodes.metastoreFiles, `the metastore ${folder} cannot be kept: ${reason}`, {
      hint: 'the tables themselves are published; see that the folder is writable, then "tsdbt register"',
      cause,
    });
  }
}

class FileMetastore {
  /** Where files wait to be renamed: on the same disk, under a name that is no schema. */
  readonly #waiting: string;

  constructor(
    private readonly folder: string,
    private readonly project: string,
  ) {
    this.#waiting = join(folder, `.tsdbt-${process.pid}-${randomUUID().slice(0, 8)}`);
  }

  keep(wanted: readonly Registration[]): Changes {
    const changes = { added: 0, changed: 0, removed: 0 };
    const before = this.#tables();
    const write: { registration: Registration; isNew: boolean }[] = [];
    const errors: StorageError[] = [];
    for (const registration of wanted) {
      const key = nameOf(registration);
      const found = before.get(key);
      before.delete(key);
      if (found === undefined) write.push({ registration, isNew: true });
      else if (found.externalLocation === registration.location) continue;
      else if (this.#isOurs(found)) write.push({ registration, isNew: false });
      else errors.push(taken(key, registration.location, found.externalLocation));
    }
    if (errors.length > 0) throw new TsdbtErrors(errors);
    try {
      for (const schema of new Set(wanted.map((registration) => registration.schema))) this.#addSchema(schema);
      for (const { registration, isNew } of write) {
        this.#put(registration);
        changes[isNew ? 'added' : 'changed'] += 1;
      }
      for (const table of before.values()) {
        if (!this.#isOurs(table)) continue;
        // the file first: from then on the server knows no such table
        rmSync(join(table.folder, FILE), { force: true });
        rmSync(table.folder, { recursive: true, force: true });
        changes.removed += 1;
      }
    } finally {
      rmSync(this.#waiting, { recursive: true, force: true });
    }
    return changes;
  }

  /** All tables there are, `schema.table` → what their files say. A file that is not whole counts as none: it is written anew. */
  #tables(): Map<string, TableEntry> {
    const tables = new Map<string, TableEntry>();
    for (const schema of foldersOf(this.folder)) {
      for (const table of foldersOf(join(this.folder, schema))) {
        const folder = join(this.folder, schema, table);
        const found: TableFile | undefined = readObject(join(folder, FILE));
        if (found !== undefined) tables.set(`${schema}.${table}`, { ...found, folder });
      }
    }
    return tables;
  }

  #isOurs(table: TableFile): boolean {
    return table.parameters?.[OWNER] === this.project;
  }

  #addSchema(schema: string): void {
    const path = join(this.folder, `.${schema}${FILE}`);
    if (readObject(path) !== undefined) return;
    mkdirSync(join(this.folder, schema), { recursive: true });
    renameSync(this.#write({ writerVersion: WRITER_VERSION, parameters: {} }), path);
  }

  #put({ schema, table, location }: Registration): void {
    const file = this.#write({
      writerVersion: WRITER_VERSION,
      tableType: 'EXTERNAL_TABLE',
      dataColumns: [],
      partitionColumns: [],
      parameters: { 'spark.sql.sources.provider': 'DELTA', [OWNER]: this.project },
      serdeParameters: { path: location },
      externalLocation: location,
      columnStatistics: {},
    });
    const folder = join(this.folder, schema, table);
    mkdirSync(folder, { recursive: true });
    renameSync(file, join(folder, FILE));
  }

  /** Writes a file under a name of its own and returns it. */
  #write(content: unknown): string {
    mkdirSync(this.#waiting, { recursive: true });
    const path = join(this.#waiting, randomUUID());
    writeFileSync(path, JSON.stringify(content, undefined, 2), { flush: true });
    return path;
  }
}

function taken(key: string, location: string, other: string | undefined): StorageError {
  return new StorageError(registerCodes.nameTaken, `${key} is already another table in Trino`, {
    hint: 'drop it there (CALL delta.system.unregister_table), or give the model another name or alias',
    detail: `it lies at ${other ?? 'an unknown place'}, the table of this project at ${location}`,
  });
}

/** undefined where there is no file, or one that holds no object: a half-written one, or `null` */
function readObject(path: string): object | undefined {
  try {
    const content: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return typeof content === 'object' && content !== null && !Array.isArray(content) ? content : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function foldersOf(path: string): string[] {
  if (!existsSync(path)) return [];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map((entry) => entry.name);
}

function nameOf({ schema, table }: Registration): string {
  return `${schema}.${table}`;
}
