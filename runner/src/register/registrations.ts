import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ProjectError, TsdbtErrors } from '../errors/tsdbt-error.js';
import type { Manifest } from '../manifest/manifest.js';
import type { ModelNode } from '../manifest/nodes.js';
import type { RegisterTarget } from '../project/project.js';
import { registerCodes } from './codes.js';

/** A name under which Trino finds a table. Schema and table are in lower case, as Trino spells all names. */
export interface Registration {
  readonly schema: string;
  readonly table: string;
  /** the table's folder as Trino names it, e.g. `local:///gold/top_tracks` */
  readonly location: string;
}

/** What is to be registered. */
export interface Wanted {
  readonly registrations: readonly Registration[];
  /** tables, each of which may have two names */
  readonly tables: number;
  /** relations that are views: Trino has no way to read them without running their SQL, which is DuckDB's */
  readonly views: readonly string[];
}

/**
 * The names of all tables of the project that exist in its warehouse: `<default schema>.<table>` and `<layer>.<table>`.
 *
 * @throws {TsdbtErrors} TSD1961 where two tables would have one name
 */
export function wantedRegistrations(manifest: Manifest, warehouse: string, settings: RegisterTarget): Wanted {
  const taken = new Map<string, ModelNode>();
  const registrations: Registration[] = [];
  const errors: ProjectError[] = [];
  const views: string[] = [];
  let tables = 0;
  const add = (schema: string, node: ModelNode): void => {
    const name = `${schema.toLowerCase()}.${node.alias.toLowerCase()}`;
    const other = taken.get(name);
    if (other !== undefined) {
      errors.push(collision(name, node, other, settings));
      return;
    }
    taken.set(name, node);
    registrations.push({
      schema: schema.toLowerCase(),
      table: node.alias.toLowerCase(),
      location: locationOf(settings.location, node),
    });
  };
  for (const node of manifest.nodes.values()) {
    if (node.resourceType === 'test' || node.config.materialized === 'ephemeral') continue;
    if (existsSync(join(warehouse, node.schema, `${node.alias}.view.json`))) {
      views.push(`${node.schema}.${node.alias}`);
      continue;
    }
    if (!existsSync(join(warehouse, node.schema, node.alias, '_delta_log'))) continue;
    tables += 1;
    if (settings.defaultSchema !== undefined) add(settings.defaultSchema, node);
    if (settings.layers && node.schema.toLowerCase() !== settings.defaultSchema?.toLowerCase()) add(node.schema, node);
  }
  if (errors.length > 0) throw new TsdbtErrors(errors);
  return { registrations, tables, views };
}

/** `local:///` and a table → `local:///gold/top_tracks` */
function locationOf(root: string, node: ModelNode): string {
  return `${root.endsWith('/') ? root : `${root}/`}${node.schema}/${node.alias}`;
}

function collision(name: string, node: ModelNode, other: ModelNode, settings: RegisterTarget): ProjectError {
  const inDefault = name.startsWith(`${settings.defaultSchema?.toLowerCase()}.`);
  return new ProjectError(
    registerCodes.nameCollision,
    `${node.schema}.${node.alias} and ${other.schema}.${other.alias} would both be ${name} in Trino`,
    {
      place: node.propertiesPlace ?? node.source.place(0),
      hint: inDefault
        ? 'give one of them another name or alias, or register by layer only (register: { schemas: [layers] })'
        : 'give one of them another name or alias: Trino knows no upper case',
      detail: `the other is ${other.path}`,
    },
  );
}
