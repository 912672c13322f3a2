import { iterate, PyDict } from '../containers.js';
import { OperationFailure, templateCodes } from '../failure.js';
import { defineFunction } from '../signature.js';
import { type TemplateValue, text } from '../values.js';
import type { ContextHost } from './context-host.js';
import { StaticObject } from './static-object.js';

/** `exceptions.*`: macros stop with an error of their own, or warn. */
export function exceptionsObject(host: ContextHost): StaticObject {
  const raising = (spec: string, words: (bound: readonly string[]) => string) =>
    defineFunction(spec, (bound) => {
      throw new OperationFailure(templateCodes.raised, words(bound.map((b) => (b === undefined ? '' : text(b)))));
    });
  /** those that say what they are given */
  const plainly = (...names: readonly string[]) =>
    names.map((name) => raising(`${name}(msg, node?)`, ([message]) => message!));
  return new StaticObject('exceptions', [
    ...plainly('raise_compiler_error', 'raise_parsing_error', 'raise_database_error', 'raise_not_implemented'),
    ...plainly('raise_fail_fast_error', 'raise_dependency_error', 'raise_cache_inconsistent'),
    raising('missing_config(model, name)', ([, name]) => `the config "${name}" is required and not set`),
    raising(
      'missing_materialization(model, adapter_type?)',
      ([, type]) => `there is no such materialization${type === '' ? '' : ` for ${type}`}`,
    ),
    raising('missing_relation(relation, model?)', ([relation]) => `the relation ${relation} does not exist`),
    raising(
      'relation_wrong_type(relation, expected_type, model?)',
      ([r, type]) => `the relation ${r} is not a ${type}`,
    ),
    raising('raise_ambiguous_alias(node_1, node_2, duped_name?)', ([, , name]) => `two nodes write ${name}`),
    raising(
      'raise_ambiguous_catalog_match(unique_id, match_1, match_2)',
      ([id]) => `more than one relation of the catalog is ${id}`,
    ),
    raising(
      'raise_dep_not_found(node, node_description, required_pkg)',
      ([, what, name]) => `${what} needs the package "${name}"`,
    ),
    raising('raise_duplicate_patch_name(patch_1, existing_patch_path)', ([, path]) => `described twice: ${path}`),
    raising('raise_duplicate_resource_name(node_1, node_2)', () => 'two resources have one name'),
    raising('raise_dataclass_not_dict(obj)', ([given]) => `a dict is needed, not ${given}`),
    raising('column_type_missing(column_names)', ([names]) => `these columns need a data_type: ${names}`),
    raising('raise_invalid_property_yml_version(path, issue)', ([path, issue]) => `${path}: ${issue}`),
    defineFunction('raise_contract_error(yaml_columns, sql_columns)', ([declared, given]) => {
      throw new OperationFailure(
        templateCodes.raised,
        'the columns do not fit the contract',
        undefined,
        contractTable(declared, given),
      );
    }),
    defineFunction('warn(msg, node?)', ([message], { site }) => {
      host.message?.('warn', text(message!), site);
      return '';
    }),
    defineFunction(
      'warn_snapshot_timestamp_data_types(snapshot_time_data_type, updated_at_data_type)',
      ([now, updated], { site }) => {
        host.message?.(
          'warn',
          `the snapshot's updated_at is ${text(updated!)}, the time it is taken at ${text(now!)}: give both one type`,
          site,
        );
        return '';
      },
    ),
  ]);
}

/** One line per column that differs: declared, given. */
function contractTable(declared: TemplateValue | undefined, given: TemplateValue | undefined): string {
  const types = (columns: TemplateValue | undefined) =>
    new Map(
      [...iterate(columns ?? [])].flatMap((column) =>
        column instanceof PyDict ? [[text(column.get('name')!), text(column.get('data_type') ?? '')] as const] : [],
      ),
    );
  const yaml = types(declared);
  const sql = types(given);
  return [...new Set([...yaml.keys(), ...sql.keys()])]
    .filter((name) => yaml.get(name) !== sql.get(name))
    .map((name) => `  ${name}: declared ${yaml.get(name) ?? 'nowhere'}, the SELECT gives ${sql.get(name) ?? 'none'}`)
    .join('\n');
}
