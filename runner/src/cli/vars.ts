import { mapping } from './mapping.js';

/** The mapping of `--vars`: YAML, of which JSON is a part. */
export function readVars(text: string | undefined): Readonly<Record<string, unknown>> {
  return text === undefined ? {} : mapping('--vars')(text);
}
