import { StorageError } from '../../errors/tsdbt-error.js';
import { scanSql, type TableLayout } from '../log/scan-sql.js';
import type { Snapshot } from '../log/snapshot.js';
import type { LiveFile } from '../protocol/actions.js';
import { physicalName } from '../protocol/column-mapping.js';
import type { DataType, StructType } from '../protocol/data-types.js';
import { statsOf } from '../protocol/stats.js';
import { enclosed, quoteIdentifier } from '../sql.js';
import type { GeneratedColumn } from './computed-columns.js';
import { isOfDeltaRs } from './constraint-author.js';
import { CONSTRAINT, isOwn } from './own-constraints.js';
import { type EngineExpression, fromDataFusionSql, fromSparkSql } from './spark-sql.js';
import { layoutOf, type WriteRequest } from './write-files.js';

/** A rule that every row must meet: NOT NULL, `delta.invariants` of a column, or a CHECK constraint of the table. */
interface Rule {
  readonly what: string;
  /** SQL that is true for a row that breaks the rule */
  readonly broken: string;
}

/** A rule as the log has it. */
interface Expression {
  readonly what: string;
  readonly feature: 'invariants' | 'checkConstraints';
  readonly expression: string;
  /** it is SQL of the engine */
  readonly own: boolean;
  /** of the table property, for a constraint */
  readonly key?: string;
}

/**
 * Checks rows that have been written but not committed (PROTOCOL.md, "Column Invariants", "CHECK Constraints").
 * Rows that were there before are not held to what only others can check.
 *
 * @throws StorageError TSD6033 naming the rule and how many rows break it, TSD6012 for a rule of another writer that may not mean here what it means to Spark
 */
export async function requireConstraints(
  request: Omit<WriteRequest, 'select'>,
  files: readonly LiveFile[],
): Promise<void> {
  const { generated = [] } = request;
  if (files.length === 0) return;
  const given = generated.filter((column) => column.given).map(generatedRule);
  const rules = [...notNullRules(request.schema), ...(await expressionRules(request)), ...given];
  await requireRules(request, layoutOf(request), rules, files);
}

/**
 * Checks the rows that stay in a table by the CHECK constraints that it gains (PROTOCOL.md, "CHECK Constraints").
 *
 * @throws StorageError TSD6033 naming the constraint and how many rows break it
 */
export async function requireNewConstraints(request: Omit<WriteRequest, 'select'>, base: Snapshot): Promise<void> {
  const added = Object.entries(request.properties).filter(
    ([key, expression]) =>
      key.startsWith(CONSTRAINT) &&
      (base.properties[key] !== expression || isOwn(request.properties, key) !== isOwn(base.properties, key)),
  );
  if (added.length === 0) return;
  const rules = added.map(([key, expression]) => ruleOf(whatOf(key, expression), expression));
  await requireRules(request, { ...layoutOf(request), deletedRows: base.deletedRows }, rules, base.files);
}

async function requireRules(
  { store, engine }: Omit<WriteRequest, 'select'>,
  layout: TableLayout,
  rules: readonly Rule[],
  files: readonly LiveFile[],
): Promise<void> {
  const pending = rules.filter((rule) => !provenByStats(rule, layout, files));
  if (files.length === 0 || pending.length === 0) return;
  const counts = pending.map((rule, i) => `count(*) FILTER (WHERE ${rule.broken}) AS r${i}`);
  const scan = scanSql(layout, files);
  const count = (sql: readonly string[]) => engine.query(`SELECT ${sql.join(', ')} FROM (${scan})`);
  const [row] = await count(counts).catch(async (cause) => {
    // which of them the engine does not understand
    for (const [i, rule] of pending.entries())
      await count([counts[i]!]).catch((error) => {
        throw new StorageError(
          'TSD6033',
          `${store.location}: ${rule.what} cannot be checked: ${(error as Error).message.split('\n')[0]}`,
          { hint: 'constraints are checked as SQL of DuckDB; nothing was published', cause: error },
        );
      });
    throw cause;
  });
  for (const [i, rule] of pending.entries()) {
    const broken = Number(row![`r${i}`]);
    if (broken > 0)
      throw new StorageError(
        'TSD6033',
        `${store.location}: ${broken} ${broken === 1 ? 'row breaks' : 'rows break'} ${rule.what}`,
        {
          hint: 'nothing was published; filter or mend these rows in the query',
        },
      );
  }
}

function* notNullRules(schema: StructType): Generator<Rule> {
  for (const field of schema.fields) {
    const column = quoteIdentifier(field.name);
    if (!field.nullable) yield { what: notNull(field.name), broken: `${column} IS NULL` };
    const nested = nestedNull(column, field.type, 0);
    if (nested !== undefined) yield { what: `NOT NULL inside column "${field.name}"`, broken: nested };
  }
}

