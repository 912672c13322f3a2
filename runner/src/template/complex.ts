import { numeric } from './equality.js';
import { OperationFailure, templateCodes } from './failure.js';
import { power } from './power.js';
import { formatFloat, PyFloat, TemplateObject, type TemplateValue } from './values.js';

interface Parts {
  readonly real: number;
  readonly imag: number;
}

/** Python's `complex`, which roots of negative numbers are. */
export class PyComplex extends TemplateObject implements Parts {
  readonly typeName = 'complex';
  constructor(
    readonly real: number,
    readonly imag: number,
  ) {
    super();
  }
  override attributeNames(): Iterable<string> {
    return ['real', 'imag'];
  }
  override getAttribute(name: string): TemplateValue | undefined {
    if (name === 'real') return new PyFloat(this.real);
    return name === 'imag' ? new PyFloat(this.imag) : undefined;
  }
  override truthy(): boolean {
    return this.real !== 0 || this.imag !== 0;
  }
  override equals(other: TemplateValue): boolean {
    const given = partsOf(other);
    return given !== undefined && given.real === this.real && given.imag === this.imag;
  }
  /** How far it is from zero: Python's `abs`. */
  get magnitude(): PyFloat {
    return new PyFloat(Math.hypot(this.real, this.imag));
  }
  override operate(operator: string, given: TemplateValue, reflected: boolean): TemplateValue | undefined {
    if (operator === 'unary-') return new PyComplex(-this.real, -this.imag);
    if (operator === 'unary+') return this;
    const other = partsOf(given);
    if (other === undefined) return undefined;
    const [a, b] = reflected ? [other, this] : [this, other];
    switch (operator) {
      case '+':
        return new PyComplex(a.real + b.real, a.imag + b.imag);
      case '-':
        return new PyComplex(a.real - b.real, a.imag - b.imag);
      case '*':
        return made(product(a, b));
      case '/':
        return made(quotient(a, b));
      case '**':
        return complexPower(a, b);
      default:
        return undefined;
    }
  }
  toText(): string {
    const short = (value: number): string => formatFloat(value).replace(/\.0$/, '');
    const sign = this.imag < 0 || Object.is(this.imag, -0) || Number.isNaN(this.imag) ? '' : '+';
    if (this.real === 0 && !Object.is(this.real, -0)) return `${short(this.imag)}j`;
    return `(${short(this.real)}${sign === '' && Number.isNaN(this.imag) ? '+' : sign}${short(this.imag)}j)`;
  }
}

function partsOf(value: TemplateValue): Parts | undefined {
  if (value instanceof PyComplex) return value;
  const number = numeric(value);
  return number === undefined ? undefined : { real: Number(number), imag: 0 };
}

function made({ real, imag }: Parts): PyComplex {
  return new PyComplex(real, imag);
}

function product(a: Parts, b: Parts): Parts {
  return { real: a.real * b.real - a.imag * b.imag, imag: a.real * b.imag + a.imag * b.real };
}

/** Smith's method, which does not overflow where the result does not. */
function quotient(a: Parts, b: Parts): Parts {
  if (b.real === 0 && b.imag === 0) throw new OperationFailure(templateCodes.divisionByZero, 'division by zero');
  if (Math.abs(b.real) >= Math.abs(b.imag)) {
    const ratio = b.imag / b.real;
    const divisor = b.real + b.imag * ratio;
    return { real: (a.real + a.imag * ratio) / divisor, imag: (a.imag - a.real * ratio) / divisor };
  }
  const ratio = b.real / b.imag;
  const divisor = b.real * ratio + b.imag;
  return { real: (a.real * ratio + a.imag) / divisor, imag: (a.imag * ratio - a.real) / divisor };
}

/** `a ** b` of complex numbers, in Python's way: by squares where the exponent is a small whole number, else by angle and size. */
export function complexPower(a: Parts, b: Parts): PyComplex {
  if (b.real === 0 && b.imag === 0) return new PyComplex(1, 0);
  if (a.real === 0 && a.imag === 0) {
    if (b.imag !== 0 || b.real < 0)
      throw new OperationFailure(templateCodes.divisionByZero, 'zero to a power that is negative or complex');
    return new PyComplex(0, 0);
  }
  if (b.imag === 0 && Number.isInteger(b.real) && Math.abs(b.real) <= 100) {
    const raised = wholePower(a, Math.abs(b.real));
    return made(b.real < 0 ? quotient({ real: 1, imag: 0 }, raised) : raised);
  }
  const size = Math.hypot(a.real, a.imag);
  const angle = Math.atan2(a.imag, a.real);
  let length = power(size, b.real);
  let phase = angle * b.real;
  if (b.imag !== 0) {
    length *= Math.exp(-angle * b.imag);
    phase += b.imag * Math.log(size);
  }
  return new PyComplex(length * Math.cos(phase), length * Math.sin(phase));
}

function wholePower(a: Parts, times: number): Parts {
  let result: Parts = { real: 1, imag: 0 };
  let square = a;
  for (let mask = 1; mask > 0 && times >= mask; mask *= 2) {
    if ((times & mask) !== 0) result = product(result, square);
    square = product(square, square);
  }
  return result;
}
