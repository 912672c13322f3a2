import { Relation } from '../../engines/relation.js';
import type { PyDict } from '../containers.js';
import { defineFunction } from '../signature.js';
import { plain, type TemplateValue, text } from '../values.js';
import { allParts, policyDict, policyFrom } from './relation-policy.js';
import { RelationValue, relationTypes } from './relation-value.js';
import { StaticObject } from './static-object.js';

function optional(value: TemplateValue | undefined): string | undefined {
  return value === undefined || value === null ? undefined : text(plain(value));
}

/** `api.Relation`: makes relations, and names their types. */
export const relationClass: StaticObject = new StaticObject(
  'Relation',
  [
    defineFunction(
      'create(database?, schema?, identifier?, type?, **kwargs)',
      ([database, schema, identifier, type, others]) => {
        const kind = optional(type);
        const relation = new Relation(
          optional(schema) ?? '',
          optional(identifier) ?? '',
          optional(database),
          kind === 'view' ? 'view' : 'table',
        );
        const named = others as PyDict;
        return new RelationValue(relation, {
          kind: kind ?? null,
          quotes: policyFrom(named.get('quote_policy')),
          includes: policyFrom(named.get('include_policy')),
        });
      },
    ),
    defineFunction('add_ephemeral_prefix(name)', ([name]) => `__dbt__cte__${text(name!)}`),
    defineFunction('scd_args(primary_key, updated_at)', ([key, updatedAt]) => [
      ...(Array.isArray(key) ? key : [key!]),
      updatedAt!,
    ]),
    defineFunction('get_default_quote_policy()', () => policyDict(allParts)),
    defineFunction('get_default_include_policy()', () => policyDict(allParts)),
  ],
  undefined,
  new Map<string, TemplateValue>([
    ['get_relation_type', relationTypes],
    ['Table', 'table'],
    ['View', 'view'],
    ['CTE', 'cte'],
    ['External', 'external'],
    ['MaterializedView', 'materialized_view'],
    ['PointerTable', 'pointer_table'],
    ['Function', 'function'],
  ]),
);
