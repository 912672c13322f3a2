import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { ProjectError } from '../../errors/tsdbt-error.js';
import { PACKAGE_FOLDER } from '../../project/package-folder.js';
import { TSDBT_VERSION } from '../../project/tsdbt-version.js';
import { cliCodes } from '../codes.js';
import type { Effects } from '../effects.js';
import type { GlobalOptions } from '../flags.js';

export interface InitOptions extends GlobalOptions {
  /** name of the project and its folder, or a path whose last part is */
  readonly name: string;
  /** a dbt project on a database file, for dbt as well */
  readonly dbt?: boolean;
}

const TEMPLATES = join(PACKAGE_FOLDER, 'templates');

/** Makes a project that builds at once. Files that exist stay as they are. */
export async function init(options: InitOptions, effects: Effects): Promise<number> {
  const folder = resolve(effects.cwd, options.name);
  const name = projectName(basename(folder));
  const { default: nunjucks } = await import('nunjucks');
  // the files hold templates of their own, so the scaffold's have other marks
  const environment = new nunjucks.Environment(null, {
    autoescape: false,
    throwOnUndefined: true,
    tags: {
      blockStart: '<%',
      blockEnd: '%>',
      variableStart: '<$',
      variableEnd: '$>',
      commentStart: '<#',
      commentEnd: '#>',
    },
  });
  const around = enginesAround(folder);
  const values = { name, folder: packageName(basename(folder)), tsdbt: around.spec ?? `^${TSDBT_VERSION}` };
  const say = (line: string): void => {
    if (!options.quiet) effects.stderr.write(`${line}\n`);
  };

  let made = 0;
  for (const { source, path: template } of templateFiles(options.dbt ?? false)) {
    const file = template.replace(/(^|\/)gitignore\.njk$/, '$1.gitignore').replace(/\.njk$/, '');
    const path = join(folder, file);
    if (existsSync(path)) {
      say(`  kept     ${file} (it exists already)`);
      continue;
    }
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, environment.renderString(readFileSync(source, 'utf8'), values));
    say(`  created  ${file}`);
    made += 1;
  }
  const shown = relative(effects.cwd, folder) || '.';
  say(
    made === 0
      ? `\nNothing to do: ${shown} has all of these files.`
      : `\nThe project ${name} is ready in ${shown}. Next:`,
  );
  const steps = [shown === '.' ? '' : `cd ${shown}`, around.installed ? '' : 'npm install'].filter(
    (step) => step !== '',
  );
  if (made > 0) for (const line of [steps.join(' && '), 'npx tsdbt build']) if (line !== '') say(`  ${line}`);
  return 0;
}

/**
 * Looks for tsdbt in the folders above a new project: whether it runs there as it is, and where a `package.json` has it from
 * when that is a file (a packed version, a checkout), as a specification that holds in the new folder.
 */
function enginesAround(folder: string): { installed: boolean; spec: string | undefined } {
  let installed = false;
  for (let above = dirname(folder); ; above = dirname(above)) {
    installed ||= existsSync(join(above, 'node_modules', 'tsdbt', 'package.json'));
    const spec = dependencyOn(join(above, 'package.json'));
    if (spec?.startsWith('file:')) {
      const from = relative(folder, resolve(above, spec.slice('file:'.length))).replaceAll('\\', '/');
      return { installed, spec: `file:${from}` };
    }
    if (spec !== undefined || dirname(above) === above) return { installed, spec: undefined };
  }
}

function dependencyOn(packageJson: string): string | undefined {
  try {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(packageJson, 'utf8')) as Record<
      string,
      Record<string, string> | undefined
    >;
    return dependencies?.tsdbt ?? devDependencies?.tsdbt;
  } catch {
    return undefined;
  }
}

interface TemplateFile {
  /** absolute */
  readonly source: string;
  /** in the project, before its ending is taken away */
  readonly path: string;
}

/** A dbt project has files of its own, and the seeds of the other. */
function templateFiles(isDbt: boolean): TemplateFile[] {
  const own = filesIn(join(TEMPLATES, 'init'));
  if (!isDbt) return own;
  const files = [...filesIn(join(TEMPLATES, 'init-dbt')), ...own.filter(({ path }) => path.startsWith('seeds/'))];
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function filesIn(folder: string): TemplateFile[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((source) => ({ source, path: relative(folder, source).replaceAll('\\', '/') }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** `my-project` → `my_project` */
function projectName(folder: string): string {
  const name = folder.replaceAll(/[-. ]/g, '_');
  if (/^[A-Za-z_]\w*$/.test(name)) return name;
  throw new ProjectError(cliCodes.projectName, `"${folder}" cannot be the name of a project`, {
    hint: 'use letters, digits, dashes and underscores; the first is a letter',
  });
}

/** A name that npm takes. */
function packageName(folder: string): string {
  return folder
    .toLowerCase()
    .replaceAll(' ', '-')
    .replace(/^[._]+/, '');
}
