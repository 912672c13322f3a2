import { randomUUID } from 'node:crypto';
import type { Column, Session } from '../../engines/engine.js';
import { quoteIdentifier, Relation } from '../../engines/relation.js';
import { TsdbtErrors } from '../../errors/tsdbt-error.js';
import { textList } from '../../manifest/merge-config.js';
import type { ConstraintProperties, ModelNode } from '../../manifest/nodes.js';
import { contractErrors } from '../../quality/contract.js';
import { columnsOf } from './native-catalog.js';
import type { NativeRequest } from './native-request.js';

/** Runs statements in a transaction of their own, with the hooks that belong inside of it; an error takes all of it back. */
export async function inTransaction<T>(request: NativeRequest, work: () => Promise<T>): Promise<T> {
  const { session } = request;
  await request.hooks('pre_hook', false);
  await session.execute('begin transaction');
  let result: T;
  try {
    await request.hooks('pre_hook', true);
    result = await work();
    await request.hooks('post_hook', true);
    await session.execute('commit');
  } catch (thrown) {
    await session.execute('rollback').catch(() => undefined);
    throw thrown;
  }
  return result;
}

/** A name beside a relation, for what is built before it takes the relation's place. */
export function beside(relation: Relation, suffix: string, type: Relation['type'] = 'table'): Relation {
  return new Relation(relation.schema, `${relation.identifier}${suffix}`, relation.database, type);
}

/** `sql_header`, to stand before a statement. */
function header(node: ModelNode): string {
  const text = node.config.extra.sql_header;
  return typeof text === 'string' && text.trim() !== '' ? `${text}\n` : '';
}

/**
 * Creates a table from a SELECT. With an enforced contract its columns have the declared types and constraints.
 * @throws {TsdbtErrors} TSD4001 where the SELECT does not keep the contract
 */
export async function createTable(request: NativeRequest, relation: Relation, temporary = false): Promise<void> {
  const { node, session, select } = request;
  const name = temporary ? quoteIdentifier(relation.identifier) : relation.toString();
  const columns = await checkContract(request);
  const build = async (...statements: string[]): Promise<void> => {
    if (!temporary) request.wrote(`${statements.join(';\n')};\n`);
    for (const statement of statements) await session.execute(statement);
  };
  if (columns === undefined || temporary)
    return build(`${header(node)}create ${temporary ? 'temporary ' : ''}table ${name} as (\n${select}\n)`);
  const list = [...node.columns.values()].map((column) => nameOf(node, column.name));
  const definitions = [
    ...[...node.columns.values()].map((column) =>
      [
        nameOf(node, column.name),
        column.dataType,
        ...column.constraints.map((one) => columnConstraint(one, otherSide(request, one))),
      ].join(' '),
    ),
    ...node.constraints.map((one) => tableConstraint(one, otherSide(request, one))),
  ].filter((part) => part !== '');
  await build(
    `${header(node)}create table ${name} (\n  ${definitions.join(',\n  ')}\n)`,
    `insert into ${name} (${list.join(', ')}) (select ${list.join(', ')} from (\n${select}\n) as model_subq)`,
  );
}

/**
 * Creates a view from a SELECT.
 *
 * @param replaced the view that is replaced at once; `target/run` holds the statement with the name beside it all the same, as dbt's does
 * @throws {TsdbtErrors} TSD4001 where the SELECT does not keep the contract
 */
export async function createView(request: NativeRequest, relation: Relation, replaced?: Relation): Promise<void> {
  const { session } = request;
  await checkContract(request);
  const statement = createViewSql(request, relation);
  request.wrote(`${statement};\n`);
  await session.execute(replaced === undefined ? statement : replaceViewSql(request, replaced));
}

/** The statement that creates a view. */
export function createViewSql({ node, select }: Pick<NativeRequest, 'node' | 'select'>, relation: Relation): string {
  return `${header(node)}create view ${relation} as (\n${select}\n)`;
}

/** The statement that creates a view or takes the place of the one that is there. */
export function replaceViewSql({ select }: Pick<NativeRequest, 'select'>, relation: Relation): string {
  return `create or replace view ${relation} as (\n${select}\n)`;
}

