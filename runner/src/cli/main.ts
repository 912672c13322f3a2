import type { Redactor } from '../project/redact.js';
import { TSDBT_VERSION } from '../project/tsdbt-version.js';
import { type Effects, processEffects } from './effects.js';
import { OutputGuard } from './output-guard.js';
import { guardProcess } from './process-guards.js';

/**
 * The program.
 *
 * @param argv arguments after the program's name
 * @param effects replaces parts of the process's own, in specs
 * @returns the exit code: 0 all well; 1 a node or a test failed; 2 usage, configuration or internal error; 130 interrupted
 */
export async function main(argv: readonly string[], effects?: Partial<Effects>): Promise<number> {
  const world: Effects = { ...processEffects(), ...effects };
  const guard = new OutputGuard([world.stdout, world.stderr], world.env);
  const all: Effects = { ...world, hideSecretsOf: (env) => guard.learn(env) };
  // what a process writes after the command has ended is its own as well
  if (effects === undefined) guardProcess(all, (thrown) => report(thrown, argv, all, guard.redact));
  try {
    if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-v')) {
      all.stdout.write(`${TSDBT_VERSION}\n`);
      return 0;
    }
    if (argv[0] === '__complete') return (await import('./completion/complete.js')).complete(argv.slice(1), all);
    const { dispatch } = await import('./dispatch.js');
    return await dispatch(argv, all);
  } catch (thrown) {
    return await report(thrown, argv, all, guard.redact);
  } finally {
    if (effects !== undefined) guard.release();
  }
}

/** A command line that could not be read as a whole is looked through for the flag. */
function wantsJson(argv: readonly string[], { env }: Effects): boolean {
  const given = /(?:^| )--log-format[= ](\w+)(?: |$)/.exec(argv.join(' '))?.[1];
  return (given ?? env.DBT_LOG_FORMAT ?? env.DBT_ENGINE_LOG_FORMAT) === 'json';
}

async function report(thrown: unknown, argv: readonly string[], effects: Effects, redact: Redactor): Promise<number> {
  const { writeThrown } = await import('./thrown.js');
  const { tsdbtErrorsOf } = await import('../errors/tsdbt-error.js');
  const { dbtHeading, projectDirOf } = await import('./dbt-heading.js');
  const errors = tsdbtErrorsOf(thrown);
  const exitCode = writeThrown(thrown, effects, {
    json: wantsJson(argv, effects),
    color: argv.includes('--no-color') ? false : undefined,
    heading: dbtHeading(errors, argv, effects),
    redact,
  });
  const { githubReporter, isGitHub } = await import('./named-reporters.js');
  if (errors.length > 0 && (isGitHub(effects) || /--reporter[= ]github/.test(argv.join(' ')))) {
    const { projectFolder } = await import('./project-folder.js');
    const projectDir = projectFolder({ projectDir: projectDirOf(argv) }, effects);
    githubReporter(effects, { redact, projectDir }).ended(errors);
  }
  return exitCode;
}
