import { createHash } from 'node:crypto';
import { reprString } from '../../template/values.js';
import type { ColumnProperties, ConstraintProperties, ModelNode, TestNode } from '../nodes.js';

/** What the other side of a foreign key is called by the engine; the text as it is where nothing has the name. */
export type OtherSide = (to: string) => string;

/** The columns that a node declares. */
export function columnsJson(
  columns: ReadonlyMap<string, ColumnProperties>,
  otherSide: OtherSide,
): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const column of columns.values()) {
    found[column.name] = {
      name: column.name,
      description: column.description,
      meta: column.meta,
      data_type: column.dataType ?? null,
      constraints: column.constraints.map((one) => constraintJson(one, otherSide)),
      quote: column.quote ?? null,
      config: { meta: column.meta, tags: column.tags },
      tags: column.tags,
      granularity: column.granularity ?? null,
      dimension: column.dimension ?? null,
      entity: column.entity ?? null,
      doc_blocks: column.docBlocks ?? [],
      ...column.extra,
    };
  }
  return found;
}

function constraintJson(constraint: ConstraintProperties, otherSide: OtherSide): Record<string, unknown> {
  return {
    type: constraint.type,
    name: constraint.name ?? null,
    // the other side of a foreign key has keys of its own
    expression: constraint.to === undefined ? (constraint.expression ?? null) : null,
    warn_unenforced: constraint.warnUnenforced ?? true,
    warn_unsupported: constraint.warnUnsupported ?? true,
    to: constraint.to === undefined ? null : otherSide(constraint.to),
    to_columns: constraint.toColumns ?? [],
  };
}

/** Constraints of a whole table. */
export function tableConstraintsJson(
  constraints: readonly ConstraintProperties[],
  otherSide: OtherSide,
): Record<string, unknown>[] {
  return constraints.map((constraint) => ({ ...constraintJson(constraint, otherSide), columns: constraint.columns }));
}

/** A hash of what a contract promises, as dbt computes it: of names, types and constraints in Python's words. */
export function contractChecksum(node: ModelNode): string | null {
  if (!node.config.contract.enforced) return null;
  const byName = [...node.columns.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  let state = byName
    .map(
      ({ name, dataType, constraints }) =>
        `|${name}${dataType ?? 'None'}${pythonList(constraints, 'ColumnLevelConstraint')}`,
    )
    .join('');
  if (node.config.materialized === 'table' || node.config.materialized === 'incremental')
    state += node.config.materialized + pythonList(node.constraints, 'ModelLevelConstraint');
  return createHash('sha256').update(state).digest('hex');
}

function pythonList(constraints: readonly ConstraintProperties[], type: string): string {
  const text = (value: string | undefined): string => (value === undefined ? 'None' : reprString(value));
  const list = (values: readonly string[]): string => `[${values.map(reprString).join(', ')}]`;
  const flag = (value: boolean | undefined): string => ((value ?? true) ? 'True' : 'False');
  const shown = constraints.map((one) => {
    const fields = [
      `type=<ConstraintType.${one.type}: '${one.type}'>`,
      `name=${text(one.name)}`,
      `expression=${text(one.to === undefined ? one.expression : undefined)}`,
      `warn_unenforced=${flag(one.warnUnenforced)}`,
      `warn_unsupported=${flag(one.warnUnsupported)}`,
      `to=${text(one.to)}`,
      `to_columns=${list(one.toColumns ?? [])}`,
      ...(type === 'ModelLevelConstraint' ? [`columns=${list(one.columns)}`] : []),
    ];
    return `${type}(${fields.join(', ')})`;
  });
  return `[${shown.join(', ')}]`;
}

/**
 * The columns by which a model's rows can be told apart: of a primary key constraint, else those that tests hold to be unique and
 * never null, else those that tests hold to be unique.
 *
 * @param tests the generic tests attached to the model, disabled ones included
 */
export function primaryKey(node: ModelNode, tests: readonly TestNode[]): readonly string[] {
  const ofTable = node.constraints.find((constraint) => constraint.type === 'primary_key');
  if (ofTable !== undefined) return ofTable.columns;
  for (const column of node.columns.values())
    if (column.constraints.some((constraint) => constraint.type === 'primary_key')) return [column.name];
  const unique = new Set<string>();
  const disabledUnique = new Set<string>();
  const notNull = new Set<string>();
  for (const { generic, config } of tests) {
    const { column_name: one, combination_of_columns: several } = generic?.kwargs ?? {};
    const columns =
      typeof one === 'string'
        ? [one]
        : Array.isArray(several)
          ? several.filter((name) => typeof name === 'string')
          : [];
    const isUnique = generic?.name === 'unique' || generic?.name === 'unique_combination_of_columns';
    for (const column of columns) {
      if (isUnique) (config.enabled ? unique : disabledUnique).add(column);
      else if (generic?.name === 'not_null') notNull.add(column);
    }
  }
  const both = [...notNull].filter((column) => unique.has(column) || disabledUnique.has(column));
  if (both.length > 0) return both;
  return unique.size > 0 ? [...unique] : [...disabledUnique];
}
