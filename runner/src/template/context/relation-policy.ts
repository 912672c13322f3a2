import { PyDict } from '../containers.js';
import { plain, repr, type TemplateValue, text, truthy } from '../values.js';

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
  return new Parts('Policy', Object.entries(policy));
}

/** The database, schema and identifier of something: a dict that prints as dbt's class does. */
export class Parts extends PyDict {
  constructor(
    readonly className: string,
    items: Iterable<readonly [string, TemplateValue]>,
  ) {
    super();
    for (const [key, value] of items) this.set(key, value);
  }
  override toText(): string {
    return `${this.className}(${[...this.items()].map(([key, value]) => `${text(key)}=${repr(value)}`).join(', ')})`;
  }
}
