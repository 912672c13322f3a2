import type { Option } from 'commander';
import type { CompletionNames } from '../../artifacts/completion-names.js';
import { choicesOf } from '../flag-values.js';

/** What can stand at the end of a command line. */
export interface Candidate {
  readonly value: string;
  readonly about?: string | undefined;
}

/** What the shell completes better itself. */
export type Paths = 'folders' | 'files';

export interface CompletableCommand {
  readonly name: string;
  readonly summary: string;
  readonly argument?: { readonly choices?: readonly string[] | undefined } | undefined;
  readonly options: () => readonly Option[];
}

export interface Grammar {
  readonly commands: readonly CompletableCommand[];
  readonly global: readonly Option[];
}

const SELECTORS = new Set(['--select', '--models', '--exclude']);

/**
 * What the last of some words can become: commands, flags, values of flags, selectors.
 *
 * @param words after the program's name; the last is the one that is being written, and may be empty
 */
export function candidates(
  words: readonly string[],
  grammar: Grammar,
  names: () => CompletionNames,
): readonly Candidate[] | Paths {
  const current = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const at = commandIndex(before, grammar.global);
  const command = grammar.commands.find(({ name }) => name === before[at]);
  const options = [...(command?.options() ?? []), ...grammar.global];
  const open = openOption(before, options);
  const [flag, written] = /^(--[\w-]+)=(.*)$/.exec(current)?.slice(1) ?? [];
  if (flag !== undefined) {
    const option = options.find(({ long }) => long === flag);
    const found = option === undefined ? [] : valuesOf(option, written!, names);
    return typeof found === 'string' ? found : found.map((one) => ({ ...one, value: `${flag}=${one.value}` }));
  }
  if (current.startsWith('-'))
    return starting(
      current,
      options.filter(({ hidden }) => !hidden).map(({ long, description }) => ({ value: long!, about: description })),
    );
  if (open !== undefined) return valuesOf(open, current, names);
  if (at === before.length) {
    const own = Object.entries(names().commands).map(([value, about]) => ({ value, about }));
    const built = grammar.commands.map(({ name, summary }) => ({ value: name, about: summary }));
    return starting(current, [...built, ...own, { value: 'help', about: 'print the help of a command' }]);
  }
  if (before[at] === 'help')
    return starting(
      current,
      grammar.commands.map(({ name }) => ({ value: name })),
    );
  if (command?.name === 'run-operation')
    return starting(
      current,
      names().macros.map((value) => ({ value })),
    );
  const isFirst = before.slice(at + 1).every((word) => word.startsWith('-'));
  const choices = command?.argument?.choices ?? [];
  return isFirst
    ? starting(
        current,
        choices.map((value) => ({ value })),
      )
    : [];
}

function starting(current: string, all: readonly Candidate[]): Candidate[] {
  return all.filter(({ value }) => value.startsWith(current));
}

/** Where the command's name stands, or would stand. */
function commandIndex(words: readonly string[], options: readonly Option[]): number {
  for (let i = 0; i < words.length; i++) {
    if (!words[i]!.startsWith('-')) return i;
    if (find(words[i]!, options)?.required === true) i += 1;
  }
  return words.length;
}

function find(word: string, options: readonly Option[]): Option | undefined {
  return options.find(({ long, short }) => long === word || short === word);
}

/** The flag whose value comes next, by what was written before. */
function openOption(before: readonly string[], options: readonly Option[]): Option | undefined {
  const last = before.findLastIndex((word) => word.startsWith('-'));
  const option = last === -1 ? undefined : find(before[last]!, options);
  if (option === undefined || !(option.required || option.optional)) return undefined;
  return last === before.length - 1 || option.variadic ? option : undefined;
}

function valuesOf(option: Option, current: string, names: () => CompletionNames): readonly Candidate[] | Paths {
  const { long } = option;
  if (SELECTORS.has(long!)) return selectorsFor(current, names());
  if (long === '--selector')
    return starting(
      current,
      names().selectors.map((value) => ({ value })),
    );
  if (long === '--target')
    return starting(
      current,
      names().targets.map((value) => ({ value })),
    );
  const choices = choicesOf(option.parseArg);
  if (choices !== undefined)
    return starting(
      current,
      choices.map((value) => ({ value })),
    );
  if (/<folder>/.test(option.flags)) return 'folders';
  return /<(?:file|path)>/.test(option.flags) ? 'files' : [];
}

/** Names and methods, after graph operators and the parts of an intersection that are there already. */
function selectorsFor(current: string, { methods }: CompletionNames): Candidate[] {
  const head = /^(?:.*[ ,])?(?:@|\d*\+)?/.exec(current)![0];
  const written = current.slice(head.length);
  const colon = written.indexOf(':');
  const withHead = (values: readonly string[]): Candidate[] =>
    values.filter((value) => value.startsWith(written)).map((value) => ({ value: head + value }));
  if (colon !== -1) {
    const method = written.slice(0, colon);
    return withHead((methods[method] ?? []).map((value) => `${method}:${value}`));
  }
  const others = Object.entries(methods)
    .filter(([name, values]) => name !== 'fqn' && values.length > 0)
    .map(([name]) => `${name}:`);
  return withHead([...(methods.fqn ?? []), ...others]);
}
