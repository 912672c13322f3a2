import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What the server refuses to start below. */
const OLDEST_JAVA = 24;

/** Where systems put Java installations, one folder each. */
const PLACES = ['/usr/lib/jvm', '/opt/java', '/opt', '/Library/Java/JavaVirtualMachines'];

/**
 * The folder of a Java that Trino runs on: `TRINO_JAVA_HOME`, `JAVA_HOME`, or the newest in the usual places.
 *
 * @throws where none is new enough
 */
export async function javaHome(): Promise<string> {
  const named = process.env.TRINO_JAVA_HOME;
  const candidates = named === undefined ? [process.env.JAVA_HOME, ...installed()] : [named];
  const found: string[] = [];
  let best: { home: string; version: number } | undefined;
  for (const home of candidates) {
    const version = home === undefined ? undefined : await javaVersion(home);
    if (home === undefined || version === undefined) continue;
    found.push(`${home} (${version})`);
    if (version >= OLDEST_JAVA && (best === undefined || version > best.version)) best = { home, version };
  }
  if (best !== undefined) return best.home;
  const seen = found.length === 0 ? 'none was found' : `found: ${found.join(', ')}`;
  throw new Error(`Trino needs Java ${OLDEST_JAVA} or newer; ${seen}. Set TRINO_JAVA_HOME to the folder of one.`);
}

function installed(): string[] {
  return PLACES.flatMap((place) => {
    if (!existsSync(place)) return [];
    return readdirSync(place).flatMap((name) => [join(place, name), join(place, name, 'Contents', 'Home')]);
  }).filter((home) => existsSync(join(home, 'bin', 'java')));
}

/** The feature release of a Java installation; undefined where there is none. */
async function javaVersion(home: string): Promise<number | undefined> {
  try {
    // printed to standard error
    const { stderr } = await run(join(home, 'bin', 'java'), ['-version']);
    const version = /version "(\d+)/.exec(stderr)?.[1];
    return version === undefined ? undefined : Number(version);
  } catch {
    return undefined;
  }
}
