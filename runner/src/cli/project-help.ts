import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFileIn } from '../project/project-file.js';
import type { Effects } from './effects.js';
import type { GlobalOptions } from './flags.js';
import { projectFolder } from './project-folder.js';

/** The part of `tsdbt --help` that names the commands of the project at hand; empty where it has none or cannot be read. */
export async function projectHelp(options: GlobalOptions, effects: Effects): Promise<string> {
  const folder = projectFolder(options, effects);
  const file = projectFileIn(folder);
  const text = file === undefined ? undefined : readIfThere(join(folder, file));
  if (text === undefined || !/^commands:/m.test(text)) return '';
  const { parse } = await import('yaml');
  let commands: unknown;
  try {
    commands = (parse(text) as { commands?: unknown } | null)?.commands;
  } catch {
    // "tsdbt parse" says what is wrong with the file; help is for everybody
    return '';
  }
  const entries = Object.entries(typeof commands === 'object' && commands !== null ? commands : {});
  const lines = entries.map(([name, command]) => {
    const { description } = (command ?? {}) as { description?: unknown };
    return `  ${name.padEnd(23)}  ${typeof description === 'string' ? description : ''}`.trimEnd();
  });
  return lines.length === 0 ? '' : `\nCommands of this project:\n${lines.join('\n')}`;
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