/** Rules that are expressions: the engine's SQL where this program has set them, Spark's else. */
async function expressionRules(request: Omit<WriteRequest, 'select'>): Promise<Rule[]> {
  const { store, schema, properties } = request;
  const rules: Rule[] = [];
  for (const rule of [...invariantsOf(schema, []), ...checksOf(properties)]) {
    const { what, feature } = rule;
    const { sql, foreign } = await inEngine(request, rule);
    if (foreign === undefined) rules.push(ruleOf(what, sql));
    else if (request.dataChange !== false && request.keepsRows !== true)
      throw new StorageError(
        'TSD6012',
        `${store.location}: ${what} cannot be checked, for ${foreign} may mean something else here than to the program that made it`,
        {
          hint:
            feature === 'checkConstraints'
              ? 'write with that program, or set the property delta.constraints.… of the table here, in SQL of DuckDB'
              : 'write with that program',
        },
      );
  }
  return rules;
}

async function inEngine(
  { store, engine, schema, base }: Omit<WriteRequest, 'select'>,
  { expression, own, key }: Expression,
): Promise<EngineExpression> {
  if (own) return { sql: expression, foreign: undefined };
  const asSpark = await fromSparkSql(engine, expression, schema, 'boolean');
  if (asSpark.foreign === undefined || key === undefined || base === undefined || !expression.includes('"'))
    return asSpark;
  const ofDeltaRs = await isOfDeltaRs(store, base.version, key, expression);
  return ofDeltaRs ? fromDataFusionSql(engine, expression, schema, 'boolean') : asSpark;
}

function ruleOf(what: string, sql: string): Rule {
  return { what, broken: `${enclosed(sql)} IS NOT TRUE` };
}

/** A value that rows bring for a generated column (PROTOCOL.md, "Generated Columns"). */
function generatedRule({ name, sql }: GeneratedColumn): Rule {
  return {
    what: `what column "${name}" is generated by (${sql})`,
    broken: `${quoteIdentifier(name)} IS DISTINCT FROM ${sql}`,
  };
}

/** Invariants of columns and of what is in them; all name columns from the row on, e.g. `s.x > 0` (PROTOCOL.md, "Column Invariants"). */
function* invariantsOf(type: DataType, path: readonly string[]): Generator<Expression> {
  if (typeof type === 'string') return;
  if (type.type === 'array') return yield* invariantsOf(type.elementType, [...path, 'element']);
  if (type.type === 'map') {
    yield* invariantsOf(type.keyType, [...path, 'key']);
    return yield* invariantsOf(type.valueType, [...path, 'value']);
  }
  for (const field of type.fields) {
    const own = [...path, field.name];
    const invariant = field.metadata['delta.invariants'];
    if (typeof invariant === 'string') {
      const { expression } = (JSON.parse(invariant) as { expression: { expression: string } }).expression;
      const what = `the invariant ${expression} of column "${own.join('.')}"`;
      yield { what, feature: 'invariants', expression, own: false };
    }
    yield* invariantsOf(field.type, own);
  }
}

function* checksOf(properties: Readonly<Record<string, string>>): Generator<Expression> {
  for (const [key, expression] of Object.entries(properties))
    if (key.startsWith(CONSTRAINT))
      yield {
        what: whatOf(key, expression),
        feature: 'checkConstraints',
        expression,
        own: isOwn(properties, key),
        key,
      };
}

function whatOf(key: string, expression: string): string {
  return `the constraint ${key.slice(CONSTRAINT.length)} (${expression})`;
}

function notNull(name: string): string {
  return `NOT NULL of column "${name}"`;
}

/** SQL that is true when something that may not be null is null inside a value; undefined when there is no such rule. */
function nestedNull(value: string, type: DataType, depth: number): string | undefined {
  if (typeof type === 'string') return undefined;
  const item = `x${depth}`;
  const any = (list: string, broken: (string | undefined)[]) => {
    const conditions = broken.filter((condition) => condition !== undefined);
    return conditions.length === 0
      ? undefined
      : `coalesce(len(list_filter(${list}, lambda ${item}: ${conditions.join(' OR ')})) > 0, false)`;
  };
  if (type.type === 'array')
    return any(value, [
      type.containsNull ? undefined : `${item} IS NULL`,
      nestedNull(item, type.elementType, depth + 1),
    ]);
  if (type.type === 'map')
    return any(`map_values(${value})`, [
      type.valueContainsNull ? undefined : `${item} IS NULL`,
      nestedNull(item, type.valueType, depth + 1),
    ]);
  const conditions: string[] = [];
  for (const field of type.fields) {
    const own = `${value}.${quoteIdentifier(field.name)}`;
    if (!field.nullable) conditions.push(`${own} IS NULL`);
    const deeper = nestedNull(own, field.type, depth);
    if (deeper !== undefined) conditions.push(deeper);
  }
  return conditions.length === 0 ? undefined : `(${value} IS NOT NULL AND (${conditions.join(' OR ')}))`;
}

/** The files' null counts show that no row breaks a NOT NULL rule. */
function provenByStats(
  rule: Rule,
  { schema, partitionColumns, mapping }: TableLayout,
  files: readonly LiveFile[],
): boolean {
  const field = schema.fields.find((candidate) => rule.what === notNull(candidate.name));
  if (field === undefined) return false;
  const name = physicalName(field, mapping);
  return files.every((file) => {
    if (partitionColumns.includes(field.name)) return (file.partitionValues[name] ?? null) !== null;
    return Number(statsOf(file)?.nullCount[name]) === 0;
  });
}
