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
import type { ContextHost } from './context-host.js';
import { TableValue } from './table-value.js';

const statementSignature = signature('statement(name?, fetch_result?, auto_begin?, language?)');

/** `run_query`, `statement`, `load_result`, `store_result`: statements that templates run themselves. */
export function queryFunctions(host: ContextHost): readonly TemplateFunction[] {
  const results = new Map<string, TemplateValue>();

  const run = (sql: string, site: CallSite): MaybePromise<TableValue> => {
    if (host.adapter === undefined)
      throw new OperationFailure(templateCodes.unsupported, 'there is no connection here to run a query on');
    return chain(host.adapter.query(sql, site), (result) => new TableValue(result));
  };
  const store = (name: string, table: TableValue | null): TemplateValue => {
    results.set(name, resultOf(table));
    return '';
  };

  return [
    defineFunction('run_query(sql)', ([sql], { site }) => {
      if (!host.execute) return new Undefined('the result of run_query()', undefined, '', true);
      return run(text(sql!), site);
    }),
    new TemplateFunction('statement', ({ positional, named, site }) => {
      const caller = named.get('caller');
      if (!(caller instanceof TemplateObject) || caller.call === undefined)
        throw argumentFailure('statement() is used as a block', "write {% call statement('name') %} … {% endcall %}");
      const others = new Map([...named].filter(([key]) => key !== 'caller'));
      const [name, fetch] = bind(statementSignature, positional, others);
      if (!host.execute) return '';
      return chain(caller.call({ positional: [], named: new Map(), site }), (sql) =>
        chain(run(text(sql), site), (table) =>
          name === undefined || name === null ? '' : store(text(name), truthy(fetch ?? false) ? table : null),
        ),
      );
    }),
    defineFunction('load_result(name)', ([name]) => results.get(text(name!)) ?? null),
    defineFunction('store_result(name, response, agate_table?)', ([name, response, table]) => {
      const result = resultOf(table instanceof TableValue ? table : null);
      result.set('response', response!);
      results.set(text(name!), result);
      return '';
    }),
    defineFunction('store_raw_result(name, message?, code?, rows_affected?, agate_table?)', (bound) => {
      const [name, message, , , table] = bound;
      const result = resultOf(table instanceof TableValue ? table : null);
      result.set('response', message ?? 'OK');
      results.set(text(name!), result);
      return '';
    }),
  ];
}

function resultOf(table: TableValue | null): PyDict {
  return PyDict.of([
    ['response', 'OK'],
    ['data', table === null ? [] : table.rows().map((row) => row.asTuple())],
    ['table', table],
  ]);
}
