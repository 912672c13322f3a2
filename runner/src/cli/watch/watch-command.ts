import { lstatSync, realpathSync } from 'node:fs';
import { extname, join, relative, resolve } from 'node:path';
import picocolors from 'picocolors';
import { type ManifestMemory, remembered } from '../../artifacts/changed-since.js';
import type { Manifest } from '../../manifest/manifest.js';
import { projectEnvironment } from '../../project/dotenv.js';
import { redactorFor } from '../../project/redact.js';
import { counted } from '../../report/node-line.js';
import type { RunCommand, RunResult } from '../../run/run-types.js';
import type { Effects } from '../effects.js';
import type { RunOptions } from '../flags.js';
import { openProjectFor } from '../open-project.js';
import { projectFolder } from '../project-folder.js';
import { runCommand } from '../run-command.js';
import { usesColor } from '../style.js';
import { writeThrown } from '../thrown.js';
import { affected } from './affected.js';
import { FileWatcher, type WatchedFiles } from './file-watcher.js';
import { Requests, type Turn } from './requests.js';

/** What a project is written in; data counts where a source or a seed names it. */
const ENDINGS = new Set(
  '.sql .yml .yaml .ts .mts .js .mjs .cjs .md .csv .tsv .json .jsonl .ndjson .parquet .env'.split(' '),
);
const DATA = new Set('.csv .tsv .json .jsonl .ndjson .parquet'.split(' '));

/** What the key f runs again. */
const UNFINISHED = new Set(['error', 'fail', 'blocked', 'skipped', 'cancelled']);

const HELP = `  r      run the same again
  f      run again what failed
  Enter  run all that is selected
  c      cancel what runs
  q      quit`;

/**
 * Runs a command, waits for files to change, and runs what they concern, until it is told to end. Mistakes in the project are shown and waited on.
 *
 * @returns the exit code of the last run; 130 after Ctrl-C
 */
export async function watchProject(command: RunCommand, options: RunOptions, effects: Effects): Promise<number> {
  const { watch: _, ...flags } = options;
  const projectDir = projectFolder(options, effects);
  const redact = redactorFor(projectEnvironment(projectDir, effects.env));
  const paint = picocolors.createColors(usesColor(effects.stderr, effects.env, options.color));
  const say = (text: string): void => {
    if (!options.quiet && options.logFormat !== 'json') effects.stderr.write(`${text}\n`);
  };
  const requests = new Requests(effects, () => say(HELP));
  const watcher = new FileWatcher(await watched(projectDir, options, effects), (paths) => requests.changed(paths));
  let base: ManifestMemory | undefined;
  let last: ReadonlySet<string> = new Set();
  let failed: ReadonlySet<string> = new Set();
  let exitCode = 0;

  const once = async (turn: Turn): Promise<number> => {
    let read: Manifest | undefined;
    const narrow = (selected: Set<string>, manifest: Manifest): Set<string> => {
      read = manifest;
      const wanted = choose(turn, selected, manifest);
      if (wanted.size > 0) last = wanted;
      return wanted;
    };
    const choose = (one: Turn, selected: Set<string>, manifest: Manifest): Set<string> => {
      if (base === undefined || one.what === 'all') return selected;
      if (one.what === 'same' || one.what === 'failed') {
        const ids = one.what === 'same' ? last : failed;
        return new Set([...selected].filter((id) => ids.has(id)));
      }
      return affected(selected, manifest, base, one.files);
    };
    const failures = new Set<string>();
    try {
      const ran = ({ results }: RunResult): void => {
        for (const { node, outcome } of results) if (UNFINISHED.has(outcome.status)) failures.add(node.uniqueId);
      };
      const code = await runCommand(command, flags, requests.effects, { narrow, ran });
      base = remembered(read!);
      failed = failures;
      return code;
    } catch (thrown) {
      return writeThrown(thrown, effects, { json: options.logFormat === 'json', color: options.color, redact });
    }
  };

  try {
    for (let turn: Turn | undefined = { what: 'all', files: new Set() }; turn !== undefined; ) {
      if (turn.files.size > 0) say(`\n ${paint.cyan('Changed')}   ${listed([...turn.files], projectDir)}`);
      if (turn.what === 'failed' && failed.size === 0) say('Nothing failed in the last run.');
      else exitCode = await requests.running(() => once(turn!));
      // what a run writes itself (data of its sources) is no change that somebody made
      requests.forget((path) => DATA.has(extname(path)));
      if (requests.ended) break;
      const keys = effects.onKey === undefined ? 'Ctrl-C ends' : 'r again · f failed · Enter all · q quit · h help';
      say(`\n ${paint.cyan('Watching')}  ${counted(watcher.size, 'file')}  ${paint.dim(keys)}`);
      turn = await requests.next();
    }
  } finally {
    watcher.close();
    requests.close();
  }
  return requests.interrupted ? 130 : exitCode;
}

/** Files of the project and of packages that are linked from elsewhere, without what runs write. */
async function watched(projectDir: string, options: RunOptions, effects: Effects): Promise<WatchedFiles> {
  const usual = ['target', 'logs', 'warehouse', 'dbt_packages'].map((name) => join(projectDir, name));
  // a project with a mistake in it is watched, too
  const project = await openProjectFor(options, effects, 'any').catch(() => undefined);
  const own = project === undefined ? [] : [project.targetPath, project.logPath, project.warehouse];
  const links = (project?.packages ?? [])
    .map(({ projectDir: folder }) => folder)
    .filter((folder) => lstatSync(folder).isSymbolicLink())
    .map((folder) => realpathSync(folder));
  const profiles = options.profilesDir ?? effects.env.DBT_PROFILES_DIR;
  const more = profiles === undefined || profiles === '' ? [] : [resolve(effects.cwd, profiles, 'profiles.yml')];
  return {
    roots: [projectDir, ...links, ...more],
    ignored: new Set([...usual, ...own]),
    counts: (name) => ENDINGS.has(name === '.env' ? name : extname(name).toLowerCase()),
  };
}

function listed(files: readonly string[], projectDir: string): string {
  const names = files.map((file) => relative(projectDir, file)).sort();
  const more = names.length - 3;
  return more > 0 ? `${names.slice(0, 3).join(', ')} and ${more} more` : names.join(', ');
}
