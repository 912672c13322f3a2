import { parse } from 'yaml';
import { ProjectError } from '../errors/tsdbt-error.js';
import { cliCodes } from './codes.js';

/** A reader of a flag's value that takes a mapping: YAML, of which JSON is a part. */
export function mapping(flag: string): (text: string) => Readonly<Record<string, unknown>> {
  return (text) => {
    if (text.trim() === '') return {};
    const hint = `e.g. ${flag} '{"name": "value"}' or ${flag} 'name: value'`;
    let value: unknown;
    try {
      value = parse(text);
    } catch (cause) {
      const reason = (cause as Error).message.split('\n')[0];
      throw new ProjectError(cliCodes.wrongFlagValue, `${flag} is neither YAML nor JSON: ${reason}`, { hint, cause });
    }
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
    throw new ProjectError(
      cliCodes.wrongFlagValue,
      `${flag} takes a mapping of names to values, not ${JSON.stringify(value)}`,
      { hint },
    );
  };
}
