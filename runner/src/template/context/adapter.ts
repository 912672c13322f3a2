import { quoteIdentifier, type Relation } from '../../engines/relation.js';
import { chain } from '../chain.js';
import { toTemplateValue } from '../convert.js';
import { OperationFailure, templateCodes, typeFailure } from '../failure.js';
import type { Scope } from '../frame.js';
import { bind, defineFunction, signature } from '../signature.js';
import {
  type CallArguments,
  type CallSite,
  type MaybePromise,
  PyTuple,
  plain,
  TemplateFunction,
  type TemplateValue,
  text,
  truthy,
} from '../values.js';
import { adapterHelpers } from './adapter-helpers.js';
import { ColumnValue, columnClass } from './column-value.js';
import { constraintFunctions } from './constraints.js';
import type { AdapterHost, ContextHost } from './context-host.js';
import { externalFileFunctions } from './external-files.js';
import { macroValueOf } from './package-value.js';
import { response } from './queries.js';
import { relationClass } from './relation-class.js';
import { RelationValue, relationOf } from './relation-value.js';
import { runtimeConfig } from './runtime-config.js';
import { StaticObject } from './static-object.js';
import { TableValue } from './table-value.js';

function optional(value: TemplateValue | undefined): string | undefined {
  return value === undefined || value === null ? undefined : text(plain(value));
}

type Asked = (
  otherwise: TemplateValue,
  run: (adapter: AdapterHost) => MaybePromise<TemplateValue>,
) => MaybePromise<TemplateValue>;

/** `adapter.*`. While a project is parsed, what asks the engine gives nothing, as dbt does. */
export function adapterObject(host: ContextHost, scope: Scope): StaticObject {
  const ask: Asked = (otherwise, run) => {
    if (!host.execute) return otherwise;
    if (host.adapter === undefined)
      throw new OperationFailure(templateCodes.unsupported, 'there is no connection here to ask');
    return run(host.adapter);
  };
  const orMacros = (functions: readonly TemplateFunction[]) =>
    functions.map((own) => (overridable.has(own.name) ? orMacro(own, host, scope) : own));
  return new StaticObject(
    'adapter',
    [
      () => namingFunctions(host, scope),
      () => orMacros(readingFunctions(ask)),
      () => orMacros(writingFunctions(ask)),
      () => adapterHelpers(host, ask),
      () => constraintFunctions(),
      () => externalFileFunctions(host, ask),
    ],
    undefined,
    () => [
      ['Relation', relationClass],
      ['Column', columnClass],
      ['config', runtimeConfig(host)],
      ['behavior', behavior(host)],
    ],
  );
}

/** Methods that dbt's adapters do with macros of the same name, so that projects can change them. */
const overridable: ReadonlySet<string> = new Set([
  ...['create_schema', 'drop_schema', 'drop_relation', 'truncate_relation', 'rename_relation'],
  'get_columns_in_relation',
]);

/** The macro of a project or package that takes the place of a method; else the method itself. */
function orMacro(own: TemplateFunction, host: ContextHost, scope: Scope): TemplateFunction {
  return new TemplateFunction(own.name, (args: CallArguments) => {
    const macro = host.execute ? host.library.override(own.name, host.packageName, host.adapterTypes) : undefined;
    return macro === undefined ? own.call(args) : macroValueOf(macro, scope, host).call(args);
  });
}

/** `adapter.behavior.<flag>`: true, false, and `.no_warn` of either. */
function behavior(host: ContextHost): StaticObject {
  const flags = new Map(Object.entries(host.flags).map(([name, value]) => [name.toLowerCase(), value === true]));
  return new (class extends StaticObject {
    override getAttribute(name: string): TemplateValue {
      const set = flags.get(name.toLowerCase()) ?? false;
      return new (class extends StaticObject {
        override truthy(): boolean {
          return set;
        }
      })(
        'flag',
        [],
        undefined,
        new Map<string, TemplateValue>([
          ['no_warn', set],
          ['setting', set],
        ]),
      );
    }
  })('behavior');
}

