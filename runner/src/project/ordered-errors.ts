import { type TsdbtError, TsdbtErrors } from '../errors/tsdbt-error.js';
import { projectCodes } from './codes.js';

/** Errors of one step as one: by file and place, each once (a macro's error comes up in all that call it). */
export function orderedErrors(errors: readonly TsdbtError[], warnings: readonly TsdbtError[] = []): TsdbtErrors {
  const seen = new Set<string>();
  const unrendered = new Set(errors.filter((e) => e.code === projectCodes.templatedValue).map(spot));
  const unique = errors.filter((error) => {
    // what could not be evaluated is of the wrong type only because of that
    if (error.code === projectCodes.wrongValue && unrendered.has(spot(error))) return false;
    const key = `${error.code} ${spot(error)} ${error.message}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
  unique.sort((a, b) => compare(fileOf(a), fileOf(b)) || startOf(a) - startOf(b));
  return new TsdbtErrors(unique, warnings);
}

function spot(error: TsdbtError): string {
  return `${fileOf(error)} ${error.place?.start}`;
}

function fileOf(error: TsdbtError): string {
  return error.place?.source.path ?? '';
}

function startOf(error: TsdbtError): number {
  return error.place?.start ?? 0;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
