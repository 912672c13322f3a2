import type { Column, Session } from '../engines/engine.js';
import { quoteIdentifier } from '../engines/relation.js';
import type { SourcePlace } from '../errors/source-text.js';
import { didYouMean } from '../errors/suggest.js';
import { QualityError } from '../errors/tsdbt-error.js';
import type { ColumnProperties, ModelNode } from '../manifest/nodes.js';

/** A rule that the rows of a contract have to keep, as a predicate that is true for rows that break it. */
interface RowRule {
  readonly label: string;
  readonly broken: string;
  readonly column: ColumnProperties | undefined;
}

/**
 * Compares the columns of a SELECT with the contract of a node: every declared column is there with its declared type,
 * and no other is. Types are compared by what the engine makes of their names (`int` is `INTEGER`).
 * @returns one error per column that differs, TSD4001, each at its place in the YAML file; empty when the contract holds
 */
export async function contractErrors(
  node: ModelNode,
  columns: readonly Column[],
  session: Session,
): Promise<readonly QualityError[]> {
  // the rows of a TypeScript model are cast to the types it declares: there is nothing to compare
  if (!node.config.contract.enforced || (node.language === 'typescript' && node.columns.size === 0)) return [];
  const declared = [...node.columns.values()];
  const given = new Map(columns.map((column) => [column.name.toLowerCase(), column]));
  const names = new Set(declared.map((column) => column.name.toLowerCase()));
  const expected = await canonicalTypes(declared, session, node.propertiesPlace);
  const errors: QualityError[] = [];
  const label = `${node.schema}.${node.alias}`;
  for (const column of declared) {
    const found = given.get(column.name.toLowerCase());
    const place = column.place ?? node.propertiesPlace;
    if (found === undefined) {
      errors.push(
        new QualityError(
          'TSD4001',
          `contract of ${label}: column "${column.name}" is missing from the model's SELECT`,
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
    } else if (type !== found.type) {
      errors.push(
        new QualityError(
          'TSD4001',
          `contract of ${label}: column "${column.name}" is ${found.type.toLowerCase()}, declared ${type.toLowerCase()}`,
          { place, hint: `cast it in the model (cast(… as ${type.toLowerCase()})) or change its data_type` },
        ),
      );
    }
  }
  for (const column of columns) {
    if (!names.has(column.name.toLowerCase())) {
      errors.push(
        new QualityError('TSD4001', `contract of ${label}: column "${column.name}" is not declared`, {
          place: node.propertiesPlace,
          hint: `add it under "columns:" with data_type: ${column.type.toLowerCase()}, or leave it out of the SELECT`,
        }),
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

/**
 * Checks the rows of a staged relation against `not_null`, `check`, `unique` and `primary_key` constraints.
 * @returns one error per broken constraint, TSD4003, with the number of rows
 */
export async function constraintErrors(
  node: ModelNode,
  relation: string,
  session: Session,
): Promise<readonly QualityError[]> {
  const rules = rowRules(node);
  const errors: QualityError[] = [];
  if (rules.length > 0) {
    const counts = rules.map((rule, i) => `count(*) FILTER (WHERE ${rule.broken}) AS c${i}`).join(', ');
    const { rows } = await session.query(`SELECT ${counts} FROM ${relation}`);
    rules.forEach((rule, i) => {
      const broken = Number(rows[0]![i]);
      if (broken > 0) errors.push(constraintError(node, rule.label, broken, rule.column));
    });
  }
  for (const { label, columns, column } of uniqueRules(node)) {
    const keys = columns.map(quoteIdentifier).join(', ');
    const { rows } = await session.query(
      `SELECT count(*) FROM (SELECT 1 FROM ${relation} GROUP BY ${keys} HAVING count(*) > 1)`,
    );
    const broken = Number(rows[0]![0]);
    if (broken > 0) errors.push(constraintError(node, label, broken, column));
  }
  return errors;
}

function constraintError(
  node: ModelNode,
  label: string,
  broken: number,
  column: ColumnProperties | undefined,
): QualityError {
  return new QualityError(
    'TSD4003',
    `${node.schema}.${node.alias}: ${label} is broken by ${broken} ${broken === 1 ? 'row' : 'rows'}`,
    {
      place: column?.place ?? node.propertiesPlace,
    },
  );
}

function rowRules(node: ModelNode): RowRule[] {
  const rules: RowRule[] = [];
  for (const column of node.columns.values()) {
    const name = quoteIdentifier(column.name);
    for (const constraint of column.constraints) {
      if (constraint.type === 'not_null' || constraint.type === 'primary_key') {
        rules.push({ label: `constraint not_null on "${column.name}"`, broken: `${name} IS NULL`, column });
      }
      if (constraint.type === 'check' && constraint.expression !== undefined) {
        rules.push({
          label: `constraint check (${constraint.expression})`,
          broken: `NOT (${constraint.expression})`,
          column,
        });
      }
    }
  }
  for (const constraint of node.constraints) {
    if (constraint.type === 'check' && constraint.expression !== undefined) {
      rules.push({
        label: `constraint check (${constraint.expression})`,
        broken: `NOT (${constraint.expression})`,
        column: undefined,
      });
    }
    if (constraint.type === 'not_null' || constraint.type === 'primary_key') {
      for (const name of constraint.columns) {
        rules.push({
          label: `constraint ${constraint.type} on "${name}"`,
          broken: `${quoteIdentifier(name)} IS NULL`,
          column: node.columns.get(name),
        });
      }
    }
  }
  return rules;
}

function uniqueRules(
  node: ModelNode,
): { label: string; columns: readonly string[]; column: ColumnProperties | undefined }[] {
  const rules: { label: string; columns: readonly string[]; column: ColumnProperties | undefined }[] = [];
  for (const column of node.columns.values()) {
    for (const constraint of column.constraints) {
      if (constraint.type === 'unique' || constraint.type === 'primary_key') {
        rules.push({ label: `constraint ${constraint.type} on "${column.name}"`, columns: [column.name], column });
      }
    }
  }
  for (const constraint of node.constraints) {
    if ((constraint.type === 'unique' || constraint.type === 'primary_key') && constraint.columns.length > 0) {
      rules.push({
        label: `constraint ${constraint.type} on (${constraint.columns.join(', ')})`,
        columns: constraint.columns,
        column: undefined,
      });
    }
  }
  return rules;
}

/** One error, TSD4001, for each declared type that the engine does not know. */
export async function unknownTypes(node: ModelNode, session: Session): Promise<readonly QualityError[]> {
  const types = await canonicalTypes([...node.columns.values()], session, node.source.place(0));
  return [...types.values()].filter((type) => type instanceof QualityError);
}

/** The engine's own names of the declared types; a QualityError where the engine does not know one. */
async function canonicalTypes(
  columns: readonly ColumnProperties[],
  session: Session,
  place?: SourcePlace,
): Promise<ReadonlyMap<string, string | QualityError>> {
  const typed = columns.filter((column) => column.dataType !== undefined);
  const types = new Map<string, string | QualityError>();
  const casts = (list: readonly ColumnProperties[]) =>
    `SELECT ${list.map((column, i) => `CAST(NULL AS ${column.dataType}) AS c${i}`).join(', ')}`;
  if (typed.length === 0) return types;
  try {
    const described = await session.describe(casts(typed));
    typed.forEach((column, i) => {
      types.set(column.name, described[i]!.type);
    });
  } catch {
    for (const column of typed) {
      try {
        types.set(column.name, (await session.describe(casts([column])))[0]!.type);
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