function namingFunctions(host: ContextHost, scope: Scope): readonly TemplateFunction[] {
  return [
    defineFunction('dispatch(macro_name, macro_namespace?, packages?)', ([name, namespace, packages], { site }) => {
      if (packages !== undefined && packages !== null)
        throw typeFailure(
          'adapter.dispatch() takes no packages any more',
          `write adapter.dispatch('${text(name!)}', 'namespace') and dispatch: in the project file`,
        );
      const { library, packageName, adapterTypes } = host;
      return macroValueOf(
        library.dispatch(text(name!), optional(namespace), packageName, adapterTypes, site.place),
        scope,
        host,
      );
    }),
    defineFunction('get_incremental_strategy_macro(model_context, strategy)', ([, strategy]) => {
      const name = `get_incremental_${text(strategy!).replaceAll('+', '_')}_sql`;
      const macro = host.library.resolve(name, host.packageName);
      if (macro === undefined)
        throw new OperationFailure(
          templateCodes.unknownMacro,
          `there is no incremental strategy "${text(strategy!)}"`,
          `a strategy of your own is a macro ${name}(arg_dict)`,
        );
      return macroValueOf(macro, scope, host);
    }),
    defineFunction('type()', () => host.adapterTypes[0] ?? ''),
    defineFunction('quote(identifier)', ([name]) => quoted(name!)),
    defineFunction('quote_as_configured(identifier, quote_key)', ([name]) => quoted(name!)),
    defineFunction('quote_seed_column(column, quote_config)', ([name, quote]) =>
      quote === false ? text(name!) : quoted(name!),
    ),
  ];
}

/** Columns of a relation; none where it does not exist. */
function columnsOf(relation: Relation, adapter: AdapterHost): MaybePromise<ColumnValue[]> {
  return chain(adapter.getColumns(relation), (found) => found.map((c) => new ColumnValue(c.name, c.type)));
}

