import { Relation } from '../../engines/relation.js';
import { PyDict, PySet } from '../containers.js';
import { toTemplateValue } from '../convert.js';
import { typeFailure, valueFailure } from '../failure.js';
import { defineFunction } from '../signature.js';
import { plain, TemplateObject, type TemplateValue, text } from '../values.js';
import { allParts, changedPolicy, Parts, type Policy, policyDict, policyFrom } from './relation-policy.js';
import { StaticObject } from './static-object.js';

/** What a relation prints beside its name's parts. */
export interface RelationOptions {
  readonly includes?: Policy | undefined;
  readonly quotes?: Policy | undefined;
  /** dbt's type, where it is none of the engine's (`cte`, `external`) or not known */
  readonly kind?: string | null | undefined;
  /** a view of the information schema, printed after the name */
  readonly view?: string | undefined;
  /** what is printed in place of the name where rows are limited or read from elsewhere */
  readonly rendered?: string | undefined;
}

const kinds: Readonly<Record<string, string>> = {
  is_table: 'table',
  is_view: 'view',
  is_cte: 'cte',
  is_materialized_view: 'materialized_view',
  is_external: 'external',
  is_function: 'function',
  is_pointer: 'pointer_table',
};
const classConstants: Readonly<Record<string, string>> = {
  Table: 'table',
  View: 'view',
  CTE: 'cte',
  External: 'external',
  MaterializedView: 'materialized_view',
  Function: 'function',
};
const methods = [
  ...['get', 'render', 'include', 'quote', 'quoted', 'replace_path', 'incorporate', 'without_identifier', 'matches'],
  ...['information_schema', 'information_schema_only', 'add_ephemeral_prefix', 'render_limited', 'to_dict'],
  ...['get_default_quote_policy', 'get_default_include_policy'],
];
/** What every relation of dbt-duckdb says of itself. */
const constants: ReadonlyMap<string, TemplateValue> = new Map<string, TemplateValue>([
  ...(['can_be_renamed', 'can_be_replaced', 'dbt_created', 'require_alias'] as const).map((n) => [n, false] as const),
  ...(['limit', 'event_time_filter', 'catalog'] as const).map((n) => [n, null] as const),
  ['quote_character', '"'],
  ['renameable_relations', new PySet([])],
  ['replaceable_relations', new PySet([])],
]);
const attributes = [
  ...['database', 'schema', 'name', 'identifier', 'table', 'type', 'path', 'metadata'],
  ...Object.keys(kinds),
  ...methods,
  ...['quote_policy', 'include_policy', 'get_relation_type'],
  ...constants.keys(),
];
/** `get_relation_type`: the types by their names in Python. */
export const relationTypes: StaticObject = new StaticObject(
  'RelationType',
  [],
  undefined,
  new Map(Object.entries({ ...classConstants, PointerTable: 'pointer_table' })),
);
/** Fields that a relation has as a mapping (`relation.items()`, `**relation`). */
const fields = ['database', 'schema', 'identifier'] as const;

/** A relation in templates: prints its quoted name, has dbt's attributes. */
export class RelationValue extends TemplateObject {
  readonly typeName = 'Relation';
  override readonly unknownIsMistake = 'always';
  /** dbt's relations are mappings of their fields: macros of packages tell them from text by that */
  override readonly isMapping = true;
  readonly includes: Policy;
  readonly quotes: Policy;
  readonly kind: string | null;

  constructor(
    readonly relation: Relation,
    readonly options: RelationOptions = {},
  ) {
    super();
    this.includes = options.includes ?? allParts;
    this.quotes = options.quotes ?? allParts;
    this.kind =
      options.kind === undefined ? (relation.type === 'ephemeral' ? 'cte' : relation.type) : (options.kind ?? null);
  }

  override attributeNames(): Iterable<string> {
    return attributes;
  }

  override getItem(key: TemplateValue): TemplateValue | undefined {
    return typeof key === 'string' && (fields as readonly string[]).includes(key) ? this.#part(key) : undefined;
  }

