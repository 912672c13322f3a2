import { iterate, PyDict } from '../containers.js';
import { defineFunction } from '../signature.js';
import { type TemplateFunction, type TemplateValue, text, truthy } from '../values.js';

function field(dict: PyDict, name: string): string {
  const value = dict.get(name);
  return value === undefined || value === null ? '' : text(value);
}

function names(dict: PyDict, name: string): string[] {
  const value = dict.get(name);
  return value === undefined || value === null ? [] : [...iterate(value)].map(text);
}

/** DuckDB takes no catalog in the target of a foreign key. */
function target(dict: PyDict): string {
  const to = field(dict, 'to');
  const parts = to.split('.');
  return parts.length > 2 ? parts.slice(1).join('.') : to;
}

/** `check (x > 0)` for one constraint of a column; undefined for kinds that are not written. */
function columnConstraint(constraint: PyDict): string | undefined {
  const expression = field(constraint, 'expression');
  const columns = names(constraint, 'to_columns');
  switch (field(constraint, 'type')) {
    case 'check':
      return expression === '' ? undefined : `check (${expression})`;
    case 'not_null':
      return `not null ${expression}`.trim();
    case 'unique':
      return `unique ${expression}`.trim();
    case 'primary_key':
      return `primary key ${expression}`.trim();
    case 'foreign_key':
      if (field(constraint, 'to') !== '' && columns.length > 0)
        return `references ${target(constraint)} (${columns.join(', ')})`;
      return expression === '' ? undefined : `references ${expression}`;
    case 'custom':
      return expression === '' ? undefined : expression;
    default:
      return undefined;
  }
}

/** The constraint of a whole model; undefined for kinds that are not written. */
function modelConstraint(constraint: PyDict): string | undefined {
  const name = field(constraint, 'name');
  const prefix = name === '' ? '' : `constraint ${name} `;
  const columns = names(constraint, 'columns').join(', ');
  const expression = field(constraint, 'expression');
  const after = expression === '' ? '' : ` ${expression}`;
  const toColumns = names(constraint, 'to_columns');
  switch (field(constraint, 'type')) {
    case 'check':
      return expression === '' ? undefined : `${prefix}check (${expression})`;
    case 'unique':
      return `${prefix}unique${after} (${columns})`;
    case 'primary_key':
      return `${prefix}primary key${after} (${columns})`;
    case 'foreign_key':
      if (field(constraint, 'to') !== '' && toColumns.length > 0)
        return `${prefix}foreign key (${columns}) references ${target(constraint)} (${toColumns.join(', ')})`;
      return expression === '' ? undefined : `${prefix}foreign key (${columns}) references ${expression}`;
    case 'custom':
      return expression === '' ? undefined : `${prefix}${expression}`;
    default:
      return undefined;
  }
}

function dicts(value: TemplateValue | undefined): PyDict[] {
  if (value === undefined || value === null) return [];
  return [...iterate(value)].filter((item): item is PyDict => item instanceof PyDict);
}

function columnDefinition(column: PyDict): string {
  const name = field(column, 'name');
  const quoted = truthy(column.get('quote') ?? false) ? `"${name}"` : name;
  const constraints = dicts(column.get('constraints')).flatMap((c) => columnConstraint(c) ?? []);
  return [quoted, field(column, 'data_type'), ...constraints].filter((part) => part !== '').join(' ');
}

/** What `create table` says of columns and constraints, from what YAML declares. */
export function constraintFunctions(): readonly TemplateFunction[] {
  return [
    defineFunction('render_raw_columns_constraints(raw_columns)', ([columns]) =>
      columns instanceof PyDict
        ? [...columns.values()].flatMap((column) => (column instanceof PyDict ? columnDefinition(column) : []))
        : [],
    ),
    defineFunction('render_raw_model_constraints(raw_constraints)', ([constraints]) =>
      dicts(constraints).flatMap((constraint) => modelConstraint(constraint) ?? []),
    ),
  ];
}
