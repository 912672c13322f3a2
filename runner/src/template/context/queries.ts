import type { QueryResult } from '../../engines/engine.js';
import { chain } from '../chain.js';
import { PyDict } from '../containers.js';
import { argumentFailure, OperationFailure, templateCodes } from '../failure.js';
import { bind, defineFunction, signature } from '../signature.js';
import {
  type CallSite,
  type MaybePromise,
  TemplateFunction,
  TemplateObject,
  type TemplateValue,
  text,
  truthy,
  Undefined,
} from '../values.js';
import type { ContextHost, FunctionMakers } from './context-host.js';
import { TableValue } from './table-value.js';

const statementSignature = signature('statement(name?, fetch_result?, auto_begin?, language?)');

/** What an engine says of a statement that was run. Prints its message. */
class ResponseValue extends TemplateObject {
  readonly typeName = 'AdapterResponse';
  constructor(
    readonly message: TemplateValue,
    readonly code: TemplateValue = null,
    readonly rowsAffected: TemplateValue = null,
  ) {
    super();
  }
  override attributeNames(): Iterable<string> {
    return ['_message', 'code', 'rows_affected', 'query_id'];
  }
  override getAttribute(name: string): TemplateValue | undefined {
    if (name === '_message') return this.message;
    if (name === 'code') return this.code;
    if (name === 'rows_affected') return this.rowsAffected;
    return name === 'query_id' ? null : undefined;
  }
  toText(): string {
    return text(this.message);
  }
  override toHost(): unknown {
    return { _message: this.toText() };
  }
}

/** The response to a statement, e.g. of `adapter.execute`. */
export function response(_result: QueryResult): TemplateObject {
  return new ResponseValue('OK');
}

const resultsByHost = new WeakMap<ContextHost, Map<string, TemplateValue>>();

/** What the statements of one template have given, by their names. */
function resultsOf(host: ContextHost): Map<string, TemplateValue> {
  let results = resultsByHost.get(host);
  if (results === undefined) {
    results = new Map();
    resultsByHost.set(host, results);
  }
  return results;
}

function run(host: ContextHost, sql: string, site: CallSite): MaybePromise<TableValue> {
  if (host.adapter === undefined)
    throw new OperationFailure(templateCodes.unsupported, 'there is no connection here to run a query on');
  const say = (printed: string): void => {
    if (host.print === undefined) host.message?.('info', printed, site);
    else host.print(printed);
  };
  return chain(host.adapter.query(sql, site), (result) =>
    TableValue.ofResult(result, { say, folder: () => projectFolder(host) }),
  );
}

function store(host: ContextHost, name: string, said: TemplateValue, table: TemplateValue | undefined): TemplateValue {
  resultsOf(host).set(name, resultOf(said, table instanceof TableValue ? table : emptyTable));
  return '';
}

/** What was handed out once is gone, as in dbt; the statement `main` stays. */
function load(host: ContextHost, name: string): TemplateValue {
  const results = resultsOf(host);
  const found = results.get(name);
  if (found === null)
    throw new OperationFailure(
      templateCodes.value,
      `load_result('${name}') was called before`,
      `keep what it gave: {% set result = load_result('${name}') %}`,
    );
  if (found !== undefined && name !== 'main') results.set(name, null);
  return found ?? null;
}

/** `run_query`, `statement`, `load_result`, `store_result`: statements that templates run themselves. */
export const queryFunctions: FunctionMakers = {
  run_query: (host) =>
    defineFunction('run_query(sql)', ([sql], { site }) => {
      if (!host.execute) return new Undefined('the result of run_query()', undefined, '', true);
      return run(host, text(sql!), site);
    }),
  statement: (host) =>
    new TemplateFunction('statement', ({ positional, named, site }) => {
      const caller = named.get('caller');
      if (!(caller instanceof TemplateObject) || caller.call === undefined)
        throw argumentFailure('statement() is used as a block', "write {% call statement('name') %} … {% endcall %}");
      const others = new Map([...named].filter(([key]) => key !== 'caller'));
      const [name, fetch, autoBegin, language] = bind(statementSignature, positional, others);
      if (!host.execute) return '';
      if (typeof language === 'string' && language !== 'sql')
        throw new OperationFailure(templateCodes.unsupported, `a statement in ${language} cannot be run`);
      return chain(caller.call({ positional: [], named: new Map(), site }), (printed) => {
        const sql = text(printed);
        if (name === 'main') host.write?.(sql);
        return chain(autoBegin === false ? undefined : host.adapter?.begin?.(), () =>
          chain(run(host, sql, site), (table) =>
            name === undefined || name === null
              ? ''
              : store(host, text(name), new ResponseValue('OK'), truthy(fetch ?? false) ? table : emptyTable),
          ),
        );
      });
    }),
  load_result: (host) => defineFunction('load_result(name)', ([name]) => load(host, text(name!))),
  store_result: (host) =>
    defineFunction('store_result(name, response, agate_table?)', ([name, said, table]) =>
      store(host, text(name!), said!, table),
    ),
  store_raw_result: (host) =>
    defineFunction('store_raw_result(name, message?, code?, rows_affected?, agate_table?)', (bound) => {
      const [name, message, code, rows, table] = bound;
      return store(host, text(name!), new ResponseValue(message ?? 'OK', code, rows), table);
    }),
  write: (host) =>
    defineFunction('write(payload)', ([payload]) => {
      host.write?.(text(payload!));
      return '';
    }),
};

const emptyTable = new TableValue({ columns: [], rows: [] });

function resultOf(said: TemplateValue, table: TableValue): PyDict {
  return PyDict.of([
    ['response', said],
    ['data', table.rows().map((row) => row.asTuple())],
    ['table', table],
  ]);
}

/** The folder of the project, from which dbt runs. */
function projectFolder(host: ContextHost): string {
  const root = host.runtimeConfig?.().project_root;
  return typeof root === 'string' ? root : '.';
}
