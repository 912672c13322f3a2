import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const DOCS = resolve(import.meta.dirname, '..', 'docs');
/** Guides whose every command is executed by a test, or named as not tested, with the reason. */
export const GUIDES = ['trino.md', 'operations.md', 'spark.md', 'troubleshooting.md'] as const;
/** The npm scripts that execute commands of guides. */
export const RUNNERS = ['test', 'test:trino', 'test:stack', 'test:spark'] as const;

export type Guide = (typeof GUIDES)[number];
export type Runner = (typeof RUNNERS)[number];

/** A fenced block of a guide. */
export interface Block {
  readonly guide: string;
  /** of the opening fence, from 1 */
  readonly line: number;
  /** the headings that it stands under, outermost first */
  readonly headings: readonly string[];
  /** first word after the fence */
  readonly language: string;
  /** second word: the npm script that executes it */
  readonly runner: string | undefined;
  /** why it is executed by none: what its section says after "Not tested here" */
  readonly untested: string | undefined;
  readonly text: string;
}

/** In italics, to the reader: `*Not tested here: it needs …*`. */
const NOT_TESTED = /\*not tested here:? (.+?)[.:)]*\*/i;

export function readGuide(guide: Guide): string {
  return readFileSync(join(DOCS, guide), 'utf8');
}

/** All fenced blocks of a guide, in order. */
export function blocksOf(guide: string, text: string): Block[] {
  const blocks: Block[] = [];
  const headings: string[] = [];
  let untested: string | undefined;
  let open: { line: number; fence: string; info: string[]; lines: string[] } | undefined;
  for (const [i, line] of text.split('\n').entries()) {
    if (open !== undefined) {
      if (line.trim() !== open.fence) open.lines.push(line);
      else {
        const [language = '', runner] = open.info;
        const body = open.lines.join('\n');
        blocks.push({ guide, line: open.line, headings: [...headings], language, runner, untested, text: body });
        open = undefined;
      }
      continue;
    }
    const fence = /^\s*(```+)(.*)$/.exec(line);
    if (fence !== null) {
      const info = fence[2]!.trim().split(/\s+/).filter(Boolean);
      open = { line: i + 1, fence: fence[1]!, info, lines: [] };
      continue;
    }
    const heading = /^(#+) (.*)$/.exec(line);
    if (heading !== null) {
      headings.splice(heading[1]!.length - 1, headings.length, heading[2]!);
      untested = undefined;
    } else untested = NOT_TESTED.exec(line)?.[1] ?? untested;
  }
  return blocks;
}

/** Whether a block holds commands for a shell. */
export function isShell({ language }: Block): boolean {
  return ['', 'sh', 'bash', 'shell', 'console', 'zsh'].includes(language);
}

/** The commands of a block, without comments; a line that ends in a backslash goes on in the next. */
export function commandsOf({ text }: Block): string[] {
  return text
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** The commands that a guide has for one npm script, with their blocks. */
export function commandsFor(guide: Guide, runner: Runner, heading?: string): { block: Block; command: string }[] {
  return blocksOf(guide, readGuide(guide))
    .filter((block) => isShell(block) && block.runner === runner)
    .filter(({ headings }) => heading === undefined || headings.includes(heading))
    .flatMap((block) => commandsOf(block).map((command) => ({ block, command })));
}

/** Commands that stand in the text of a guide, outside of fenced blocks. */
export function commandsInText(text: string): string[] {
  const prose = text.replaceAll(/^\s*(```+)[\s\S]*?^\s*\1\s*$/gm, '');
  return [...prose.matchAll(/`((?:npx tsdbt|npm run|docker compose|curl|pip install) [^`]*)`/g)].map(
    (match) => match[1]!,
  );
}
