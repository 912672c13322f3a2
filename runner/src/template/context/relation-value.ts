import { quoteIdentifier, Relation } from '../../engines/relation.js';
import { PyDict } from '../containers.js';
import { defineFunction } from '../signature.js';
import { plain, TemplateObject, type TemplateValue, text, truthy } from '../values.js';

const attributes = [
  ...['database', 'schema', 'name', 'identifier', 'table', 'alias', 'type', 'path'],
  ...[
    'is_table',
    'is_view',
    'is_cte',
    'include',
    'quote',
    'render',
    'replace_path',
    'incorporate',
    'without_identifier',
  ],
  ...['quote_policy', 'include_policy', 'metadata', 'get'],
];

/** Which parts of a relation's name are printed, and which are quoted. */
interface Policy {
  readonly database: boolean;
  readonly schema: boolean;
  readonly identifier: boolean;
}

const all: Policy = { database: true, schema: true, identifier: true };

/** A relation in templates: prints its quoted name, has dbt's attributes. */
export class RelationValue extends TemplateObject {
  readonly typeName = 'Relation';
  /** dbt's relations are mappings of their fields: macros of packages tell them from text by that */
  override readonly isMapping = true;

  constructor(
    readonly relation: Relation,
    readonly includes: Policy = all,
    readonly quotes: Policy = all,
    /** dbt's type, where it is none of the engine's (`cte`) or not known */
    readonly kind: string | null = relation.type === 'ephemeral' ? 'cte' : relation.type,
  ) {
    super();
  }

  override attributeNames(): Iterable<string> {
    return attributes;
  }

  override getAttribute(name: string): TemplateValue | undefined {
    const { relation, kind } = this;
    switch (name) {
      case 'database':
        return relation.database ?? null;
      case 'schema':
        return relation.schema;
      case 'name':
      case 'identifier':
      case 'table':
      case 'alias':
        return relation.identifier === '' ? null : relation.identifier;
      case 'type':
        return kind;
      case 'path':
        return this;
      case 'is_table':
        return kind === 'table';
      case 'is_view':
        return kind === 'view';
      case 'is_cte':
        return kind === 'cte';
      case 'quote_policy':
        return policyDict(this.quotes);
      case 'include_policy':
        return policyDict(this.includes);
      case 'metadata':
        return PyDict.of([['type', 'Relation']]);
      case 'get':
        return defineFunction('get(key, default?)', ([key, otherwise]) => {
          const value = typeof key === 'string' && key !== 'get' ? this.getAttribute(key) : undefined;
          return value ?? otherwise ?? null;
        });
      case 'render':
        return defineFunction('render()', () => this.toText());
      case 'include':
        return defineFunction(
          'include(database?, schema?, identifier?)',
          (bound) => new RelationValue(relation, changed(this.includes, bound), this.quotes, kind),
        );
      case 'quote':
        return defineFunction(
          'quote(database?, schema?, identifier?)',
          (bound) => new RelationValue(relation, this.includes, changed(this.quotes, bound), kind),
        );
      case 'replace_path':
        return defineFunction('replace_path(**kwargs)', ([path]) => this.#incorporate(path as PyDict, undefined));
      case 'incorporate':
        return defineFunction('incorporate(**kwargs)', ([given]) => {
          const dict = given as PyDict;
          const path = dict.get('path');
          return this.#incorporate(path instanceof PyDict ? path : new PyDict(), dict.get('type'));
        });
      case 'without_identifier':
        return defineFunction(
          'without_identifier()',
          () => new RelationValue(relation, { ...this.includes, identifier: false }, this.quotes, kind),
        );
      default:
        return undefined;
    }
  }

  #incorporate(path: PyDict, kind: TemplateValue | undefined): RelationValue {
    const { relation } = this;
    const part = (name: string, own: string | undefined): string | undefined => {
      const given = path.get(name);
      return given === undefined ? own : given === null ? undefined : text(given);
    };
    const type = kind === undefined ? this.kind : kind === null ? null : text(kind);
    return new RelationValue(
      new Relation(
        part('schema', relation.schema) ?? '',
        part('identifier', relation.identifier) ?? '',
        part('database', relation.database),
        type === 'view' ? 'view' : relation.type,
      ),
      this.includes,
      this.quotes,
      type,
    );
  }

  override equals(other: TemplateValue): boolean {
    return other instanceof RelationValue && other.toText() === this.toText();
  }

  toText(): string {
    const { relation, includes, quotes } = this;
    if (relation.type === 'ephemeral') return relation.identifier;
    const parts: string[] = [];
    const add = (name: keyof Policy, value: string | undefined): void => {
      if (value !== undefined && value !== '' && includes[name])
        parts.push(quotes[name] ? quoteIdentifier(value) : value);
    };
    add('database', relation.database);
    add('schema', relation.schema);
    add('identifier', relation.identifier);
    return parts.join('.');
  }

  override toRepr(): string {
    return `<Relation ${this.toText()}>`;
  }

  override toHost(): Relation {
    return this.relation;
  }
}

function changed(policy: Policy, [database, schema, identifier]: (TemplateValue | undefined)[]): Policy {
  const flag = (given: TemplateValue | undefined, own: boolean): boolean =>
    given === undefined || given === null ? own : truthy(plain(given));
  return {
    database: flag(database, policy.database),
    schema: flag(schema, policy.schema),
    identifier: flag(identifier, policy.identifier),
  };
}

function policyDict(policy: Policy): PyDict {
  return PyDict.of([
    ['database', policy.database],
    ['schema', policy.schema],
    ['identifier', policy.identifier],
  ]);
}
