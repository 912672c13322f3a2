import { OperationFailure, templateCodes, typeFailure } from './failure.js';
import { PyFloat, type TemplateValue } from './values.js';

/** Digits that results are rounded to, as in Python's context. */
const PRECISION = 28;

/** A number as Python's Decimal: it keeps and prints all its digits, those after the point that are zero too. */
export class DecimalValue extends PyFloat {
  readonly #coefficient: bigint;
  readonly #exponent: number;

  /** @param digits e.g. `2.50`, `-7`, `1E+20` */
  constructor(readonly digits: string) {
    super(Number(digits));
    const [, sign, whole, fraction = '', exponent = '0'] =
      /^(-?)(\d+)(?:\.(\d*))?(?:E([+-]?\d+))?$/i.exec(digits) ?? [];
    this.#coefficient = BigInt(`${sign ?? ''}${whole ?? 0}${fraction}`);
    this.#exponent = Number(exponent) - fraction.length;
  }
  override toText(): string {
    return this.digits;
  }
  override toRepr(): string {
    return `Decimal('${this.digits}')`;
  }

  /** Python's `round(value, digits)`: to the nearest, half to even; still a Decimal. */
  rounded(digits: number): DecimalValue {
    const excess = -this.#exponent - digits;
    if (excess <= 0) return made(this.#coefficient * 10n ** BigInt(-excess), -digits);
    return made(halfEven(this.#coefficient, excess), -digits);
  }

  override operate(operator: string, given: TemplateValue, reflected: boolean): TemplateValue | undefined {
    if (operator === 'unary-') return made(-this.#coefficient, this.#exponent);
    if (operator === 'unary+') return made(this.#coefficient, this.#exponent);
    const other = decimalOf(given);
    if (other === undefined) {
      if (given instanceof PyFloat)
        throw typeFailure(
          `"${operator}" does not work on a Decimal and a float`,
          'turn one into the other: value | float, or text that is cast in SQL',
        );
      return undefined;
    }
    return reflected ? other.#apply(operator, this) : this.#apply(operator, other);
  }

  #apply(operator: string, other: DecimalValue): TemplateValue | undefined {
    const low = Math.min(this.#exponent, other.#exponent);
    const a = this.#coefficient * 10n ** BigInt(this.#exponent - low);
    const b = other.#coefficient * 10n ** BigInt(other.#exponent - low);
    if (['/', '//', '%'].includes(operator) && b === 0n)
      throw new OperationFailure(templateCodes.divisionByZero, 'division by zero');
    switch (operator) {
      case '+':
        return made(a + b, low);
      case '-':
        return made(a - b, low);
      case '*':
        return made(this.#coefficient * other.#coefficient, this.#exponent + other.#exponent);
      // towards zero, and the rest has the sign of what is divided: unlike Python's ints
      case '//':
        return made(a / b, 0, a / b === 0n && a < 0n !== b < 0n);
      case '%':
        return made(a % b, low, a % b === 0n && a < 0n);
      case '/':
        return this.#divided(other);
      case '**':
        return this.#raised(other);
      default:
        return undefined;
    }
  }

  #divided(other: DecimalValue): DecimalValue {
    const ideal = this.#exponent - other.#exponent;
    const shift = Math.max(0, length(other.#coefficient) - length(this.#coefficient) + PRECISION + 1);
    const scaled = this.#coefficient * 10n ** BigInt(shift);
    let quotient = scaled / other.#coefficient;
    let exponent = ideal - shift;
    // what is cut off may decide between two digits
    if (quotient * other.#coefficient !== scaled) {
      if (quotient % 5n === 0n) quotient += quotient < 0n || (quotient === 0n && scaled < 0n) ? -1n : 1n;
    } else
      while (exponent < ideal && quotient % 10n === 0n) {
        quotient /= 10n;
        exponent++;
      }
    return made(quotient, exponent);
  }

  #raised(other: DecimalValue): DecimalValue {
    const times = other.value;
    if (Number.isInteger(times) && times >= 0 && times <= 1000)
      return made(this.#coefficient ** BigInt(times), this.#exponent * times);
    if (times < 0 && this.#coefficient === 0n)
      throw new OperationFailure(templateCodes.divisionByZero, 'division by zero');
    if (Number.isInteger(times) && times < 0 && times >= -1000)
      return new DecimalValue('1').#divided(this.#raised(new DecimalValue(String(-times))));
    return new DecimalValue(new PyFloat(this.value ** times).toText().toUpperCase());
  }
}

/** A Decimal or whole number as a Decimal; undefined for all others. */
function decimalOf(value: TemplateValue): DecimalValue | undefined {
  if (value instanceof DecimalValue) return value;
  if (typeof value === 'boolean') return new DecimalValue(value ? '1' : '0');
  if (typeof value === 'number' || typeof value === 'bigint') return new DecimalValue(BigInt(value).toString());
  return undefined;
}

function length(coefficient: bigint): number {
  return (coefficient < 0n ? -coefficient : coefficient).toString().length;
}

/** `coefficient · 10^exponent`, rounded to {@link PRECISION} digits, half to even. */
function made(coefficient: bigint, exponent: number, negativeZero = false): DecimalValue {
  const excess = length(coefficient) - PRECISION;
  if (excess <= 0) return new DecimalValue(written(coefficient, exponent, negativeZero));
  return made(halfEven(coefficient, excess), exponent + excess);
}

/** Without the last digits, rounded half to even. */
function halfEven(coefficient: bigint, digits: number): bigint {
  const unit = 10n ** BigInt(digits);
  const size = coefficient < 0n ? -coefficient : coefficient;
  let kept = size / unit;
  const rest = size % unit;
  if (rest * 2n > unit || (rest * 2n === unit && kept % 2n === 1n)) kept += 1n;
  return coefficient < 0n ? -kept : kept;
}

/** As Python writes it: with an exponent where the number is whole with zeros, or very small. */
function written(coefficient: bigint, exponent: number, negativeZero: boolean): string {
  const sign = coefficient < 0n || negativeZero ? '-' : '';
  const digits = (coefficient < 0n ? -coefficient : coefficient).toString();
  const adjusted = exponent + digits.length - 1;
  if (exponent <= 0 && adjusted >= -6) {
    if (exponent === 0) return `${sign}${digits}`;
    const padded = digits.padStart(1 - exponent, '0');
    return `${sign}${padded.slice(0, exponent)}.${padded.slice(exponent)}`;
  }
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
  return `${sign}${digits[0]}${fraction}E${adjusted < 0 ? '' : '+'}${adjusted}`;
}
