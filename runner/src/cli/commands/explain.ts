import picocolors from 'picocolors';
import { codeAreas, codeTitles, type ErrorCode, isErrorCode } from '../../errors/codes.js';
import { didYouMean } from '../../errors/suggest.js';
import { ProjectError } from '../../errors/tsdbt-error.js';
import { cliCodes } from '../codes.js';
import type { Effects } from '../effects.js';
import { type Explanation, explanationOf } from '../explanations.js';
import type { ExplainOptions } from '../flags.js';
import { usesColor } from '../style.js';

type Paint = ReturnType<typeof picocolors.createColors>;

const CODES = Object.keys(codeTitles) as ErrorCode[];

/**
 * Prints what an error code means, or the list of all codes (of those that begin like `wanted`, e.g. `TSD2`).
 *
 * @param wanted a code, with or without `TSD`; undefined for all
 * @throws {ProjectError} TSD1904 for what is no code
 */
export async function explain(
  options: ExplainOptions,
  { stdout, env }: Effects,
  wanted: string | undefined,
): Promise<number> {
  const paint = picocolors.createColors(usesColor(stdout, env, options.color));
  const codes = codesOf(wanted);
  const single = isErrorCode(codeOf(wanted ?? ''));
  switch (options.output) {
    case 'json': {
      const whole = codes.map(explanationOf);
      stdout.write(`${JSON.stringify(single ? whole[0] : whole, null, 2)}\n`);
      return 0;
    }
    case 'markdown':
      stdout.write(guide(codes));
      return 0;
    default:
      stdout.write(`${single ? page(explanationOf(codes[0]!), paint) : list(codes, paint)}\n`);
      return 0;
  }
}

function codesOf(wanted: string | undefined): readonly ErrorCode[] {
  if (wanted === undefined) return CODES;
  const code = codeOf(wanted);
  if (isErrorCode(code)) return [code];
  const found = CODES.filter((one) => one.startsWith(code.replace(/X+$/, '')));
  if (found.length > 0 && /^TSD\d{0,3}X*$/.test(code)) return found;
  const hint = didYouMean(code, CODES) ?? '"tsdbt explain" lists all codes';
  throw new ProjectError(cliCodes.wrongFlagValue, `there is no error code "${wanted}"`, { hint });
}

/** `tsd2003` and `2003` are TSD2003. */
function codeOf(wanted: string): string {
  const upper = wanted.toUpperCase();
  return /^\d/.test(upper) ? `TSD${upper}` : upper;
}

function byArea(codes: readonly ErrorCode[]): [title: string, codes: ErrorCode[]][] {
  return Object.entries(codeAreas)
    .map(([digit, title]): [string, ErrorCode[]] => [title, codes.filter((code) => code[3] === digit)])
    .filter(([, some]) => some.length > 0);
}

function list(codes: readonly ErrorCode[], paint: Paint): string {
  const areas = byArea(codes).map(([title, some]) => {
    const lines = some.map((code) => `  ${paint.cyan(code)}  ${codeTitles[code]}`);
    return [paint.bold(sentence(title)), ...lines].join('\n');
  });
  return `${areas.join('\n\n')}\n\n${paint.dim('tsdbt explain <code> says more')}`;
}

function page({ code, title, meaning, causes, remedy, example, untried }: Explanation, paint: Paint): string {
  const sections = [
    `${paint.bold(paint.red(code))}  ${paint.bold(title)}`,
    meaning,
    `${paint.bold('Usual causes')}\n${causes}`,
    `${paint.bold('What to do')}\n${remedy}`,
  ];
  if (untried === undefined) {
    const steps = example.map((step) => {
      if (step.kind === 'commands') return step.commands.map((command) => `  $ ${command}`).join('\n');
      const lines = step.text.trimEnd().split('\n');
      return [`  ${paint.cyan(step.path)}`, ...lines.map((line) => `    ${line}`.trimEnd())].join('\n');
    });
    sections.push(`${paint.bold('Example')}\n${steps.join('\n\n')}`);
  }
  return sections.join('\n\n');
}

/** All pages as one Markdown document: docs/errors.md. */
function guide(codes: readonly ErrorCode[]): string {
  const areas = byArea(codes).flatMap(([title, some]) => [
    `## ${sentence(title)}`,
    [
      '| code | |',
      '|---|---|',
      ...some.map((code) => `| [${code}](#${code.toLowerCase()}) | ${codeTitles[code]} |`),
    ].join('\n'),
    ...some.map((code) => section(explanationOf(code))),
  ]);
  return `${[HEAD, ...areas].join('\n\n')}\n`;
}

const HEAD = `# Errors

Every error and warning has a code, which never comes to mean something else. \`tsdbt explain TSD2003\` prints what stands here, \`tsdbt explain\` lists all codes.
Examples lie in a project that has nothing else; its \`project.yml\` is \`name: shop\` where none is shown. Each was tried and ends with its code.

This page is made by \`npm run docs:errors\` from \`runner/explanations/\`.`;

function section({ code, title, meaning, causes, remedy, example, untried }: Explanation): string {
  const steps = example.map((step) =>
    step.kind === 'commands'
      ? `\`\`\`console\n${step.commands.map((command) => `$ ${command}`).join('\n')}\n\`\`\``
      : `\`${step.path}\`:\n\n\`\`\`${step.language}\n${step.text}\`\`\``,
  );
  return [
    `### ${code}`,
    `**${sentence(title)}.** ${meaning}`,
    `Usual causes:\n\n${causes}`,
    `What to do: ${remedy}`,
    ...(untried === undefined ? steps : [`No example: ${untried}.`]),
  ].join('\n\n');
}

function sentence(title: string): string {
  return title[0]!.toUpperCase() + title.slice(1);
}
