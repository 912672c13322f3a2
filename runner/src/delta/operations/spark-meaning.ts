import { type DataType, decimalOf, isStruct, type StructType } from '../protocol/data-types.js';
import type { ParsedType, Piece } from './parsed-sql.js';

/** What of an expression may mean something else to Spark. */
class Foreign {
  constructor(readonly what: string) {}
}

/**
 * What in an expression may not mean the same to Spark and to the engine, as it is spelled; undefined where nothing is. The two spell much alike and mean
 * something else: `dayofweek` counts from another day, `concat` passes over nulls, a cast of 1.5 to INT cuts or rounds, a number is compared with a text in
 * one's or the other's type. So only what is known to be the same passes, for the types that it is known for.
 *
 * @param to the type that its values are stored in
 */
export function foreignIn(piece: Piece, schema: StructType, to: DataType): string | undefined {
  try {
    const from = typeOf(piece, schema);
    return castsAlike(piece, from, named(to)) ? undefined : `a cast from ${from} to ${named(to)}`;
  } catch (error) {
    if (error instanceof Foreign) return error.what;
    throw error;
  }
}

const WHOLE_NUMBERS = /^(byte|short|integer|long)$/;
const TIMES = /^(date|timestamp|timestamp_ntz)$/;
/** Functions of a time that give whole numbers. */
const OF_TIMES = /^(year|month|day|dayofmonth|dayofyear|hour|minute|quarter|weekofyear)$/;
const PARTS = /^(year|quarter|month|day|hour|minute)$/;
const TRUNCATED = /^(year|quarter|month|week|day|hour|minute|second)$/;
const NOW: Readonly<Record<string, string>> = {
  now: 'timestamp',
  current_timestamp: 'timestamp',
  current_date: 'date',
};
/** Types of the engine by the names that the log has for them; a constant of another is foreign. */
const BY_ID: Readonly<Record<string, string>> = {
  NULL: 'void',
  BOOLEAN: 'boolean',
  TINYINT: 'byte',
  SMALLINT: 'short',
  INTEGER: 'integer',
  BIGINT: 'long',
  FLOAT: 'float',
  DOUBLE: 'double',
  VARCHAR: 'string',
  DATE: 'date',
  TIMESTAMP: 'timestamp',
};
/** Up to so many digits, a decimal is the same double to all who divide by its power of ten. */
const DIGITS_OF_DOUBLE = 15;
/** Decimals of more digits have results that one of the two rounds. */
const DIGITS_TO_COMPUTE = 17;

/** The type of an expression's values, by the log's name; `void` for null, `other` for what has parts. */
function typeOf(piece: Piece, schema: StructType): string {
  const { children = [] } = piece;
  const all = (pieces: readonly unknown[]) => (pieces as readonly Piece[]).map((inner) => typeOf(inner, schema));
  switch (piece.class) {
    case 'COLUMN_REF':
      return columnType(piece, schema);
    case 'CONSTANT':
      return typeById(piece.value!.type) ?? foreign(`a value of type ${piece.value!.type.id}`);
    case 'COMPARISON':
      return compared([piece.left, piece.right] as Piece[], schema);
    case 'BETWEEN':
      compared([piece.input, piece.lower] as Piece[], schema);
      return compared([piece.input, piece.upper] as Piece[], schema);
    case 'CONJUNCTION':
      return conditions(all(children));
    case 'CASE': {
      const checks = piece.case_checks as readonly { readonly when_expr: Piece; readonly then_expr: Piece }[];
      conditions(all(checks.map(({ when_expr }) => when_expr)));
      return common([...checks.map(({ then_expr }) => then_expr), piece.else_expr as Piece], schema);
    }
    case 'OPERATOR':
      return operator(piece, schema);
    case 'CAST': {
      const from = typeOf(piece.child as Piece, schema);
      const to = typeById(piece.cast_type!);
      if (to === undefined || !castsAlike(piece.child as Piece, from, to))
        return foreign(`a cast to ${piece.cast_type!.id}`);
      return to;
    }
    case 'FUNCTION':
      return result(piece, all(children), schema) ?? foreign(`the function ${piece.function_name}`);
    default:
      return foreign(piece.class.toLowerCase());
  }
}

