import { defineFunction } from '../signature.js';
import { PyTuple, plain, type TemplateValue } from '../values.js';

/** Names of Python's methods of a mapping that {@link mappingMethod} knows. */
export const mappingMethods = ['get', 'keys', 'values', 'items'] as const;

/**
 * A method of a mapping whose values are looked up when they are asked for.
 *
 * @returns undefined where the method is not one of {@link mappingMethods}
 */
export function mappingMethod(
  method: string,
  names: () => ReadonlySet<string>,
  find: (name: string) => TemplateValue | undefined,
): TemplateValue | undefined {
  switch (method) {
    case 'get':
      return defineFunction('get(key, default?)', ([key, otherwise]) => {
        const name = plain(key!);
        return (typeof name === 'string' ? find(name) : undefined) ?? otherwise ?? null;
      });
    case 'keys':
      return defineFunction('keys()', () => [...names()]);
    case 'values':
      return defineFunction('values()', () => [...names()].map((name) => find(name) ?? null));
    case 'items':
      return defineFunction('items()', () => [...names()].map((name) => new PyTuple([name, find(name) ?? null])));
    default:
      return undefined;
  }
}
