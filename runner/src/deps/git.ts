import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, realpathSync, rmSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import type { SourcePlace } from '../errors/source-text.js';
import { CancelledError, ProjectError } from '../errors/tsdbt-error.js';
import { depsCodes } from './codes.js';
import { withoutCredentials } from './credentials.js';

export interface CloneOptions {
  readonly address: string;
  /** tag, branch or commit; undefined for what the repository's HEAD names */
  readonly revision: string | undefined;
  readonly subdirectory: string | undefined;
  /** a folder that is not there yet */
  readonly into: string;
  /** the project's, which relative addresses start from */
  readonly projectDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly place: SourcePlace | undefined;
}

/** A repository at one commit, without its history. */
export interface Clone {
  /** the package's: that of `subdirectory`, or the whole */
  readonly folder: string;
  readonly commit: string;
}

/**
 * Fetches one commit of a repository with the user's own git, so that its credentials and settings count. Only that commit is asked for;
 * where the server gives none by its name (an abbreviated commit, an old server), all branches and tags are.
 *
 * @throws ProjectError TSD1973 with what git says
 */
export async function clone(options: CloneOptions): Promise<Clone> {
  const { into, revision, projectDir, place } = options;
  const nearby = resolve(projectDir, options.address);
  const address = existsSync(nearby) ? nearby : options.address;
  for (const word of [address, revision ?? ''])
    if (word.startsWith('-')) throw refused(options, `"${word}" is no address and no revision`);
  const run = (...words: string[]): Promise<string> => git(['-C', into, ...words], options);
  mkdirSync(into, { recursive: true });
  await run('init', '-q');
  await run('remote', 'add', 'origin', address);
  try {
    await run('fetch', '-q', '--no-tags', '--depth', '1', 'origin', revision ?? 'HEAD');
    await run('checkout', '-q', 'FETCH_HEAD');
  } catch (thrown) {
    if (revision === undefined || !/^[0-9a-f]{4,40}$/i.test(revision) || !(thrown instanceof ProjectError))
      throw thrown;
    await run('fetch', '-q', '--tags', 'origin', '+refs/heads/*:refs/remotes/origin/*');
    await run('checkout', '-q', revision);
  }
  const commit = (await run('rev-parse', 'HEAD')).trim();
  rmSync(join(into, '.git'), { recursive: true, force: true });
  const folder = options.subdirectory === undefined ? into : join(into, options.subdirectory);
  if (!existsSync(folder) || !`${realpathSync(folder)}${sep}`.startsWith(`${realpathSync(into)}${sep}`))
    throw new ProjectError(
      depsCodes.noProject,
      `${withoutCredentials(options.address)} has no folder "${options.subdirectory}"`,
      { place },
    );
  return { folder, commit };
}

function git(words: readonly string[], options: CloneOptions): Promise<string> {
  const { env, signal, place, projectDir } = options;
  return new Promise((done, failed) => {
    const child = spawn('git', ['-c', 'core.autocrlf=false', '-c', 'advice.detachedHead=false', ...words], {
      cwd: projectDir,
      // no question that nobody sees, and words that can be looked up
      env: { ...env, GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'pipe'],
      signal,
    });
    let output = '';
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    child.on('error', (cause: NodeJS.ErrnoException) => {
      if (signal.aborted) failed(new CancelledError());
      else if (cause.code === 'ENOENT')
        failed(
          new ProjectError(depsCodes.git, 'git is not installed, or not on the PATH', {
            place,
            hint: 'install git: packages with git: are fetched by it',
          }),
        );
      else failed(cause);
    });
    child.on('close', (code) => (code === 0 ? done(output) : failed(refused(options, reasonOf(said)))));
  });
}

function refused(options: CloneOptions, reason: string): ProjectError {
  const at = options.revision === undefined ? '' : ` at ${options.revision}`;
  return new ProjectError(
    depsCodes.git,
    `git cannot fetch ${withoutCredentials(options.address)}${at}: ${withoutCredentials(reason)}`,
    {
      place: options.place,
      hint: 'try "git ls-remote" with that address: it shows what there is, and asks for no more',
    },
  );
}

/** The line that says what is wrong: the last `fatal:`, else the last of all. */
function reasonOf(said: string): string {
  const lines = said.trim().split('\n');
  const fatal = lines.find((line) => line.startsWith('fatal: '));
  return (fatal ?? lines.at(-1) ?? '').replace(/^fatal: /, '');
}
