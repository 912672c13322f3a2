import { CommanderError } from 'commander';
import { formatThrown } from '../errors/format-error.js';
import { tsdbtErrorsOf } from '../errors/tsdbt-error.js';
import { type Effects, processEffects } from './effects.js';
import { commandDefinitions, createProgram, type ParsedCommand } from './program.js';
import { errorStyle } from './style.js';
import { usageError } from './usage-error.js';

/**
 * The program.
 *
 * @param argv arguments after the program's name
 * @param effects replaces parts of the process's own, in specs
 * @returns the exit code: 0 all well; 1 a node or a test failed; 2 usage, configuration or internal error; 130 interrupted
 */
export async function main(argv: readonly string[], effects: Partial<Effects> = {}): Promise<number> {
  const all: Effects = { ...processEffects(), ...effects };
  try {
    return await dispatch(argv, all);
  } catch (thrown) {
    return report(thrown, argv, all);
  }
}

async function dispatch(argv: readonly string[], effects: Effects): Promise<number> {
  let parsed: ParsedCommand | undefined;
  const program = createProgram(effects, (command) => {
    parsed = command;
  });
  const at = commandIndex(argv, program.options);
  const name = at === undefined ? undefined : argv[at]!;
  const known = ['help', ...commandDefinitions.flatMap((one) => [one.name, ...(one.alias ? [one.alias] : [])])];
  if (at !== undefined && !known.includes(name!)) {
    const { runProjectCommand } = await import('./commands/project-command.js');
    program.parseOptions(argv.slice(0, at));
    return runProjectCommand(name!, argv.slice(at + 1), known, program.opts(), effects);
  }
  try {
    if (argv.length === 0) program.outputHelp();
    else program.parse(argv, { from: 'user' });
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown;
    const error = usageError(thrown, program, name);
    if (error !== undefined) throw error;
  }
  return parsed === undefined ? 0 : parsed.definition.run(parsed.options, effects, parsed.argument);
}

/** Where the command's name stands: the first argument that is no flag and no flag's value. */
function commandIndex(
  argv: readonly string[],
  options: readonly { long?: string; short?: string; required: boolean }[],
): number | undefined {
  for (let i = 0; i < argv.length; i++) {
    const argument = argv[i]!;
    if (!argument.startsWith('-')) return i;
    const option = options.find((one) => one.long === argument || one.short === argument);
    if (option?.required) i++;
  }
  return undefined;
}

async function report(thrown: unknown, argv: readonly string[], effects: Effects): Promise<number> {
  const { stderr, env } = effects;
  const { text, exitCode } = formatThrown(
    thrown,
    errorStyle(stderr, env, argv.includes('--no-color') ? false : undefined),
  );
  const { redactorFor } = await import('../report/redact.js');
  const redact = redactorFor(env);
  const errors = tsdbtErrorsOf(thrown);
  const json = /(?:^| )--log-format[= ]json(?: |$)/.test(argv.join(' '));
  if (json && errors.length > 0) {
    const { eventJson } = await import('../report/event-json.js');
    for (const error of errors) stderr.write(`${eventJson({ event: 'error', error, at: effects.now() }, redact)}\n`);
  } else stderr.write(`${redact(text)}\n`);
  return exitCode;
}
