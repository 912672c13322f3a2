import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The context that images are made from: the root of the repository. */
export const CONTEXT = resolve(import.meta.dirname, '..');

export interface Instruction {
  /** `COPY`, `RUN`, … */
  readonly name: string;
  /** the words after it, without flags; of `RUN` the whole command as one */
  readonly words: readonly string[];
  /** `--from=build` → `{ from: 'build' }` */
  readonly flags: Readonly<Record<string, string>>;
}

/** A stage: what stands from one `FROM` to the next. */
export interface Stage {
  readonly image: string;
  readonly name: string | undefined;
  readonly instructions: readonly Instruction[];
}

/** Reads the Dockerfiles of this repository: one instruction a line, no variables, no here-documents. */
export function readDockerfile(file: string): Stage[] {
  const stages: { image: string; name: string | undefined; instructions: Instruction[] }[] = [];
  const text = readFileSync(file, 'utf8')
    .replaceAll(/^\s*#.*\n/gm, '')
    .replaceAll('\\\n', ' ');
  for (const line of text.split('\n')) {
    const match = /^([A-Z]+)\s+(.*)$/.exec(line.trim());
    if (match === null) continue;
    const [, name = '', rest = ''] = match;
    if (name === 'FROM') {
      const [image = '', , stage] = rest.split(/\s+/);
      stages.push({ image, name: stage, instructions: [] });
    } else stages.at(-1)!.instructions.push(instruction(name, rest));
  }
  return stages;
}

function instruction(name: string, rest: string): Instruction {
  if (name === 'RUN') return { name, words: [rest], flags: {} };
  if (rest.startsWith('[')) return { name, words: JSON.parse(rest) as string[], flags: {} };
  const words = rest.split(/\s+/);
  const flags = Object.fromEntries(
    words.flatMap((word) => {
      const flag = /^--(\w+)=(.*)$/.exec(word);
      return flag === null ? [] : [[flag[1]!, flag[2]!]];
    }),
  );
  return { name, words: words.filter((word) => !word.startsWith('--')), flags };
}

/** What the builder is sent: the files that git tracks, without those that `.dockerignore` leaves out. */
export function contextFiles(): string[] {
  const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: CONTEXT, encoding: 'utf8', maxBuffer: 2 ** 26 });
  const ignored = dockerIgnore(readFileSync(join(CONTEXT, '.dockerignore'), 'utf8'));
  return tracked.split('\0').filter((path) => path !== '' && !ignored(path) && existsSync(join(CONTEXT, path)));
}

/** The files below a source of `COPY`, with their paths relative to it (a file: its own name). */
export function copied(files: readonly string[], source: string): { from: string; to: string }[] {
  const path = source.replace(/^\.\//, '').replace(/\/$/, '');
  const below = files.filter((file) => file.startsWith(`${path}/`));
  if (below.length > 0) return below.map((file) => ({ from: file, to: file.slice(path.length + 1) }));
  return files.includes(path) ? [{ from: path, to: path.split('/').at(-1)! }] : [];
}

/** The patterns of a `.dockerignore`: the last one that fits a file or a folder above it decides. */
export function dockerIgnore(text: string): (path: string) => boolean {
  const rules = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const keep = line.startsWith('!');
      const pattern = line.replace(/^!/, '').replace(/^\//, '').replace(/\/$/, '');
      const source = pattern
        .split('/')
        .map((part) =>
          part === '**' ? '(?:.+/)?' : `${part.replaceAll(/[.+^$()|[\]{}\\]/g, '\\$&').replaceAll('*', '[^/]*')}/`,
        )
        .join('');
      return { keep, expression: new RegExp(`^${source}`) };
    });
  return (path) => rules.reduce((out, { keep, expression }) => (expression.test(`${path}/`) ? !keep : out), false);
}
