import { PyDict } from '../containers.js';
import { toTemplateValue } from '../convert.js';
import { argumentFailure, OperationFailure, templateCodes, typeFailure } from '../failure.js';
import { defineFunction } from '../signature.js';
import { hostValue, type TemplateValue, text } from '../values.js';
import type { ContextHost } from './context-host.js';
import { StaticObject } from './static-object.js';

/** `config(…)`, `config.get(…)`, `config.require(…)`. */
export function configObject(host: ContextHost): StaticObject {
  const read = (name: TemplateValue | undefined): TemplateValue | undefined => {
    if (typeof name !== 'string') throw typeFailure('the name of a config is a string');
    const value = host.getConfig?.(name);
    return value === undefined ? undefined : toTemplateValue(value);
  };
  const meta = (name: TemplateValue | undefined): TemplateValue | undefined => {
    const all = read('meta');
    return all instanceof PyDict ? all.get(name!) : undefined;
  };
  const missing = (name: TemplateValue): OperationFailure =>
    new OperationFailure(templateCodes.missingConfig, `the config "${text(name)}" is required and not set`);
  return new StaticObject(
    'config',
    [
      () => [
        // a key that every node has is null where it was not set, whatever the default
        defineFunction('get(name, default?, validator?)', ([name, otherwise]) => {
          const value = read(name);
          return value === undefined ? (otherwise ?? null) : value;
        }),
        defineFunction('require(name, validator?)', ([name]) => {
          const value = read(name);
          if (value !== undefined) return value;
          if (!host.execute) return '';
          throw missing(name!);
        }),
        defineFunction('meta_get(name, default?, validator?)', ([name, otherwise]) =>
          // before anything runs, a dbt project is given an empty text whatever it asks for
          read('meta') === '' ? '' : (meta(name) ?? otherwise ?? null),
        ),
        defineFunction('meta_require(name, validator?)', ([name]) => {
          const value = meta(name);
          if (value === undefined && host.execute) throw missing(name!);
          return value ?? '';
        }),
        defineFunction('set(name, value)', ([name, value], { site }) => {
          host.setConfig?.({ [text(name!)]: hostValue(value!) }, site);
          return '';
        }),
        defineFunction('persist_relation_docs()', () => persists(read('persist_docs'), 'relation')),
        defineFunction('persist_column_docs()', () => persists(read('persist_docs'), 'columns')),
      ],
    ],
    defineFunction('config(*args, **kwargs)', ([args, kwargs], { site }) => {
      const [dict, ...others] = args as TemplateValue[];
      const named = kwargs as PyDict;
      if (others.length > 0 || (dict !== undefined && (!(dict instanceof PyDict) || named.size() > 0)))
        throw argumentFailure('config() takes named arguments, or one dict');
      host.setConfig?.((dict instanceof PyDict ? dict : named).toHost(), site);
      return '';
    }),
  );
}

function persists(value: TemplateValue | undefined, part: string): boolean {
  return value instanceof PyDict && value.get(part) === true;
}