function foreign(what: string): never {
  throw new Foreign(what);
}

function conditions(types: readonly string[]): string {
  const other = types.find((type) => type !== 'boolean' && type !== 'void');
  return other === undefined ? 'boolean' : foreign(`${other} as a condition`);
}

function operator(piece: Piece, schema: StructType): string {
  const { type = '', children = [] } = piece;
  if (type === 'OPERATOR_NOT') return conditions(children.map((child) => typeOf(child, schema)));
  if (type === 'OPERATOR_COALESCE') return common(children, schema);
  if (/^COMPARE_(NOT_)?IN$/.test(type)) common(children, schema);
  else if (/^OPERATOR_IS_(NOT_)?NULL$/.test(type)) for (const child of children) typeOf(child, schema);
  else return foreign(type);
  return 'boolean';
}

/** Type of what a function gives; undefined for one that may be another function to Spark, with arguments of these types. */
function result(piece: Piece, types: readonly string[], schema: StructType): string | undefined {
  const { function_name: name = '', children = [] } = piece;
  const [first = '', second] = types;
  const constant = (i: number) => children[i]?.value?.value;
  if (/^[-+*]$/.test(name)) return second === undefined ? (isNumber(first) ? first : undefined) : computed(types);
  // what is left of a division by zero is null, not a number, or an error
  if (name === '%') {
    const divides = isWhole(second) && children[1]!.class === 'CONSTANT' && Number(constant(1)) !== 0;
    return divides && (isWhole(first) || first === 'double') ? first : undefined;
  }
  if (name === '||') return types.every(isText) ? 'string' : undefined;
  if (name === 'abs') return isNumber(first) ? first : undefined;
  if (name === 'length') return isText(first) ? 'integer' : undefined;
  if (name === 'nullif') {
    compared(children, schema);
    return first;
  }
  if (name === '~~' || name === '!~~') return isText(first) && typeof constant(1) === 'string' ? 'boolean' : undefined;
  if (OF_TIMES.test(name)) return TIMES.test(first) ? 'integer' : undefined;
  if (name === 'date_part')
    return PARTS.test(String(constant(0)).toLowerCase()) && TIMES.test(second ?? '') ? 'integer' : undefined;
  if (name === 'date_trunc')
    return TRUNCATED.test(String(constant(0)).toLowerCase()) && TIMES.test(second ?? '') ? 'timestamp' : undefined;
  // from a place before the first, or backwards, the two count differently
  if (name === 'substring' || name === 'substr') {
    const length = children[2] === undefined ? 0 : Number(constant(2) ?? -1);
    return isText(first) && Number(constant(1)) >= 1 && length >= 0 ? 'string' : undefined;
  }
  return types.length === 0 ? NOW[name] : undefined;
}

/** Type of a sum, a difference or a product. */
function computed([a, b]: readonly string[]): string | undefined {
  if (isWhole(a) && isWhole(b)) return 'long';
  if (a === 'float' && b === 'float') return 'float';
  const types = [a!, b!];
  if (types.includes('double')) return types.every(isDouble) ? 'double' : undefined;
  const decimals = types.map(decimalOf).filter((decimal) => decimal !== undefined);
  const known = decimals.length > 0 && types.every((type) => isWhole(type) || decimalOf(type) !== undefined);
  if (!known || decimals.some(({ precision }) => precision > DIGITS_TO_COMPUTE)) return undefined;
  return `decimal(38,${decimals.reduce((sum, { scale }) => sum + scale, 0)})`;
}

/** Refuses two values that are compared in another type by each. */
function compared(pieces: readonly Piece[], schema: StructType): string {
  const [a, b] = pieces.map((piece) => typeOf(piece, schema));
  const isTime = (text: number, time: string) => TIMES.test(time) && isTimeText(pieces[text]!, time);
  if (!isTime(0, b!) && !isTime(1, a!)) common(pieces, schema);
  return 'boolean';
}

