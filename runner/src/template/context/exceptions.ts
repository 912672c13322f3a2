import { OperationFailure, templateCodes } from '../failure.js';
import { defineFunction } from '../signature.js';
import { text } from '../values.js';
import type { ContextHost } from './context-host.js';
import { StaticObject } from './static-object.js';

/** `exceptions.*`: macros stop with an error of their own, or warn. */
export function exceptionsObject(host: ContextHost): StaticObject {
  const raising = (spec: string, words: (bound: readonly string[]) => string) =>
    defineFunction(spec, (bound) => {
      throw new OperationFailure(templateCodes.raised, words(bound.map((b) => (b === undefined ? '' : text(b)))));
    });
  return new StaticObject('exceptions', [
    raising('raise_compiler_error(msg, node?)', ([message]) => message!),
    raising('raise_parsing_error(msg, node?)', ([message]) => message!),
    raising('raise_database_error(msg, node?)', ([message]) => message!),
    raising('raise_not_implemented(msg)', ([message]) => message!),
    raising('raise_fail_fast_error(msg, node?)', ([message]) => message!),
    raising('missing_config(model, name)', ([, name]) => `the config "${name}" is required and not set`),
    raising('missing_materialization(model, adapter_type?)', () => 'there is no such materialization'),
    raising('missing_relation(relation, model?)', ([relation]) => `the relation ${relation} does not exist`),
    raising(
      'relation_wrong_type(relation, expected_type, model?)',
      ([r, type]) => `the relation ${r} is not a ${type}`,
    ),
    raising('raise_contract_error(yaml_columns, sql_columns)', () => 'the columns do not fit the contract'),
    raising('column_type_missing(column_names)', ([names]) => `these columns need a data_type: ${names}`),
    raising('raise_invalid_property_yml_version(path, issue)', ([path, issue]) => `${path}: ${issue}`),
    defineFunction('warn(msg, node?)', ([message], { site }) => {
      host.message?.('warn', text(message!), site);
      return '';
    }),
    defineFunction('warn_snapshot_timestamp_data_types(snapshot_time_data_type, updated_at_data_type)', (_bound) => ''),
  ]);
}
