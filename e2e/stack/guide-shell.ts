import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Block, blocksOf, commandsOf, type Guide, isShell, readGuide } from '../guides.js';
import type { Stack } from './stack.js';

export interface BlockResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A shell in which the commands of guides run on a stack without containers, `docker compose` among them. */
export class GuideShell {
  readonly #done = new Set<Block>();
  readonly #blocks: readonly Block[];
  /** what `export` has set in a block holds for those after it */
  readonly #exports: string[] = [];

  private constructor(
    readonly stack: Stack,
    readonly control: Server,
    guides: readonly Guide[],
  ) {
    this.#blocks = guides.flatMap((guide) =>
      blocksOf(guide, readGuide(guide)).filter((block) => isShell(block) && block.runner === 'test:stack'),
    );
  }

  static async open(stack: Stack, guides: readonly Guide[]): Promise<GuideShell> {
    const control = createServer((request, response) => {
      const [, command, service = ''] = request.url!.split('/');
      const done = command === 'stop' ? stack.stop(service) : stack.start(service as Parameters<Stack['start']>[0]);
      done.then(
        () => response.end(),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
    });
    await new Promise<void>((listening) => control.listen(0, '127.0.0.1', listening));
    const shell = new GuideShell(stack, control, guides);
    const bin = join(stack.folder, 'bin');
    mkdirSync(bin, { recursive: true });
    copyFileSync(join(import.meta.dirname, 'docker.mjs'), join(bin, 'docker'));
    chmodSync(join(bin, 'docker'), 0o755);
    return shell;
  }

  /** Blocks that no spec has run. */
  get left(): string[] {
    return this.#blocks.filter((block) => !this.#done.has(block)).map(({ guide, line }) => `docs/${guide}:${line}`);
  }

  /** Runs the blocks under a heading, each as one script that ends at its first failure. */
  async run(guide: Guide, heading: string, talk?: (child: ChildProcess) => void): Promise<BlockResult[]> {
    const blocks = this.#blocks.filter((block) => block.guide === guide && block.headings.at(-1) === heading);
    if (blocks.length === 0) throw new Error(`docs/${guide} has no commands for test:stack under "${heading}"`);
    const results: BlockResult[] = [];
    for (const block of blocks) {
      results.push(await this.#script(block, talk));
      this.#done.add(block);
    }
    return results;
  }

  close(): void {
    this.control.close();
    this.control.closeAllConnections();
  }

  #script(block: Block, talk?: (child: ChildProcess) => void): Promise<BlockResult> {
    const { stack } = this;
    this.#exports.push(...commandsOf(block).filter((command) => command.startsWith('export ')));
    const services = Object.fromEntries(
      Object.keys(stack.compose.services).map((name) => [
        name,
        { environment: stack.environment(name), replacements: stack.replacements(name), ...stack.commandOf(name) },
      ]),
    );
    const control = `http://127.0.0.1:${(this.control.address() as AddressInfo).port}`;
    const file = join(stack.folder, 'stack.json');
    writeFileSync(file, JSON.stringify({ project: stack.project, control, services }));
    const child = spawn('sh', ['-euc', [...this.#exports, block.text].join('\n')], {
      cwd: stack.project,
      env: { ...process.env, NO_COLOR: '1', STACK: file, PATH: `${join(stack.folder, 'bin')}:${process.env.PATH}` },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const result = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      result.stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      result.stderr += text;
    });
    if (talk === undefined) child.stdin.end();
    else talk(child);
    return new Promise((done, failed) => {
      child.on('error', failed);
      child.on('close', (code) => done({ code: code ?? -1, ...result }));
    });
  }
}
