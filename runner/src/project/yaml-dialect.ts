import type { DocumentOptions, ParseOptions, ScalarTag, SchemaOptions, Tags } from 'yaml';

/** A float without a fraction, `1.0`: as a number JavaScript cannot tell it from 1, which templates print otherwise. */
export class WholeFloat extends Number {
  override toString(): string {
    return this.valueOf().toFixed(1);
  }
}

/** The value with whole floats as plain numbers, for keys whose values no template sees. */
export function withPlainNumbers(value: unknown): unknown {
  if (value instanceof WholeFloat) return value.valueOf();
  if (Array.isArray(value)) return value.map(withPlainNumbers);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withPlainNumbers(item)]));
}

const words: ScalarTag = {
  identify: () => false,
  default: true,
  tag: 'tag:yaml.org,2002:bool',
  test: /^(?:yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF)$/,
  resolve: (text) => /^(?:yes|on)$/i.test(text),
};

const wholeFloats: ScalarTag = {
  identify: (value) => value instanceof WholeFloat,
  default: true,
  tag: 'tag:yaml.org,2002:float',
  test: /^[-+]?\d[\d_]*\.0*$/,
  resolve: (text) => new WholeFloat(Number(text.replaceAll('_', ''))),
};

/** `dbt`: YAML as PyYAML reads it (1.1), as far as dbt's projects depend on it; else YAML 1.2. */
export type YamlDialect = 'dbt' | undefined;

/** How the library is to read a dialect. */
export function optionsOf(dialect: YamlDialect): ParseOptions & DocumentOptions & SchemaOptions {
  return { merge: true, ...(dialect === 'dbt' ? dbtDialect : {}) };
}

const dbtDialect: ParseOptions & DocumentOptions & SchemaOptions = {
  uniqueKeys: false,
  customTags: (tags: Tags): Tags => [words, wholeFloats, ...tags],
};

/** The text of `|` or `>` at the end of a file that ends without a line break: PyYAML gives it none. */
export function cutBlock(value: unknown): unknown {
  return typeof value === 'string' ? value.replace(/\n$/, '') : value;
}