  #part(name: string): TemplateValue {
    const { relation } = this;
    const value = name === 'database' ? relation.database : name === 'schema' ? relation.schema : relation.identifier;
    return value === undefined || value === '' ? null : value;
  }

  #with(changes: RelationOptions, relation = this.relation): RelationValue {
    return new RelationValue(relation, {
      includes: this.includes,
      quotes: this.quotes,
      kind: this.kind,
      view: this.options.view,
      ...changes,
    });
  }

  override getAttribute(name: string): TemplateValue | undefined {
    if (Object.hasOwn(kinds, name)) return this.kind === kinds[name];
    if (Object.hasOwn(classConstants, name)) return classConstants[name];
    switch (name) {
      case 'database':
      case 'schema':
      case 'identifier':
        return this.#part(name);
      case 'name':
      case 'table':
        return this.#part('identifier');
      case 'type':
        return this.kind;
      case 'path':
        return new Parts(
          'Path',
          fields.map((field) => [field, this.#part(field)] as const),
        );
      case 'quote_policy':
        return policyDict(this.quotes);
      case 'include_policy':
        return policyDict(this.includes);
      case 'get_relation_type':
        return relationTypes;
      case 'metadata':
        return PyDict.of([['type', 'DuckDBRelation']]);
      default:
        return constants.has(name) ? constants.get(name) : this.#method(name);
    }
  }

  #method(name: string): TemplateValue | undefined {
    switch (name) {
      case 'get':
        return defineFunction('get(key, default?)', ([key, otherwise]) => {
          const known = typeof key === 'string' && !methods.includes(key);
          return (known ? this.getAttribute(key) : undefined) ?? otherwise ?? null;
        });
      case 'render':
        return defineFunction('render()', () => this.#name());
      case 'render_limited':
        return defineFunction('render_limited()', () => this.toText());
      case 'to_dict':
        return defineFunction('to_dict(omit_none?)', () =>
          PyDict.of([
            ['path', PyDict.of(fields.map((field) => [field, this.#part(field)] as const))],
            ['type', this.kind],
          ]),
        );
      case 'get_default_quote_policy':
      case 'get_default_include_policy':
        return defineFunction(`${name}()`, () => policyDict(allParts));
      case 'quoted':
        return defineFunction('quoted(identifier)', ([part]) => `"${text(part!)}"`);
      case 'include':
        return defineFunction('include(database?, schema?, identifier?)', (bound) =>
          this.#with({ includes: changedPolicy(this.includes, bound) }),
        );
      case 'quote':
        return defineFunction('quote(database?, schema?, identifier?)', (bound) =>
          this.#with({ quotes: changedPolicy(this.quotes, bound) }),
        );
      case 'replace_path':
        return defineFunction('replace_path(**kwargs)', ([path]) => this.#incorporate(path as PyDict));
      case 'incorporate':
        return defineFunction('incorporate(**kwargs)', ([given]) => {
          const dict = given as PyDict;
          const path = dict.get('path');
          const changed = this.#incorporate(path instanceof PyDict ? path : new PyDict(), dict.get('type'));
          return new RelationValue(changed.relation, {
            ...changed.options,
            includes: policyFrom(dict.get('include_policy'), this.includes),
            quotes: policyFrom(dict.get('quote_policy'), this.quotes),
          });
        });
      case 'without_identifier':
        return defineFunction('without_identifier()', () =>
          this.#with(
            { includes: { ...this.includes, identifier: false } },
            new Relation(this.relation.schema, '', this.relation.database, this.relation.type),
          ),
        );
      case 'matches':
        return defineFunction('matches(database?, schema?, identifier?)', (bound) => this.#matches(bound));
      case 'information_schema':
        return defineFunction('information_schema(view_name?)', ([view]) =>
          this.#informationSchema(typeof view === 'string' ? view : undefined),
        );
      case 'information_schema_only':
        return defineFunction('information_schema_only()', () => this.#informationSchema(undefined));
      case 'add_ephemeral_prefix':
        return defineFunction('add_ephemeral_prefix(name)', ([given]) => `__dbt__cte__${text(given!)}`);
      default:
        return undefined;
    }
  }

  #incorporate(path: PyDict, kind?: TemplateValue): RelationValue {
    const { relation } = this;
    const part = (name: string, own: string | undefined): string | undefined => {
      const given = path.get(name);
      return given === undefined ? own : given === null ? undefined : text(given);
    };
    const type = kind === undefined ? this.kind : kind === null ? null : text(kind);
    const changed = new Relation(
      part('schema', relation.schema) ?? '',
      part('identifier', relation.identifier) ?? '',
      part('database', relation.database),
      type === 'view' ? 'view' : type === 'table' ? 'table' : relation.type,
    );
    return this.#with({ kind: type }, changed);
  }

  /** Equal parts, without regard to case. */
  #matches(bound: readonly (TemplateValue | undefined)[]): boolean {
    const given = fields.flatMap((field, i) => {
      const value = bound[i];
      return value === undefined || value === null ? [] : [[field, text(plain(value))] as const];
    });
    if (given.length === 0) throw valueFailure('matches() needs a database, a schema or an identifier');
    return given.every(([field, value]) => {
      const own = this.#part(field);
      return own !== null && text(own).toLowerCase() === value.replace(/^"|"$/g, '').toLowerCase();
    });
  }

  #informationSchema(view: string | undefined): RelationValue {
    const { database } = this.relation;
    return new RelationValue(new Relation('', 'INFORMATION_SCHEMA', database, 'view'), {
      includes: { ...this.includes, database: database !== undefined, identifier: true },
      quotes: { ...this.quotes, identifier: false },
      kind: 'view',
      view,
    });
  }

  override equals(other: TemplateValue): boolean {
    return other instanceof RelationValue && other.toText() === this.toText();
  }

  toText(): string {
    return this.options.rendered ?? this.#name();
  }

  /** The name, also where something else is printed in its place. */
  #name(): string {
    const { relation, includes, quotes, options } = this;
    if (relation.type === 'ephemeral') return relation.identifier;
    const parts: string[] = [];
    for (const field of fields) {
      const value = relation[field];
      if (value === undefined || value === '' || !includes[field]) continue;
      parts.push(quotes[field] ? `"${value.replaceAll('"', '""')}"` : value);
    }
    if (options.view !== undefined) parts.push(options.view);
    return parts.join('.');
  }

  override toRepr(): string {
    return `<DuckDBRelation ${this.toText()}>`;
  }

  override toHost(): Relation {
    return this.relation;
  }
}

/**
 * What `ref`, `source` and `this` give: a relation whose type is not known, as in dbt; only `adapter.get_relation` looks.
 * Anything but a relation stays as it is.
 */
export function unlooked(value: unknown): TemplateValue {
  if (!(value instanceof Relation) || value.type === 'ephemeral') return toTemplateValue(value);
  return new RelationValue(value, { kind: null });
}

/** The relation of a value that is one. @throws OperationFailure for anything else */
export function relationOf(value: TemplateValue | undefined): Relation {
  if (value instanceof RelationValue) return value.relation;
  throw typeFailure('a relation is needed', "give ref('…'), source('…', '…') or this");
}
