import { parse } from 'yaml';
import { ProjectError } from '../errors/tsdbt-error.js';
import { cliCodes } from './codes.js';

/** The mapping of `--vars`: YAML, of which JSON is a part. */
export function readVars(text: string | undefined): Readonly<Record<string, unknown>> {
  if (text === undefined || text.trim() === '') return {};
  const hint = `e.g. --vars '{"name": "value"}' or --vars 'name: value'`;
  let value: unknown;
  try {
    value = parse(text);
  } catch (cause) {
    const reason = (cause as Error).message.split('\n')[0];
    throw new ProjectError(cliCodes.wrongFlagValue, `--vars is neither YAML nor JSON: ${reason}`, { hint, cause });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new ProjectError(
    cliCodes.wrongFlagValue,
    `--vars takes a mapping of names to values, not ${JSON.stringify(value)}`,
    {
      hint,
    },
  );
}
