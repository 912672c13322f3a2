import { quoteIdentifier } from '../../engines/relation.js';
import { typeFailure } from '../failure.js';
import { defineFunction } from '../signature.js';
import { TemplateObject, type TemplateValue, text } from '../values.js';
import { StaticObject } from './static-object.js';

const strings = /^(varchar|character varying|char|character|text|string|bpchar)/i;
const integers = /^(u?tinyint|u?smallint|u?integer|int\d*|u?bigint|u?hugeint|serial|bigserial|smallserial)$/i;
const floats = /^(real|float\d*|double( precision)?)$/i;
const numerics = /^(numeric|decimal)/i;

/** A column with dbt's attributes. */
export class ColumnValue extends TemplateObject {
  readonly typeName = 'Column';
  constructor(
    readonly name: string,
    /** the engine's type, e.g. `VARCHAR`, `DECIMAL(10,2)` */
    readonly type: string,
  ) {
    super();
  }
  override attributeNames(): Iterable<string> {
    return [
      ...['name', 'column', 'quoted', 'dtype', 'data_type', 'char_size', 'numeric_precision', 'numeric_scale'],
      ...['is_string', 'is_number', 'is_numeric', 'is_integer', 'is_float', 'string_size', 'can_expand_to', 'literal'],
    ];
  }
  override getAttribute(name: string): TemplateValue | undefined {
    const [, base = this.type, first, second] = /^([^(]+)(?:\((\d+)(?:\s*,\s*(\d+))?\))?/.exec(this.type) ?? [];
    const is = (pattern: RegExp): boolean => pattern.test(base.trim());
    const answer = (value: TemplateValue): TemplateValue => defineFunction(`${name}()`, () => value);
    switch (name) {
      case 'name':
      case 'column':
        return this.name;
      case 'quoted':
        return quoteIdentifier(this.name);
      case 'dtype':
        return base.trim();
      case 'data_type':
        return this.type;
      case 'char_size':
        return is(strings) && first !== undefined ? Number(first) : null;
      case 'numeric_precision':
        return is(numerics) && first !== undefined ? Number(first) : null;
      case 'numeric_scale':
        return is(numerics) && second !== undefined ? Number(second) : null;
      case 'is_string':
        return answer(is(strings));
      case 'is_number':
        return answer(is(integers) || is(floats) || is(numerics));
      case 'is_numeric':
        return answer(is(numerics));
      case 'is_integer':
        return answer(is(integers));
      case 'is_float':
        return answer(is(floats));
      case 'string_size':
        return defineFunction('string_size()', () => {
          if (!is(strings)) throw typeFailure(`string_size() of a column of type ${this.type}`);
          return first === undefined ? 256 : Number(first);
        });
      case 'can_expand_to':
        return defineFunction('can_expand_to(other_column)', ([other]) => {
          const size = other instanceof ColumnValue ? other.getAttribute('char_size') : null;
          return is(strings) && typeof size === 'number' && first !== undefined && size > Number(first);
        });
      case 'literal':
        return defineFunction('literal(value)', ([value]) => `${text(value!)}::${this.type}`);
      default:
        return undefined;
    }
  }
  override equals(other: TemplateValue): boolean {
    return other instanceof ColumnValue && other.name === this.name && other.type === this.type;
  }
  toText(): string {
    return `<Column ${this.name} (${this.type})>`;
  }
  override toHost(): unknown {
    return { name: this.name, type: this.type };
  }
}

const translations: Record<string, string> = { STRING: 'TEXT', TIMESTAMP: 'TIMESTAMP', FLOAT: 'FLOAT', INTEGER: 'INT' };

/** `api.Column`: makes columns, translates types. */
export const columnClass: StaticObject = new StaticObject(
  'Column',
  [
    defineFunction('create(name, label_or_dtype)', ([name, type]) => new ColumnValue(text(name!), text(type!))),
    defineFunction('translate_type(dtype)', ([type]) => translations[text(type!).toUpperCase()] ?? text(type!)),
    defineFunction('string_type(size)', ([size]) => `character varying(${text(size!)})`),
    defineFunction('numeric_type(dtype, precision, scale)', ([type, precision, scale]) =>
      precision === null || scale === null ? text(type!) : `${text(type!)}(${text(precision!)},${text(scale!)})`,
    ),
  ],
  defineFunction(
    'Column(column, dtype, char_size?, numeric_precision?, numeric_scale?)',
    ([name, type]) => new ColumnValue(text(name!), text(type!)),
  ),
);