function readingFunctions(ask: Asked): readonly TemplateFunction[] {
  const columns = (relation: TemplateValue | undefined) =>
    ask([], (adapter) => columnsOf(relationOf(relation), adapter));
  const listed = ([database, schema]: readonly (TemplateValue | undefined)[]) =>
    ask([], (adapter) =>
      chain(adapter.listRelations(text(schema!), optional(database)), (found) => found.map(toTemplateValue)),
    );
  return [
    defineFunction('get_relation(database, schema, identifier)', ([database, schema, identifier]) =>
      ask(null, (adapter) =>
        identifier === null
          ? null
          : chain(
              adapter.getRelation(optional(database), optional(schema) ?? 'main', text(identifier!)),
              toTemplateValue,
            ),
      ),
    ),
    defineFunction('get_columns_in_relation(relation)', ([relation]) => columns(relation)),
    defineFunction('columns_of(relation)', ([relation]) => columns(relation)),
    defineFunction('get_columns_in_table(schema, identifier)', ([schema, identifier]) =>
      ask([], (adapter) =>
        chain(adapter.getRelation(undefined, text(schema!), text(identifier!)), (found) =>
          found === undefined ? [] : columnsOf(found, adapter),
        ),
      ),
    ),
    defineFunction('get_column_schema_from_query(sql)', ([sql], { site }) =>
      ask([], (adapter) =>
        chain(adapter.query(`describe (${text(sql!).replace(/[;\s]+$/, '')})`, site), ({ rows }) =>
          rows.flatMap((row) => new ColumnValue(String(row[0]), String(row[1])).flatten()),
        ),
      ),
    ),
    defineFunction('get_missing_columns(from_relation, to_relation)', ([from, to]) =>
      ask([], (adapter) =>
        chain(columnsOf(relationOf(from), adapter), (own) =>
          chain(columnsOf(relationOf(to), adapter), (others) => {
            const names = new Set(others.map((c) => c.name));
            return own.filter((c) => !names.has(c.name));
          }),
        ),
      ),
    ),
    defineFunction('list_relations(database, schema)', listed),
    defineFunction('list_relations_without_caching(schema_relation)', ([relation]) => {
      const { database, schema } = relationOf(relation);
      return listed([database ?? null, schema]);
    }),
    defineFunction('list_schemas(database)', ([database]) =>
      ask([], (adapter) =>
        chain(
          adapter.query(
            `select distinct schema_name from information_schema.schemata${
              optional(database) === undefined
                ? ''
                : ` where lower(catalog_name) = lower('${optional(database)!.replaceAll("'", "''")}')`
            } order by 1`,
            noSite,
          ),
          ({ rows }) => rows.map((row) => String(row[0])),
        ),
      ),
    ),
    defineFunction('already_exists(schema, name)', ([schema, name]) =>
      ask(false, (adapter) =>
        chain(adapter.getRelation(undefined, text(schema!), text(name!)), (r) => r !== undefined),
      ),
    ),
    defineFunction('check_schema_exists(database, schema)', ([database, schema]) =>
      ask(false, (adapter) => adapter.schemaExists(text(schema!), optional(database))),
    ),
  ];
}

/** The engine's own questions stand in no file. */
const noSite = undefined as unknown as CallSite;

const executeSignature = signature('execute(sql, auto_begin?, fetch?, limit?)');

function writingFunctions(ask: Asked): readonly TemplateFunction[] {
  const statement = (sql: string, site: CallSite) => ask('', (adapter) => chain(adapter.query(sql, site), () => ''));
  return [
    defineFunction('create_schema(relation)', ([relation], { site }) =>
      statement(`create schema if not exists ${schemaOf(relationOf(relation))}`, site),
    ),
    defineFunction('drop_schema(relation)', ([relation], { site }) =>
      statement(`drop schema if exists ${schemaOf(relationOf(relation))} cascade`, site),
    ),
    defineFunction('drop_relation(relation)', ([relation], { site }) =>
      relation === null ? '' : statement(`drop ${kindOf(relation)} if exists ${text(relation!)} cascade`, site),
    ),
    defineFunction('truncate_relation(relation)', ([relation], { site }) =>
      statement(`truncate table ${text(relation!)}`, site),
    ),
    defineFunction('rename_relation(from_relation, to_relation)', ([from, to], { site }) => {
      const name = quoteIdentifier(relationOf(to).identifier);
      return statement(`alter ${kindOf(from)} ${text(from!)} rename to ${name}`, site);
    }),
    new TemplateFunction('execute', ({ positional, named, site }) => {
      const [sql, , fetch] = bind(executeSignature, positional, named);
      return ask(new PyTuple(['', null]), (adapter) =>
        chain(adapter.query(text(sql!), site), (result) => {
          const table = truthy(fetch ?? false) ? result : { columns: [], rows: [] };
          return new PyTuple([response(result), TableValue.ofResult(table)]);
        }),
      );
    }),
    defineFunction('add_query(sql, auto_begin?, bindings?, abridge_sql_log?)', ([sql], { site }) =>
      statement(text(sql!), site),
    ),
    defineFunction('run_sql_for_tests(sql, fetch, conn?)', ([sql], { site }) => statement(text(sql!), site)),
    defineFunction('commit()', () => ask('', (adapter) => chain(adapter.commit?.(), () => ''))),
    defineFunction('ensure_transaction()', () => ask('', (adapter) => chain(adapter.begin?.(), () => ''))),
    defineFunction('clear_transaction()', () => ask('', (adapter) => chain(adapter.commit?.(), () => ''))),
  ];
}

function kindOf(relation: TemplateValue | undefined): 'table' | 'view' {
  const kind = relation instanceof RelationValue ? relation.kind : relationOf(relation).type;
  return kind === 'view' ? 'view' : 'table';
}

function schemaOf(relation: Relation): string {
  const schema = quoteIdentifier(relation.schema);
  return relation.database === undefined ? schema : `${quoteIdentifier(relation.database)}.${schema}`;
}

const api = new StaticObject(
  'api',
  [],
  undefined,
  new Map<string, TemplateValue>([
    ['Relation', relationClass],
    ['Column', columnClass],
  ]),
);

/** `api.Relation`, `api.Column`. */
export function apiObject(): StaticObject {
  return api;
}

/** Quotes around a name, as dbt puts them: those within it stay as they are. */
function quoted(name: TemplateValue): string {
  return `"${text(name)}"`;
}
