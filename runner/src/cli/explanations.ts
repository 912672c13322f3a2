import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeTitles, type ErrorCode } from '../errors/codes.js';
import { PACKAGE_FOLDER } from '../project/package-folder.js';

/** A step of an example: a file that is written, or commands that are run. */
export type ExampleStep =
  | { readonly kind: 'file'; readonly path: string; readonly language: string; readonly text: string }
  | { readonly kind: 'commands'; readonly commands: readonly string[] };

/** What is to be known of a code. Texts are Markdown. */
export interface Explanation {
  readonly code: ErrorCode;
  readonly title: string;
  readonly meaning: string;
  /** a list */
  readonly causes: string;
  readonly remedy: string;
  /**
   * Steps in order; the last command yields the code. Files lie in a project that has nothing else, whose `project.yml`
   * says `name: shop` where the example has no project file of its own.
   */
  readonly example: readonly ExampleStep[];
  /** why there is no example that could be tried */
  readonly untried: string | undefined;
}

const SECTIONS = ['Usual causes', 'What to do', 'Example'] as const;
const UNTRIED = /^None that could be tried: (.*)\.$/s;

/** Reads the page of a code, `explanations/<code>.md`. */
export function explanationOf(code: ErrorCode): Explanation {
  const page = readFileSync(join(PACKAGE_FOLDER, 'explanations', `${code}.md`), 'utf8');
  const [meaning = '', ...sections] = page.split(/^## /m);
  const [causes, remedy, example] = SECTIONS.map((name, i) => {
    const section = sections[i];
    if (section?.startsWith(`${name}\n`) !== true) throw new Error(`explanations/${code}.md has no section ${name}`);
    return section.slice(name.length).trim();
  }) as [string, string, string];
  const untried = UNTRIED.exec(example)?.[1];
  return {
    code,
    title: codeTitles[code],
    meaning: meaning.trim(),
    causes,
    remedy,
    example: untried === undefined ? stepsOf(example) : [],
    untried,
  };
}

/** The fenced blocks of a text: `console` holds commands after `$`, others a file, whose path follows the language. */
function stepsOf(text: string): ExampleStep[] {
  return [...text.matchAll(/^```(\S+)(?: (\S+))?\n(.*?)^```$/gms)].map(([, language, path, body]) => {
    if (path !== undefined) return { kind: 'file', path, language: language!, text: body! };
    const lines = body!.trimEnd().split('\n');
    return { kind: 'commands', commands: lines.map((line) => line.replace(/^\$ /, '')) };
  });
}
