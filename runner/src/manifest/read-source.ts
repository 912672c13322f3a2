import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { SourceText } from '../errors/source-text.js';
import { ProjectError, type TsdbtError } from '../errors/tsdbt-error.js';
import { projectCodes } from '../project/codes.js';
import type { FoundFile } from '../project/find-files.js';

export interface ReadFile {
  readonly source: SourceText;
  /** sha256 of the bytes, hexadecimal */
  readonly checksum: string;
}

/**
 * Reads a UTF-8 text file; a file that is none is an error.
 *
 * @param prefix folder of the package that the file belongs to, for the places of errors
 */
export function readSource(file: FoundFile, errors: TsdbtError[], prefix = ''): ReadFile | undefined {
  let text: string;
  try {
    text = readFileSync(file.absolutePath, 'utf8');
  } catch (cause) {
    errors.push(new ProjectError(projectCodes.unreadableFile, `${file.path} cannot be read`, { cause }));
    return undefined;
  }
  const source = new SourceText(prefix + file.path, text.startsWith('\uFEFF') ? text.slice(1) : text);
  const bad = text.indexOf('\uFFFD');
  if (bad !== -1 && !Buffer.from(text, 'utf8').equals(readFileSync(file.absolutePath))) {
    errors.push(
      new ProjectError(projectCodes.unreadableFile, `${file.path} is not UTF-8`, {
        place: source.place(bad),
        hint: 'save the file as UTF-8',
      }),
    );
    return undefined;
  }
  return { source, checksum: hash('sha256', text, 'hex') };
}
