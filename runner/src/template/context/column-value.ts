import { PyDict } from '../containers.js';
import { typeFailure, valueFailure } from '../failure.js';
import { defineFunction } from '../signature.js';
import { repr, TemplateObject, type TemplateValue, text } from '../values.js';
import { StaticObject } from './static-object.js';

const strings: ReadonlySet<string> = new Set(['text', 'character varying', 'character', 'varchar']);
const integers: ReadonlySet<string> = new Set(
  (
    'tinyint smallint integer bigint hugeint utinyint usmallint uinteger ubigint ' +
    'int1 int2 int4 int8 short int signed long smallserial serial bigserial serial2 serial4 serial8'
  ).split(' '),
);
const floats: ReadonlySet<string> = new Set(['real', 'float', 'float4', 'float8', 'double', 'double precision']);
const numerics: ReadonlySet<string> = new Set(['numeric', 'decimal']);

/** Sizes that a column was made with; engines that write them into the type leave them out. */
export interface ColumnSizes {
  readonly characters?: TemplateValue;
  readonly precision?: TemplateValue;
  readonly scale?: TemplateValue;
}

const tests = ['is_string', 'is_number', 'is_numeric', 'is_integer', 'is_float', 'is_struct'];

/** A column with dbt's attributes. */
export class ColumnValue extends TemplateObject {
  readonly typeName = 'Column';
  constructor(
    readonly name: string,
    /** the engine's type, e.g. `VARCHAR`, `DECIMAL(10,2)` */
    readonly type: string,
    readonly sizes: ColumnSizes = {},
  ) {
    super();
  }
  override attributeNames(): Iterable<string> {
    return [
      ...['name', 'column', 'quoted', 'dtype', 'data_type', 'expanded_data_type'],
      ...['char_size', 'numeric_precision', 'numeric_scale', 'fields', 'flatten'],
      ...tests,
      ...['string_size', 'can_expand_to', 'literal'],
    ];
  }

  is(kind: ReadonlySet<string>): boolean {
    return kind.has(this.type.toLowerCase());
  }

  get isStruct(): boolean {
    return /^struct/i.test(this.type);
  }

  /** @throws OperationFailure where the column holds no text */
  stringSize(): number {
    if (!this.is(strings)) throw typeFailure(`string_size() of a column of type ${this.type}`);
    const size = this.sizes.characters ?? null;
    return this.type === 'text' || size === null ? 256 : Number(text(size));
  }

  /** The type as it is written in DDL: text with its size, numerics with precision and scale. */
  dataType(): string {
    if (this.is(strings)) return `character varying(${this.stringSize()})`;
    return this.is(numerics) ? numericType(this.type, this.sizes.precision, this.sizes.scale) : this.type;
  }

  /** Columns of a struct's fields; none of other columns. */
  fields(): ColumnValue[] {
    const inner = /^struct\((.*)\)$/is.exec(this.type)?.[1];
    return inner === undefined ? [] : splitFields(inner).map(([name, type]) => new ColumnValue(name, type));
  }

  /** A struct's fields, those of structs in it too, as `a.b.c`; the column itself where it is no struct. */
  flatten(): ColumnValue[] {
    if (!this.isStruct) return [this];
    return this.fields()
      .flatMap((field) => field.flatten())
      .map((field) => new ColumnValue(`${this.name}.${field.name}`, field.type));
  }

