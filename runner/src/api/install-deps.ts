import { interruptible } from '../cli/interrupt.js';
import { projectFolder } from '../cli/project-folder.js';
import { installPackages } from '../deps/install-packages.js';
import { evaluate } from '../manifest/open-project.js';
import { projectEnvironment } from '../project/dotenv.js';
import { call } from './call.js';
import type { DepsOptions } from './options.js';
import type { InstalledPackageInfo } from './results.js';

export function installDeps(options: DepsOptions): Promise<readonly InstalledPackageInfo[]> {
  const { projectDir: given, vars = {}, upgrade = false, lock = false } = options;
  return call(options, async ({ effects }) => {
    const projectDir = projectFolder(given === undefined ? {} : { projectDir: given }, effects);
    const env = projectEnvironment(projectDir, effects.env);
    const { packages } = await interruptible(
      effects,
      (signal) =>
        installPackages({ projectDir, env, vars, evaluate, upgrade, lockOnly: lock, signal, sleep: effects.sleep }),
      () => {},
    );
    return packages.map(({ name, how, at, newer }) => ({ name, how, at, newer }));
  });
}
