import { join } from 'node:path';
import { ProjectError, tsdbtErrorsOf } from '../../errors/tsdbt-error.js';
import type { LogLevel } from '../../events/events.js';
import type { ModelLogger } from '../../project/define-model.js';
import type { Project, ProjectCommand } from '../../project/project.js';
import { projectFileIn } from '../../project/project-file.js';
import { cliCodes } from '../codes.js';
import type { Effects } from '../effects.js';
import type { GlobalOptions } from '../flags.js';
import { interruptible } from '../interrupt.js';
import { openProjectFor } from '../open-project.js';
import { projectFolder } from '../project-folder.js';
import { withReporters } from '../reporters.js';
import { unknownCommand } from '../usage-error.js';

/** What a command that a project declares is given beside its arguments. */
export interface CommandContext {
  /** absolute path of the project's folder */
  readonly projectDir: string;
  /** the environment, with the project's `.env` below it */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** a variable of project.yml or `--vars` */
  var<T = unknown>(name: string, fallback?: T): T;
  /** standard output: data */
  readonly stdout: { write(text: string): void };
  readonly log: ModelLogger;
  /** aborted at Ctrl-C */
  readonly signal: AbortSignal;
}

/** The default export of a command's module. A number that it returns is the exit code; anything else means 0. */
export type CommandFunction = (args: readonly string[], context: CommandContext) => Promise<unknown> | unknown;

/**
 * Runs a command of the project (`commands:` of project.yml).
 *
 * @param args what stands after the command's name, as it is
 * @param builtIn names of tsdbt's own commands, for the suggestion
 * @throws ProjectError TSD1902 when there is no such command, TSD1912 when its module cannot be used, TSD1919 when it throws
 */
export async function runProjectCommand(
  name: string,
  args: readonly string[],
  builtIn: readonly string[],
  options: GlobalOptions,
  effects: Effects,
): Promise<number> {
  if (projectFileIn(projectFolder(options, effects)) === undefined) throw unknownCommand(name, builtIn);
  const project = await openProjectFor(options, effects);
  const command = project.commands.get(name);
  if (command === undefined) throw unknownCommand(name, [...builtIn, ...project.commands.keys()]);
  const run = await loadCommand(project, command);
  return withReporters(options, effects, project, (bus) => {
    const log = (level: LogLevel) => (message: string) => bus.emit({ event: 'log', level, message });
    const call = async (signal: AbortSignal): Promise<number> => {
      const context: CommandContext = {
        projectDir: project.projectDir,
        env: project.env,
        var: <T>(variable: string, fallback?: T): T =>
          (project.vars.has(variable) ? project.vars.get(variable) : fallback) as T,
        stdout: { write: (text) => void effects.stdout.write(text) },
        log: { debug: log('debug'), info: log('info'), warn: log('warn') },
        signal,
      };
      const code = await callCommand(command, run, args, context);
      return typeof code === 'number' ? code : signal.aborted ? 130 : 0;
    };
    return interruptible(effects, call, log('info'));
  });
}

/** What a command throws is the project's, not a defect of this program: its message is shown, and its `hint` where it has one. */
async function callCommand(
  command: ProjectCommand,
  run: CommandFunction,
  args: readonly string[],
  context: CommandContext,
): Promise<unknown> {
  try {
    return await run(args, context);
  } catch (thrown) {
    if (context.signal.aborted || tsdbtErrorsOf(thrown).length > 0 || !(thrown instanceof Error)) throw thrown;
    const hint = 'hint' in thrown && typeof thrown.hint === 'string' ? thrown.hint : undefined;
    throw new ProjectError(cliCodes.commandFailed, `${command.name}: ${thrown.message}`, {
      hint,
      // an error that says what to do was foreseen; of any other, the stack tells where it comes from
      detail: hint === undefined ? thrown.stack?.split('\n').slice(1).join('\n') : undefined,
      cause: thrown,
    });
  }
}

async function loadCommand(project: Project, command: ProjectCommand): Promise<CommandFunction> {
  const { createModuleLoader } = await import('../../manifest/load-typescript.js');
  let exported: unknown;
  try {
    const load = await createModuleLoader(project.projectDir, join(project.targetPath, 'cache', 'modules'));
    exported = await load(command.module);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ProjectError(cliCodes.commandModule, `the module of the command "${command.name}" cannot be loaded`, {
      place: command.place,
      detail: reason,
      cause,
    });
  }
  if (typeof exported === 'function') return exported as CommandFunction;
  throw new ProjectError(cliCodes.commandModule, `the module of the command "${command.name}" exports no function`, {
    place: command.place,
    hint: 'export default async function (args, context) { … }',
  });
}
