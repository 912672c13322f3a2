import { type Bound, type Signature, signature } from './signature.js';
import type { CallSite, MaybePromise, TemplateValue } from './values.js';

/** A method of a built-in type. */
export interface Method<T> {
  readonly signature: Signature;
  /** @param site where the call stands, for methods that call what they are given */
  readonly run: (self: T, bound: Bound, site: () => CallSite) => MaybePromise<TemplateValue>;
}

export function methods<T>(table: Record<string, Method<T>['run']>): Map<string, Method<T>> {
  return new Map(
    Object.entries(table).map(([spec, run]) => {
      const to = signature(spec);
      return [to.name, { signature: to, run }];
    }),
  );
}
