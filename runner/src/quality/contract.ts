import type { Column, Session } from '../engines/engine.js';
import type { SourcePlace } from '../errors/source-text.js';
import { didYouMean } from '../errors/suggest.js';
import { QualityError } from '../errors/tsdbt-error.js';
import type { ColumnProperties, ModelNode } from '../manifest/nodes.js';

/**
 * Compares the columns of a SELECT with the contract of a node: every declared column is there with its declared type,
 * and no other is. Types are compared by what the engine makes of their names (`int` is `INTEGER`).
 * @returns one error per column that differs, TSD4001, each at its place in the YAML file; empty when the contract holds
 */
export async function contractErrors(
  node: ModelNode,
  columns: readonly Column[],
  session: Session,
  /** what of a column its declared type is compared with */
  typeOf: (column: Column) => string = (column) => column.type,
): Promise<readonly QualityError[]> {
  // the rows of a TypeScript model are cast to the types it declares: there is nothing to compare
  if (!node.config.contract.enforced || (node.language === 'typescript' && node.columns.size === 0)) return [];
  const declared = [...node.columns.values()];
  const given = new Map(columns.map((column) => [column.name.toLowerCase(), column]));
  const names = new Set(declared.map((column) => column.name.toLowerCase()));
  const expected = await canonicalTypes(declared, session, node.propertiesPlace, typeOf);
  const errors: QualityError[] = [];
  const label = `${node.schema}.${node.alias}`;
  for (const column of declared) {
    const found = given.get(column.name.toLowerCase());
    const place = column.place ?? node.propertiesPlace;
    if (found === undefined) {
      errors.push(
        new QualityError(
          'TSD4001',
          `contract of ${label}: column "${column.name}" is missing in definition: the model's SELECT does not give it`,
          {
            place,
            hint: didYouMean(
              column.name,
              columns.map((c) => c.name).filter((name) => !names.has(name.toLowerCase())),
            ),
          },
        ),
      );
      continue;
    }
    const type = expected.get(column.name);
    if (type instanceof QualityError) errors.push(type);
    else if (type === undefined) {
      errors.push(
        new QualityError('TSD4001', `contract of ${label}: column "${column.name}" declares no data_type`, {
          place,
          hint: `the model gives ${found.type.toLowerCase()}; write "data_type: ${found.type.toLowerCase()}"`,
        }),
      );
    } else if (type !== typeOf(found)) {
      errors.push(
        new QualityError(
          'TSD4001',
          `contract of ${label}: column "${column.name}" is ${typeOf(found)}, declared ${type} (data type mismatch)`,
          { place, hint: `cast it in the model (cast(… as ${type.toLowerCase()})) or change its data_type` },
        ),
      );
    }
  }
  for (const column of columns) {
    if (!names.has(column.name.toLowerCase())) {
      errors.push(
        new QualityError(
          'TSD4001',
          `contract of ${label}: column "${column.name}" is missing in contract: it is not declared`,
          {
            place: node.propertiesPlace,
            hint: `add it under "columns:" with data_type: ${column.type.toLowerCase()}, or leave it out of the SELECT`,
          },
        ),
      );
    }
  }
  return errors;
}

/** The declared columns in their order, for a SELECT that puts a model's columns into the contract's order. */
export function contractOrder(node: ModelNode, columns: readonly Column[]): readonly string[] {
  if (!node.config.contract.enforced || node.columns.size === 0) return columns.map((column) => column.name);
  return [...node.columns.values()].map((column) => column.name);
}

/** One error, TSD4001, for each declared type that the engine does not know. */
export async function unknownTypes(node: ModelNode, session: Session): Promise<readonly QualityError[]> {
  const types = await canonicalTypes(
    [...node.columns.values()],
    session,
    node.source.place(0),
    (column) => column.type,
  );
  return [...types.values()].filter((type) => type instanceof QualityError);
}

/** The engine's own names of the declared types; a QualityError where the engine does not know one. */
async function canonicalTypes(
  columns: readonly ColumnProperties[],
  session: Session,
  place: SourcePlace | undefined,
  typeOf: (column: Column) => string,
): Promise<ReadonlyMap<string, string | QualityError>> {
  const typed = columns.filter((column) => column.dataType !== undefined);
  const types = new Map<string, string | QualityError>();
  const casts = (list: readonly ColumnProperties[]) =>
    `SELECT ${list.map((column, i) => `CAST(NULL AS ${column.dataType}) AS c${i}`).join(', ')}`;
  if (typed.length === 0) return types;
  try {
    const described = await session.describe(casts(typed));
    typed.forEach((column, i) => {
      types.set(column.name, typeOf(described[i]!));
    });
  } catch {
    for (const column of typed) {
      try {
        types.set(column.name, typeOf((await session.describe(casts([column])))[0]!));
      } catch {
        types.set(
          column.name,
          new QualityError('TSD4001', `column "${column.name}": the engine knows no type "${column.dataType}"`, {
            place: column.place ?? place,
          }),
        );
      }
    }
  }
  return types;
}
