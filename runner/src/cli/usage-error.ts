import type { Command, CommanderError } from 'commander';
import { didYouMean } from '../errors/suggest.js';
import { ProjectError } from '../errors/tsdbt-error.js';
import { cliCodes } from './codes.js';

/** What commander says about a command line, as an error of ours; undefined when it only printed help or the version. */
export function usageError(
  error: CommanderError,
  program: Command,
  name: string | undefined,
): ProjectError | undefined {
  const command = program.commands.find((one) => one.name() === name || one.aliases().includes(name ?? '')) ?? program;
  const of = command === program ? 'tsdbt' : `tsdbt ${command.name()}`;
  const help = `"${of} --help" lists what it takes`;
  const subject = /'([^']+)'/.exec(error.message)?.[1] ?? '';
  switch (error.code) {
    case 'commander.help':
    case 'commander.helpDisplayed':
    case 'commander.version':
      return undefined;
    case 'commander.unknownOption': {
      const flag = subject.split('=')[0]!;
      const known = [...command.options, ...program.options].flatMap((option) =>
        [option.long, option.short].filter((text): text is string => text !== undefined && text !== null),
      );
      const hint =
        didYouMean(flag, flag.startsWith('--') ? known.filter((one) => one.startsWith('--')) : known) ?? help;
      return new ProjectError(cliCodes.unknownFlag, `${of} has no flag ${flag}`, { hint });
    }
    case 'commander.optionMissingArgument':
      return new ProjectError(cliCodes.missingValue, `${subject} was given no value`, { hint: help });
    case 'commander.missingArgument':
      return new ProjectError(cliCodes.missingValue, `${of} needs a ${subject}`, { hint: `${of} <${subject}>` });
    case 'commander.excessArguments': {
      const hint = command.options.some((option) => option.long === '--select')
        ? `to name nodes: ${of} --select ${command.args.join(' ')}`
        : help;
      const given = command.args.map((one) => `"${one}"`).join(', ');
      return new ProjectError(cliCodes.excessArguments, `${of} does not take ${given}`, { hint });
    }
    default:
      return new ProjectError(cliCodes.wrongFlagValue, error.message.replace(/^error: /, ''), { hint: help });
  }
}

/** An error for a command that nobody defines. */
export function unknownCommand(name: string, known: readonly string[]): ProjectError {
  return new ProjectError(cliCodes.unknownCommand, `no command "${name}"`, {
    hint: didYouMean(name, known) ?? `commands: ${known.join(', ')}`,
  });
}
