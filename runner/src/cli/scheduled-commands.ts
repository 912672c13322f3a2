import { resolve } from 'node:path';
import { CommanderError } from 'commander';
import { ProjectError } from '../errors/tsdbt-error.js';
import type { Project } from '../project/project.js';
import { scheduleCodes } from '../schedule/codes.js';
import type { Effects } from './effects.js';
import type { GlobalOptions } from './flags.js';
import { commandDefinitions, createProgram } from './program.js';
import { splitWords } from './split-words.js';
import { unknownCommand, usageError } from './usage-error.js';

/**
 * The words of commands to schedule. A mistake in one is found now, not when it is due in the middle of the night.
 *
 * @throws ProjectError TSD1988 for what cannot be scheduled, TSD19xx for a command line that tsdbt would not take
 */
export function scheduledCommands(commands: readonly string[], project: Project, effects: Effects): string[][] {
  return commands.map((text) => {
    const words = splitWords(text);
    const hint = 'the name of a command and its flags, e.g. --run "build --select +gold"';
    const refuse = (why: string): ProjectError =>
      new ProjectError(scheduleCodes.command, `--run "${text}" cannot be scheduled: ${why}`, { hint });
    if (words === undefined) throw refuse('a quote has no end');
    const name = words[0];
    if (name === undefined) throw refuse('it is empty');
    if (name.startsWith('-')) throw refuse('the command comes first, then its flags');
    if (name === 'schedule') throw refuse('it is the scheduler itself');
    if (project.commands.has(name)) return words;
    const known = commandDefinitions.flatMap((one) => [one.name, ...(one.alias ? [one.alias] : [])]);
    if (!known.includes(name)) throw unknownCommand(name, [...known, ...project.commands.keys()]);
    const program = createProgram(effects, () => {});
    try {
      program.parse(words, { from: 'user' });
    } catch (thrown) {
      if (!(thrown instanceof CommanderError)) throw thrown;
      throw usageError(thrown, program, name) ?? refuse('it only prints help');
    }
    return words;
  });
}

/** The flags of this command line that its children are given too. */
export function passedOn(options: GlobalOptions, project: Project, effects: Effects): string[] {
  const { profilesDir, target, vars, logFormat, logLevel } = options;
  const valued = {
    '--project-dir': project.projectDir,
    '--profiles-dir': profilesDir === undefined ? undefined : resolve(effects.cwd, profilesDir),
    '--target': target,
    '--vars': vars,
    '--log-format': logFormat,
    '--log-level': logLevel,
  };
  const switches = {
    '--quiet': options.quiet,
    '--debug': options.debug,
    '--no-color': options.color === false,
    '--warn-error': options.warnError,
  };
  return [
    ...Object.entries(valued).flatMap(([flag, value]) => (value === undefined ? [] : [flag, value])),
    ...Object.entries(switches).flatMap(([flag, on]) => (on ? [flag] : [])),
  ];
}
