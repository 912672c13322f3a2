import type { Effects } from '../effects.js';
import { flags } from '../flags.js';
import { commandDefinitions } from '../program.js';
import { projectFolder } from '../project-folder.js';
import { splitWords } from '../split-words.js';
import { candidates } from './candidates.js';
import { completionNames } from './names.js';

/**
 * The program's part of completion: prints what the end of a command line can become, a candidate per line with what it means after a tab; or
 * `:folders` or `:files`, which the shell knows better. Errors are nobody's business while a line is being written.
 *
 * @param shell `bash` gets only what follows the last colon, where its words end at colons
 * @param line the command line up to the cursor
 */
export function complete([shell = '', line = '']: readonly string[], effects: Effects): number {
  try {
    const words = wordsOf(line);
    const projectDir = projectFolder(projectDirIn(words), effects);
    const grammar = { commands: commandDefinitions, global: flags.global() };
    const found = candidates(words, grammar, () => completionNames(projectDir));
    if (typeof found === 'string') effects.stdout.write(`:${found}\n`);
    else {
      const current = words.at(-1) ?? '';
      const cut = shell === 'bash' ? Math.max(current.lastIndexOf(':'), current.lastIndexOf('=')) + 1 : 0;
      const lines = found.map(({ value, about = '' }) =>
        `${value.slice(cut)}\t${about.replaceAll(/\s+/g, ' ')}`.trimEnd(),
      );
      if (lines.length > 0) effects.stdout.write(`${lines.join('\n')}\n`);
    }
  } catch {
    // nothing to offer
  }
  return 0;
}

/** The words after the program's name; a line that ends in a blank has an empty one at its end. */
function wordsOf(line: string): string[] {
  // a quote that is open holds the word that is being written
  const words = splitWords(line) ?? splitWords(`${line}"`) ?? splitWords(`${line}'`) ?? [];
  const isOpen = /\s$/.test(line) && splitWords(line) !== undefined;
  return [...words.slice(1), ...(isOpen || words.length === 1 ? [''] : [])];
}

function projectDirIn(words: readonly string[]): { projectDir?: string } {
  const at = words.indexOf('--project-dir');
  const given = at === -1 ? undefined : words[at + 1];
  return given === undefined ? {} : { projectDir: given };
}
