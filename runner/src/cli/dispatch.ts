import { CommanderError } from 'commander';
import { ownName } from './dbt-flags.js';
import type { Effects } from './effects.js';
import { commandDefinitions, createProgram, type ParsedCommand } from './program.js';
import { usageError } from './usage-error.js';

/**
 * Reads a command line and runs the command that it names.
 *
 * @throws ProjectError TSD19xx for a mistake in it; whatever the command throws
 */
export async function dispatch(given: readonly string[], effects: Effects): Promise<number> {
  const argv = given.map(ownName);
  let parsed: ParsedCommand | undefined;
  const program = createProgram(effects, (command) => {
    parsed = command;
  });
  const at = commandIndex(argv, [...program.options, ...program.commands.flatMap((command) => command.options)]);
  const name = at === undefined ? undefined : argv[at]!;
  const known = ['help', ...commandDefinitions.flatMap((one) => [one.name, ...(one.alias ? [one.alias] : [])])];
  if (at !== undefined && !known.includes(name!)) {
    const { runProjectCommand } = await import('./commands/project-command.js');
    program.parseOptions(argv.slice(0, at));
    return runProjectCommand(name!, argv.slice(at + 1), known, program.opts(), effects);
  }
  try {
    if (name === undefined || name === 'help') {
      program.parseOptions([...argv]);
      const { projectHelp } = await import('./project-help.js');
      program.addHelpText('after', await projectHelp(program.opts(), effects));
    }
    if (argv.length === 0) program.outputHelp();
    else program.parse(commandFirst(argv, at), { from: 'user' });
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown;
    const error = usageError(thrown, program, name);
    if (error !== undefined) throw error;
  }
  if (parsed === undefined) return 0;
  const { definition, options, known: taken, argument } = parsed;
  const { withDefaults } = await import('./option-defaults.js');
  return definition.run(withDefaults(options, taken, effects), effects, argument);
}

/** dbt takes flags of a command before its name, too. */
function commandFirst(argv: readonly string[], at: number | undefined): readonly string[] {
  return at === undefined ? argv : [argv[at]!, ...argv.slice(0, at), ...argv.slice(at + 1)];
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