  override getAttribute(name: string): TemplateValue | undefined {
    const answer = (value: TemplateValue): TemplateValue => defineFunction(`${name}()`, () => value);
    switch (name) {
      case 'name':
      case 'column':
        return this.name;
      case 'quoted':
        return `"${this.name}"`;
      case 'dtype':
        return this.type;
      case 'data_type':
      case 'expanded_data_type':
        return this.dataType();
      case 'char_size':
        return this.sizes.characters ?? null;
      case 'numeric_precision':
        return this.sizes.precision ?? null;
      case 'numeric_scale':
        return this.sizes.scale ?? null;
      case 'is_string':
        return answer(this.is(strings));
      case 'is_number':
        return answer(this.is(integers) || this.is(floats) || this.is(numerics));
      case 'is_numeric':
        return answer(this.is(numerics));
      case 'is_integer':
        return answer(this.is(integers));
      case 'is_float':
        return answer(this.is(floats));
      case 'is_struct':
        return answer(this.isStruct);
      case 'fields':
        return this.fields();
      case 'flatten':
        return defineFunction('flatten()', () => this.flatten());
      case 'string_size':
        return defineFunction('string_size()', () => this.stringSize());
      case 'can_expand_to':
        return defineFunction('can_expand_to(other_column)', ([other]) => {
          if (!(other instanceof ColumnValue)) throw typeFailure('can_expand_to() needs a column');
          return this.is(strings) && other.is(strings) && other.stringSize() > this.stringSize();
        });
      case 'literal':
        return defineFunction('literal(value)', ([value]) => `${text(value!)}::${this.dataType()}`);
      default:
        return undefined;
    }
  }
  override equals(other: TemplateValue): boolean {
    return other instanceof ColumnValue && other.name === this.name && other.type === this.type;
  }
  toText(): string {
    const { characters = null, precision = null, scale = null } = this.sizes;
    const sizes = `char_size=${text(characters)}, numeric_precision=${text(precision)}, numeric_scale=${text(scale)}`;
    const fields = this.fields().map((field) => field.toText());
    return `DuckDBColumn(column=${repr(this.name)}, dtype=${repr(this.type)}, ${sizes}, fields=[${fields.join(', ')}])`;
  }
  override toHost(): unknown {
    return { name: this.name, type: this.type };
  }
}

/** `a INTEGER, b STRUCT(c INTEGER, d VARCHAR)` as names and types. */
function splitFields(inner: string): [string, string][] {
  const parts: string[] = [];
  let depth = 0;
  let quoted = false;
  let start = 0;
  for (const [i, character] of [...inner].entries()) {
    if (character === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (character === '(') depth++;
    else if (character === ')') depth--;
    else if (character === ',' && depth === 0) {
      parts.push(inner.slice(start, i));
      start = i + 1;
    }
  }
  parts.push(inner.slice(start));
  return parts.map((part) => {
    const [, name = part.trim(), type = ''] = /^\s*("(?:[^"]|"")*"|\S+)\s+(.*?)\s*$/s.exec(part) ?? [];
    return [name, type];
  });
}

function numericType(type: string, precision: TemplateValue = null, scale: TemplateValue = null): string {
  return precision === null || scale === null ? type : `${type}(${text(precision)},${text(scale)})`;
}

const translations: Readonly<Record<string, string>> = { STRING: 'TEXT' };

/** A type by the name that the engine has for it: `string` → `TEXT`. */
export function translateType(type: string): string {
  return translations[type.toUpperCase()] ?? type;
}

/** `character varying(10)`, `numeric(10,2)` → the type without its sizes, and them. */
function fromDescription(name: string, description: string): ColumnValue {
  const [, type = description, sizes] = /^([^(]+)(?:\(([^)]+)\))?/.exec(description) ?? [];
  if (sizes === undefined) return new ColumnValue(name, type);
  const numbers = sizes.split(',').map((part) => {
    if (!/^\s*\d+\s*$/.test(part)) throw valueFailure(`could not interpret the data type "${description}"`);
    return Number(part);
  });
  return numbers.length === 1
    ? new ColumnValue(name, type, { characters: numbers[0]! })
    : new ColumnValue(name, type, { precision: numbers[0]!, scale: numbers[1]! });
}

/** `api.Column`: makes columns, translates types. */
export const columnClass: StaticObject = new StaticObject(
  'Column',
  [
    defineFunction(
      'create(name, label_or_dtype)',
      ([name, type]) => new ColumnValue(text(name!), translateType(text(type!))),
    ),
    defineFunction('from_description(name, raw_data_type)', ([name, type]) =>
      fromDescription(text(name!), text(type!)),
    ),
    defineFunction('translate_type(dtype)', ([type]) => translateType(text(type!))),
    defineFunction('string_type(size)', ([size]) => `character varying(${text(size!)})`),
    defineFunction('numeric_type(dtype, precision, scale)', ([type, precision, scale]) =>
      numericType(text(type!), precision, scale),
    ),
  ],
  defineFunction(
    'Column(column, dtype, char_size?, numeric_precision?, numeric_scale?, fields?)',
    ([name, type, characters, precision, scale]) =>
      new ColumnValue(text(name!), text(type!), {
        characters: characters ?? null,
        precision: precision ?? null,
        scale: scale ?? null,
      }),
  ),
  new Map([['TYPE_LABELS', PyDict.of(Object.entries(translations))]]),
);
