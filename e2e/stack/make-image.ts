import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { CONTEXT, contextFiles, copied, type Instruction, readDockerfile, type Stage } from '../dockerfile.js';
import { type CommandResult, run } from '../temp-project.js';

/** The user that images of Node call `node`. */
const NODE_USER = 1000;

/** The last stage of a Dockerfile as a folder: what stands at `/x` in the image stands at `<folder>/x`. */
export interface MadeImage {
  readonly folder: string;
  /** Runs the image's command with `args`, as its user, in its working directory; paths of the image in `args` are put in. */
  run(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<CommandResult>;
  remove(): void;
}

/**
 * Follows a Dockerfile without a container engine: `COPY` copies from what a builder would be sent, `RUN` runs in a shell with the
 * paths of the working directory put in, with the Node that `FROM` names. What differs from an image: the rest of the system is
 * this machine's.
 *
 * @throws where a source is missing or a command fails
 */
export function makeImage(file: string): MadeImage {
  const folder = mkdtempSync(join(tmpdir(), 'tsdbt-image-'));
  chmodSync(folder, 0o755);
  const stages = readDockerfile(file);
  const bin = nodeOf(stages[0]!.image, folder);
  const made: Made[] = [];
  for (const stage of stages) made.push(new Made(stage, join(folder, String(made.length)), bin, made));
  const last = made.at(-1)!;
  return {
    folder: last.root,
    run: (args, env = {}) => last.run(args, env),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Folder with the program `node` of an image's version, from npm; kept outside the repository. */
function nodeOf(image: string, folder: string): string {
  const version = /^node:([\d.]+)/.exec(image)![1]!;
  const cache = join(process.env.TSDBT_CACHE ?? join(homedir(), '.cache', 'tsdbt'), `node-${version}`);
  const program = join(cache, 'node_modules', 'node', 'bin', 'node');
  if (!existsSync(program)) {
    mkdirSync(cache, { recursive: true });
    execFileSync('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--prefix', cache, `node@${version}`]);
  }
  // the user of the image may not look into the home of the one who runs this
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  cpSync(realpathSync(program), join(bin, 'node'));
  return bin;
}

class Made {
  #directory = '/';
  #user: number | undefined;
  #program: readonly string[] = [];
  readonly #env: Record<string, string> = {};

  constructor(
    readonly stage: Stage,
    readonly root: string,
    readonly bin: string,
    before: readonly Made[],
  ) {
    mkdirSync(root);
    for (const instruction of stage.instructions) this.#follow(instruction, before);
  }

  run(args: readonly string[], env: Readonly<Record<string, string>>): Promise<CommandResult> {
    const [program, ...first] = this.#program.map((word) => this.#mapped(word));
    const home = join(this.root, 'home');
    mkdirSync(home, { recursive: true });
    const isRoot = process.getuid?.() === 0;
    if (isRoot && this.#user !== undefined) chownSync(home, this.#user, this.#user);
    const as = isRoot && this.#user !== undefined ? { uid: this.#user, gid: this.#user } : {};
    return run(
      program!,
      [...first, ...args.map((word) => this.#mapped(word))],
      this.#at(this.#directory),
      {
        ...this.#environment(),
        HOME: home,
        ...env,
      },
      as,
    );
  }

  #follow({ name, words, flags }: Instruction, before: readonly Made[]): void {
    if (name === 'WORKDIR') {
      this.#directory = words[0]!;
      mkdirSync(this.#at(this.#directory), { recursive: true });
    } else if (name === 'ENV') {
      for (const word of words) this.#env[word.split('=')[0]!] = word.slice(word.indexOf('=') + 1);
    } else if (name === 'COPY')
      this.#copy(
        words,
        before.find(({ stage }) => stage.name === flags.from),
      );
    else if (name === 'RUN') this.#shell(words[0]!);
    else if (name === 'USER') this.#user = words[0] === 'node' ? NODE_USER : Number(words[0]);
    else if (name === 'ENTRYPOINT') this.#program = words;
    else if (name !== 'CMD') throw new Error(`${name} is not followed here`);
  }

  #copy(words: readonly string[], from: Made | undefined): void {
    const into = this.#at(words.at(-1)!.startsWith('/') ? words.at(-1)! : join(this.#directory, words.at(-1)!));
    for (const source of words.slice(0, -1)) {
      if (from !== undefined) {
        // links stay what they are, as in an image
        cpSync(from.#at(source), into, { recursive: true, verbatimSymlinks: true });
        continue;
      }
      const files = copied(contextFiles(), source);
      if (files.length === 0) throw new Error(`COPY ${source}: it is not in the context`);
      for (const { from: file, to } of files) {
        mkdirSync(dirname(join(into, to)), { recursive: true });
        cpSync(join(CONTEXT, file), join(into, to), { verbatimSymlinks: true });
      }
    }
  }

  #shell(command: string): void {
    const owner =
      process.getuid?.() === 0 ? `${NODE_USER}:${NODE_USER}` : `${process.getuid?.()}:${process.getgid?.()}`;
    const { status, stdout, stderr } = spawnSync('sh', ['-c', this.#mapped(command).replaceAll('node:node', owner)], {
      cwd: this.#at(this.#directory),
      env: { ...process.env, ...this.#environment() },
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`RUN ${command}: ${stdout}${stderr}`);
  }

  #environment(): Record<string, string> {
    return { ...this.#env, PATH: `${this.bin}:${process.env.PATH}` };
  }

  #at(path: string): string {
    return join(this.root, path);
  }

  #mapped(text: string): string {
    return this.#directory === '/' ? text : text.replaceAll(this.#directory, this.#at(this.#directory));
  }
}
