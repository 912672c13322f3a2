import { rmSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { Column } from '../engines/engine.js';
import type { Relation } from '../engines/relation.js';
import { readDefinition, writeDefinition } from './definition-file.js';

const schema = z.object({
  sql: z.string(),
  columns: z.array(z.object({ name: z.string(), type: z.string() })),
  dependsOn: z.array(
    z.object({
      schema: z.string(),
      identifier: z.string(),
      select: z.string().optional(),
      kind: z.literal('function').optional(),
    }),
  ),
  description: z.string().optional(),
  invocationId: z.string(),
});

/** A view as the warehouse keeps it: its SELECT, and the relations that the SELECT names. */
export interface ViewDefinition {
  readonly sql: string;
  readonly columns: readonly Column[];
  /** `select`: for what lies outside the warehouse, how it is read */
  readonly dependsOn: readonly {
    readonly schema: string;
    readonly identifier: string;
    readonly select?: string | undefined;
    readonly kind?: 'function' | undefined;
  }[];
  readonly description?: string | undefined;
  readonly invocationId: string;
}

/** `<warehouse>/<schema>/<name>.view.json` */
export function viewPath(warehouse: string, relation: Relation): string {
  return join(warehouse, relation.schema, `${relation.identifier}.view.json`);
}

/**
 * Reads a view's definition; undefined where there is none.
 * @throws {StorageError} TSD6081 when the file is not what this program writes
 */
export function readView(warehouse: string, relation: Relation): ViewDefinition | undefined {
  return readDefinition(viewPath(warehouse, relation), schema, 'view');
}

/** Writes a view's definition beside the old one and renames it into place. */
export function writeView(warehouse: string, relation: Relation, definition: ViewDefinition): void {
  writeDefinition(viewPath(warehouse, relation), definition);
}

export function removeView(warehouse: string, relation: Relation): void {
  rmSync(viewPath(warehouse, relation), { force: true });
}

/** Two definitions that readers cannot tell apart. */
export function sameDefinition(a: ViewDefinition, b: ViewDefinition): boolean {
  const said = ({ sql, columns, dependsOn, description }: ViewDefinition): string =>
    JSON.stringify([sql, columns, dependsOn.map((d) => [d.schema, d.identifier, d.select, d.kind]), description]);
  return said(a) === said(b);
}
