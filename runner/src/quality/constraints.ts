import type { Column, Session } from '../engines/engine.js';
import { EngineFailure } from '../engines/engine-failure.js';
import { quoteIdentifier } from '../engines/relation.js';
import type { SourcePlace } from '../errors/source-text.js';
import { EngineError, QualityError, type TsdbtError } from '../errors/tsdbt-error.js';
import type { ColumnProperties, ModelNode } from '../manifest/nodes.js';
import { placeOfKey } from '../manifest/typescript-places.js';

/** A rule that the rows of a contract have to keep, as a predicate that is true for rows that break it. */
interface RowRule {
  readonly label: string;
  readonly broken: string;
  readonly column: ColumnProperties | undefined;
}

/**
 * Binds the constraints of a node to the columns that it will have, so that a wrong expression or column name is known
 * before anything is written.
 * @returns one error per constraint that the engine refuses, each at its place in the YAML file
 */
export async function constraintTypeErrors(
  node: ModelNode,
  columns: readonly Column[],
  session: Session,
): Promise<readonly TsdbtError[]> {
  const uniques = uniqueRules(node).map((rule) => ({ ...rule, broken: rule.columns.map(quoteIdentifier).join(', ') }));
  const typed = columns.map((column) => `CAST(NULL AS ${column.type}) AS ${quoteIdentifier(column.name)}`).join(', ');
  const errors: TsdbtError[] = [];
  for (const { label, broken, column } of [...rowRules(node), ...uniques]) {
    try {
      await session.describe(`SELECT ${broken} FROM (SELECT ${typed}) AS model`);
    } catch (thrown) {
      if (!(thrown instanceof EngineFailure)) throw thrown;
      const place = placeOf(node, column);
      errors.push(
        new EngineError(thrown.code, `${label} of ${node.schema}.${node.alias}: ${thrown.message}`, { place }),
      );
    }
  }
  return errors;
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
      if (broken > 0)
        errors.push(constraintError(node, rule.label, broken === 1 ? '1 row' : `${broken} rows`, rule.column));
    });
  }
  for (const { label, columns, column } of uniqueRules(node)) {
    const keys = columns.map(quoteIdentifier);
    // as in SQL, rows with a null in the key are not equal to any other
    const notNull = keys.map((key) => `${key} IS NOT NULL`).join(' AND ');
    const { rows } = await session.query(
      `SELECT count(*) FROM (SELECT 1 FROM ${relation} WHERE ${notNull} GROUP BY ${keys.join(', ')} HAVING count(*) > 1)`,
    );
    const broken = Number(rows[0]![0]);
    const what = broken === 1 ? '1 key that occurs' : `${broken} keys that occur`;
    if (broken > 0) errors.push(constraintError(node, label, `${what} more than once`, column));
  }
  return errors;
}

function constraintError(
  node: ModelNode,
  label: string,
  broken: string,
  column: ColumnProperties | undefined,
): QualityError {
  return new QualityError('TSD4003', `${node.schema}.${node.alias}: ${label} is broken by ${broken}`, {
    place: placeOf(node, column),
  });
}

/** Where the YAML file, or the definition of a TypeScript model, says it. */
function placeOf(node: ModelNode, column: ColumnProperties | undefined): SourcePlace | undefined {
  const said = column?.place ?? node.propertiesPlace;
  if (said !== undefined || node.language !== 'typescript') return said;
  return placeOfKey(node.source, 'columns');
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
