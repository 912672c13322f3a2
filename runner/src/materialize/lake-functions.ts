import { join } from 'node:path';
import * as z from 'zod';
import { quoteIdentifier, Relation } from '../engines/relation.js';
import { readDefinition, writeDefinition } from './definition-file.js';

const schema = z.object({
  statements: z.array(z.string()),
  dependsOn: z.array(z.object({ schema: z.string(), identifier: z.string(), kind: z.literal('function').optional() })),
  invocationId: z.string(),
});

/** A function as the warehouse keeps it: the statements that make it, and the relations and functions that its body names. */
export type FunctionDefinition = z.infer<typeof schema>;

/** What functions ask of the catalog that they are made in. */
export interface FunctionHost {
  /** absolute folder of the warehouse */
  readonly warehouse: string;
  execute(sql: string): Promise<void>;
  /** makes a relation that a function reads readable */
  expose(relation: Relation): Promise<boolean>;
}

/** Functions of the warehouse, made in the engine's catalog when they are first asked for. They have no versions. */
export class LakeFunctions {
  readonly #exposed = new Map<string, Promise<boolean>>();

  constructor(private readonly host: FunctionHost) {}

  /** `<warehouse>/<schema>/<name>.function.json`; undefined where there is none. @throws {StorageError} TSD6081 */
  read(relation: Relation): FunctionDefinition | undefined {
    return readFunction(this.host.warehouse, relation);
  }

  /** Keeps a function that the engine has taken. */
  publish(relation: Relation, definition: FunctionDefinition): { readonly unchanged: boolean } {
    const before = this.read(relation);
    this.#exposed.set(relation.toString(), Promise.resolve(true));
    if (before !== undefined && said(before) === said(definition)) return { unchanged: true };
    writeDefinition(functionPath(this.host.warehouse, relation), definition);
    return { unchanged: false };
  }

  /** Makes a function callable by its name; false where there is none. */
  expose(relation: Relation): Promise<boolean> {
    const key = relation.toString();
    let exposed = this.#exposed.get(key);
    if (exposed === undefined) {
      exposed = this.#expose(relation);
      this.#exposed.set(key, exposed);
    }
    return exposed;
  }

  async #expose(relation: Relation): Promise<boolean> {
    const definition = this.read(relation);
    if (definition === undefined) return false;
    for (const read of definition.dependsOn) await this.host.expose(relationNamed(read));
    await this.make(relation, definition);
    return true;
  }

  /** Makes a function whose body's relations are readable. */
  async make(relation: Relation, definition: FunctionDefinition): Promise<void> {
    await this.host.execute(`CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(relation.schema)}`);
    for (const statement of definition.statements) await this.host.execute(statement);
  }
}

/** A relation, or a function, that a definition names. */
export function relationNamed(read: FunctionDefinition['dependsOn'][number]): Relation {
  return new Relation(read.schema, read.identifier, undefined, read.kind ?? 'table');
}

function said({ statements, dependsOn }: FunctionDefinition): string {
  return JSON.stringify([statements, dependsOn]);
}

function functionPath(warehouse: string, relation: Relation): string {
  return join(warehouse, relation.schema, `${relation.identifier}.function.json`);
}

/** @throws {StorageError} TSD6081 when the file is not what this program writes */
export function readFunction(warehouse: string, relation: Relation): FunctionDefinition | undefined {
  return readDefinition(functionPath(warehouse, relation), schema, 'function');
}
