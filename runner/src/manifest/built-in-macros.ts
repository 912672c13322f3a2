import { readFileSync } from 'node:fs';
import path from 'node:path';
import { SourceText } from '../errors/source-text.js';
import { findFiles } from '../project/find-files.js';
import { PACKAGE_FOLDER } from '../project/package-folder.js';
import { internalPackage, type MacroLibrary, type UnparsedMacro } from '../template/macros.js';
import { parseTemplate, type TemplateProgram } from '../template/parse.js';

/** Absolute path of the macros that come with the engine. */
const builtInFolder = path.join(PACKAGE_FOLDER, 'macros');

interface BuiltInFile {
  readonly macros: readonly UnparsedMacro[];
  readonly load: () => TemplateProgram;
}

/** The engine's macros do not change while the process runs. */
let files: readonly BuiltInFile[] | undefined;

/** Opening tags of the engine's own files, where each stands at the start of a line. */
const opening = /^\{%-?\s*(macro|test|materialization)\s+(\w+)(?:\s*,\s*(?:adapter\s*=\s*['"](\w+)['"]|default))?/gm;

function readFile(file: string, absolutePath: string): BuiltInFile {
  const text = readFileSync(absolutePath, 'utf8');
  const source = new SourceText(`tsdbt:${file}`, text);
  const macros = [...text.matchAll(opening)].map((match): UnparsedMacro => {
    const [, kind, name, adapter] = match;
    const closing = new RegExp(`\\{%[-+]?\\s*end${kind}\\b.*?%\\}`, 'g');
    closing.lastIndex = match.index;
    closing.exec(text);
    return {
      name:
        kind === 'test' ? `test_${name}` : kind === 'macro' ? name! : `materialization_${name}_${adapter ?? 'default'}`,
      place: source.place(match.index, closing.lastIndex),
    };
  });
  let program: TemplateProgram | undefined;
  return {
    macros,
    load: () => {
      program ??= parseTemplate(source);
      return program;
    },
  };
}

/** Adds the engine's own macros. A file is parsed when one of its macros is first used: most projects use few. */
export function addBuiltInMacros(library: MacroLibrary): void {
  files ??= findFiles(path.dirname(builtInFolder), [path.basename(builtInFolder)])
    .filter((file) => file.extension === '.sql')
    .map((file) => readFile(file.path, file.absolutePath));
  for (const { macros, load } of files) library.addLazily(internalPackage, macros, load);
}