/** The type in which values stand beside each other. */
function common(pieces: readonly Piece[], schema: StructType): string {
  const typed = pieces.map((piece) => ({ piece, type: typeOf(piece, schema) })).filter(({ type }) => type !== 'void');
  const types = [...new Set(typed.map(({ type }) => type))];
  if (types.length === 0) return 'void';
  if (types.length === 1 && types[0] !== 'other') return types[0]!;
  if (types.every((type) => TIMES.test(type))) return 'timestamp';
  if (types.includes('float') && typed.every(({ piece, type }) => type === 'float' || isExactFloat(piece)))
    return 'float';
  if (types.includes('double') && types.every(isDouble)) return 'double';
  if (types.every(isWhole)) return 'long';
  if (types.every((type) => isWhole(type) || decimalOf(type) !== undefined)) return 'decimal(38,38)';
  return foreign(`${types.join(' beside ')}`);
}

/** Whether a value of one type becomes the same value of the other. */
function castsAlike(piece: Piece, from: string, to: string): boolean {
  if (from === 'void' || (from === to && from !== 'other')) return true;
  if (TIMES.test(to)) return TIMES.test(from) || isTimeText(piece, to);
  if (to === 'double') return isDouble(from);
  if (to === 'float') return from === 'double' || isExactFloat(piece);
  if (isWhole(to)) return isWhole(from);
  if (to === 'string') return isWhole(from) || from === 'date';
  // true and false are such casts
  if (to === 'boolean') return /^[tf]$/.test(String(constantOf(piece)));
  const [wanted, had] = [decimalOf(to), decimalOf(from)];
  return wanted !== undefined && (isWhole(from) || (had !== undefined && had.scale <= wanted.scale));
}

function isText(type: string): boolean {
  return type === 'string';
}

function isWhole(type: string | undefined): boolean {
  return WHOLE_NUMBERS.test(type ?? '');
}

function isNumber(type: string): boolean {
  return isWhole(type) || type === 'float' || type === 'double' || decimalOf(type) !== undefined;
}

/** Becomes the same double to both. */
function isDouble(type: string): boolean {
  const digits = decimalOf(type)?.precision ?? Number.POSITIVE_INFINITY;
  return isWhole(type) || type === 'float' || type === 'double' || digits <= DIGITS_OF_DOUBLE;
}

function isExactFloat(piece: Piece): boolean {
  const { type, value } = piece.value ?? {};
  if (typeof value !== 'number') return false;
  const number = value / 10 ** (type!.type_info?.scale ?? 0);
  return Math.fround(number) === number;
}

function constantOf(piece: Piece): unknown {
  return piece.class === 'CONSTANT' ? piece.value!.value : undefined;
}

/** A text that both read as the same day, or time: other words for times (`epoch`, `2024`) have only one of them. */
function isTimeText(piece: Piece, type: string): boolean {
  const text = constantOf(piece);
  const form = type === 'date' ? /^\d{4}-\d\d-\d\d$/ : /^\d{4}-\d\d-\d\d([ T]\d\d:\d\d:\d\d(\.\d{1,6})?)?$/;
  return typeof text === 'string' && form.test(text);
}

function typeById({ id, type_info: info }: ParsedType): string | undefined {
  return id === 'DECIMAL' ? `decimal(${info?.width ?? 18},${info?.scale ?? 3})` : BY_ID[id];
}

function columnType({ column_names: names = [] }: Piece, schema: StructType): string {
  let type: DataType | undefined = schema;
  for (const name of names)
    type =
      type !== undefined && isStruct(type)
        ? type.fields.find((field) => field.name.toLowerCase() === name.toLowerCase())?.type
        : undefined;
  const now = names.length === 1 ? NOW[names[0]!.toLowerCase()] : undefined;
  return type === undefined ? (now ?? foreign(names.join('.'))) : named(type);
}

function named(type: DataType): string {
  return typeof type === 'string' ? type : 'other';
}
