import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { ProjectError } from '../errors/tsdbt-error.js';
import type { LogLevel, Reporter } from '../events/events.js';
import type { Redactor } from '../project/redact.js';
import { GitHubReporter } from '../report/github.js';
import { JsonReporter } from '../report/json.js';
import { JUnitReporter } from '../report/junit.js';
import { cliCodes } from './codes.js';
import type { Effects } from './effects.js';
import type { NamedReporter } from './reporter-flag.js';

export interface ReporterSettings {
  readonly level: LogLevel;
  readonly redact: Redactor;
  /** absolute folder of the project */
  readonly projectDir: string;
}

/**
 * The reporters that are named, and that of GitHub Actions where it is the one that runs the program.
 *
 * @throws {ProjectError} TSD1904 for a file that cannot be written
 */
export function namedReporters(
  named: readonly NamedReporter[],
  effects: Effects,
  settings: ReporterSettings,
): Reporter[] {
  const github = named.find(({ name }) => name === 'github');
  const others = named.filter((one) => one !== github).map((one) => reporterOf(one, effects, settings));
  return github === undefined && !isGitHub(effects) ? others : [...others, githubReporter(effects, settings, github)];
}

export function isGitHub({ env }: Pick<Effects, 'env'>): boolean {
  return env.GITHUB_ACTIONS === 'true';
}

/** Annotations on standard error; the summary goes into the file that is named, or that of the step. */
export function githubReporter(
  { stderr, env, cwd }: Effects,
  { redact, projectDir }: Pick<ReporterSettings, 'redact' | 'projectDir'>,
  named?: NamedReporter,
): GitHubReporter {
  const summary = named?.file ?? env.GITHUB_STEP_SUMMARY;
  const pathOf = (path: string): string => {
    const inside = relative(env.GITHUB_WORKSPACE || cwd, resolve(projectDir, path));
    return inside.startsWith('..') ? path : inside.split(sep).join('/');
  };
  const summaryFile = summary === undefined || summary === '' ? undefined : resolve(cwd, summary);
  if (summaryFile !== undefined) closeSync(open(summaryFile, 'a', 'github'));
  return new GitHubReporter(stderr, { redact, pathOf, summaryFile });
}

function reporterOf({ name, file }: NamedReporter, effects: Effects, settings: ReporterSettings): Reporter {
  const { level, redact, projectDir } = settings;
  const path = file === undefined ? undefined : resolve(effects.cwd, file);
  if (name === 'junit') {
    const written = path ?? join(projectDir, 'target', 'junit.xml');
    closeSync(open(written, 'w', name));
    return new JUnitReporter({ file: written, redact });
  }
  if (path === undefined) return new JsonReporter(effects.stderr, { level, redact });
  const descriptor = open(path, 'w', name);
  const reporter = new JsonReporter({ write: (text) => writeSync(descriptor, text) >= 0 }, { level, redact });
  return { handle: (event) => reporter.handle(event), close: async () => closeSync(descriptor) };
}

/** Told before anything runs: a report that cannot be written at the end is of no use. */
function open(file: string, flags: 'a' | 'w', name: string): number {
  try {
    mkdirSync(dirname(file), { recursive: true });
    return openSync(file, flags);
  } catch (cause) {
    throw new ProjectError(cliCodes.wrongFlagValue, `the file of --reporter ${name} cannot be written: ${file}`, {
      hint: (cause as Error).message,
      cause,
    });
  }
}
