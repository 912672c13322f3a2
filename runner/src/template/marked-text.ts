import { valueFailure } from './failure.js';
import { Rendered, reprString } from './values.js';

/**
 * What `as_bool` and `as_number` give of a text that is neither: text like any other within an expression
 * (`target.type == 'duckdb' | as_bool`), and an error as the value of a whole one.
 */
export class MarkedText extends Rendered {
  constructor(
    text: string,
    readonly wanted: 'bool' | 'number',
  ) {
    super(text, []);
  }
  override toHost(): unknown {
    throw valueFailure(`${reprString(this.text)} is no ${this.wanted}`);
  }
}