async function checkContract({ node, session, select }: NativeRequest): Promise<readonly Column[] | undefined> {
  if (!node.config.contract.enforced) return undefined;
  const columns = await session.describe(select);
  const errors = await contractErrors(node, columns, session, ({ type, alias }) => alias ?? type);
  if (errors.length > 0) throw new TsdbtErrors(errors);
  return columns;
}

function nameOf(node: ModelNode, column: string): string {
  return node.columns.get(column)?.quote === true ? quoteIdentifier(column) : column;
}

/** What a foreign key refers to. DuckDB takes no name of a database there. */
function otherSide(request: NativeRequest, { to, toColumns = [], expression }: ConstraintProperties): string {
  const found = to === undefined ? undefined : request.relationNamed(to);
  if (found === undefined) return expression ?? '';
  return `${new Relation(found.schema, found.identifier)} (${toColumns.join(', ')})`;
}

function columnConstraint({ type, expression }: ConstraintProperties, otherSide: string): string {
  switch (type) {
    case 'not_null':
      return 'not null';
    case 'primary_key':
      return 'primary key';
    case 'unique':
      return 'unique';
    case 'check':
      return `check (${expression ?? 'true'})`;
    case 'foreign_key':
      return `references ${otherSide}`;
    default:
      return expression ?? '';
  }
}

function tableConstraint({ type, expression, columns, name }: ConstraintProperties, otherSide: string): string {
  const prefix = name === undefined ? '' : `constraint ${name} `;
  const list = columns.join(', ');
  switch (type) {
    case 'primary_key':
      return `${prefix}primary key (${list})`;
    case 'unique':
      return `${prefix}unique (${list})`;
    case 'check':
      return `${prefix}check (${expression ?? 'true'})`;
    case 'foreign_key':
      return `${prefix}foreign key (${list}) references ${otherSide}`;
    default:
      return '';
  }
}

/** The indexes of `indexes:`, under names of their own: those are unique in a schema. */
export async function createIndexes({ node, session }: NativeRequest, relation: Relation): Promise<void> {
  const given = node.config.extra.indexes;
  for (const index of Array.isArray(given) ? given : []) {
    const { columns, unique } = index as { readonly columns?: unknown; readonly unique?: unknown };
    const list = textList(columns as string | string[] | undefined).join(', ');
    const name = quoteIdentifier(`${relation.identifier}_${randomUUID()}`);
    await session.execute(`create ${unique === true ? 'unique ' : ''}index ${name} on ${relation} (${list})`);
  }
}

/**
 * Writes descriptions as comments, where `persist_docs` asks for them. The name of a column with `quote: true` is meant letter by letter.
 */
export async function persistDocs({ node, session, warn }: NativeRequest, relation: Relation): Promise<void> {
  const { relation: ofRelation, columns } = node.config.persist_docs;
  if (ofRelation === true && node.description !== '') {
    const kind = relation.type === 'view' ? 'view' : 'table';
    await session.execute(`comment on ${kind} ${relation} is ${comment(node.description)}`);
  }
  if (columns !== true || node.columns.size === 0) return;
  const there = (await columnsOf(session, relation)).map((column) => column.name);
  const missing: string[] = [];
  for (const { name, quote, description } of node.columns.values()) {
    const found = there.find((one) => one === name || (quote !== true && one.toLowerCase() === name.toLowerCase()));
    if (found === undefined) missing.push(name);
    else await session.execute(`comment on column ${relation}.${quoteIdentifier(found)} is ${comment(description)}`);
  }
  // dbt's words
  const what = 'The following columns are specified in the schema but are not present in the database';
  if (missing.length > 0) warn(`In relation ${relation}: ${what}: ${missing.join(', ')}`);
}

function comment(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Columns of a relation by name, quoted, for INSERT. */
export async function columnList(session: Session, relation: Relation): Promise<string> {
  return (await columnsOf(session, relation)).map((column) => quoteIdentifier(column.name)).join(', ');
}
