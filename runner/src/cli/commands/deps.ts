import picocolors from 'picocolors';
import { withoutCredentials } from '../../deps/credentials.js';
import type { InstalledPackage } from '../../deps/install-packages.js';
import { ProjectError } from '../../errors/tsdbt-error.js';
import { projectEnvironment } from '../../project/dotenv.js';
import { redactorFor } from '../../project/redact.js';
import { counted } from '../../report/node-line.js';
import { cliCodes } from '../codes.js';
import type { Effects } from '../effects.js';
import type { DepsOptions } from '../flags.js';
import { interruptible } from '../interrupt.js';
import { projectFolder } from '../project-folder.js';
import { usesColor } from '../style.js';
import { readVars } from '../vars.js';

/** Installs the packages that packages.yml or dependencies.yml lists. */
export async function deps(options: DepsOptions, effects: Effects): Promise<number> {
  const projectDir = projectFolder(options, effects);
  const env = projectEnvironment(projectDir, effects.env);
  effects.hideSecretsOf?.(env);
  const redact = redactorFor(env);
  const paint = picocolors.createColors(usesColor(effects.stderr, effects.env, options.color));
  const say = (line: string): void => {
    if (!options.quiet) effects.stderr.write(`${redact(line)}\n`);
  };
  if (options.addPackage !== undefined) await add(options, projectDir, say);
  const { installPackages } = await import('../../deps/install-packages.js');
  const { evaluate } = await import('../../manifest/open-project.js');
  const { file, resolved, installPath, packages } = await interruptible(
    effects,
    (signal) =>
      installPackages({
        projectDir,
        env,
        vars: readVars(options.vars),
        evaluate,
        upgrade: options.upgrade ?? false,
        lockOnly: options.lock ?? false,
        signal,
        sleep: effects.sleep,
      }),
    say,
  );
  if (packages.length === 0) {
    say(file === undefined ? 'No packages: there is no packages.yml.' : `No packages: ${file} lists none.`);
    return 0;
  }
  const width = Math.max(...packages.map(({ name }) => name.length));
  for (const one of packages)
    say(`  ${paint.green(one.how.padEnd(9))}  ${one.name.padEnd(width)}  ${paint.dim(fromWhere(one))}`);
  for (const one of packages) for (const warning of warningsOf(one)) say(`  ${paint.yellow('note')}       ${warning}`);
  if (resolved) say(`Versions are written to package-lock.yml: commit it, so that others get the same.`);
  say(options.lock ? 'Nothing was installed (--lock).' : `${counted(packages.length, 'package')} in ${installPath}.`);
  return 0;
}

function fromWhere({ entry, at }: InstalledPackage): string {
  const place = withoutCredentials(entry.location);
  return entry.kind === 'local' || entry.kind === 'tarball' || at === place ? place : `${at}  ${place}`;
}

function warningsOf({ name, newer, movedTo, unpinned, at }: InstalledPackage): string[] {
  return [
    newer === undefined ? [] : `${name} ${newer} is there; "tsdbt deps --upgrade" takes it where packages.yml allows`,
    movedTo === undefined ? [] : `${name} goes on as ${movedTo}: change its entry in packages.yml`,
    unpinned ? `${name} has no fixed revision: "revision: ${at}", or a tag, keeps it as it is now` : [],
  ].flat();
}

async function add(options: DepsOptions, projectDir: string, say: (line: string) => void): Promise<void> {
  const { addPackage } = await import('../../deps/add-package.js');
  const source = options.source ?? 'hub';
  const [name, version] = nameAndVersion(options.addPackage!, source);
  if (source === 'tarball' && version === undefined)
    throw new ProjectError(cliCodes.wrongFlagValue, `--add-package of an archive takes its name after an @`, {
      hint: '--add-package https://…/package.tar.gz@name --source tarball',
    });
  if (source === 'hub' && version === undefined)
    throw new ProjectError(cliCodes.wrongFlagValue, '--add-package takes a version after an @', {
      hint: `--add-package ${name}@1.0.0, or ${name}@">=1.0.0,<2.0.0"`,
    });
  const { file, replaced } = addPackage(projectDir, name, version, source);
  say(`  ${replaced ? 'changed' : 'added'}    ${withoutCredentials(name)} in ${file}`);
}

/** `dbt-labs/dbt_utils@1.0.0`; the @ of `@scope/name`, `git@host` and `user@host` is no mark of a version. */
function nameAndVersion(text: string, source: string): [string, string | undefined] {
  const at = text.lastIndexOf('@');
  const version = text.slice(at + 1);
  const isPart = at <= 0 || (source === 'git' && /[/:]/.test(version));
  return isPart ? [text, undefined] : [text.slice(0, at), version];
}
