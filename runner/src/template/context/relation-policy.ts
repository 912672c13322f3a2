import { PyDict } from '../containers.js';
import { plain, type TemplateValue, truthy } from '../values.js';

/** Which parts of a relation's name are printed, or which are quoted. */
export interface Policy {
  readonly database: boolean;
  readonly schema: boolean;
  readonly identifier: boolean;
}

export const allParts: Policy = { database: true, schema: true, identifier: true };

/** A policy with the parts changed that were given as true or false. */
export function changedPolicy(
  policy: Policy,
  [database, schema, identifier]: readonly (TemplateValue | undefined)[],
): Policy {
  const flag = (given: TemplateValue | undefined, own: boolean): boolean =>
    given === undefined || given === null ? own : truthy(plain(given));
  return {
    database: flag(database, policy.database),
    schema: flag(schema, policy.schema),
    identifier: flag(identifier, policy.identifier),
  };
}

/** `{'schema': false}` over a policy. */
export function policyFrom(given: TemplateValue | undefined, own: Policy = allParts): Policy {
  if (!(given instanceof PyDict)) return own;
  return changedPolicy(own, [given.get('database'), given.get('schema'), given.get('identifier')]);
}

export function policyDict(policy: Policy): PyDict {
  return PyDict.of([
    ['database', policy.database],
    ['schema', policy.schema],
    ['identifier', policy.identifier],
  ]);
}
