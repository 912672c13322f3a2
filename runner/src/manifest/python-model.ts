import { SourceText } from '../errors/source-text.js';
import { TemplateError } from '../errors/tsdbt-error.js';
import { templateCodes } from '../template/failure.js';
import type { ModelNode } from './nodes.js';

const CALL = /\bdbt\.(?:ref|source|config)\(/g;

/**
 * A template that reads what a Python model reads and has its config: the calls of `dbt.ref`, `dbt.source` and `dbt.config`, whose arguments
 * are literals that templates and Python write alike. All else is blank, so that every place in the template is the place in the file.
 */
export function pythonTemplate(source: SourceText): SourceText {
  const code = source.text.replaceAll(/^[ \t]*#.*$/gm, (comment) => ' '.repeat(comment.length));
  let template = '';
  for (const { index } of code.matchAll(CALL)) {
    const end = closing(code, code.indexOf('(', index));
    if (end === undefined || index < template.length) continue;
    template += blank(code.slice(template.length, index));
    template += `{{${code.slice(index + 'dbt.'.length, end + 1)}}}`;
  }
  return new SourceText(source.path, template + blank(code.slice(template.length)));
}

function blank(text: string): string {
  return text.replaceAll(/[^\n\r]/g, ' ');
}

/** Index of the parenthesis that closes the one at `open`; undefined where none does. */
function closing(code: string, open: number): number | undefined {
  let depth = 0;
  for (const match of code.slice(open).matchAll(/'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|[()]/g)) {
    if (match[0] === '(') depth += 1;
    if (match[0] === ')') depth -= 1;
    if (depth === 0) return open + match.index;
  }
  return undefined;
}

/** @throws {TemplateError} TSD2020 for a model in Python: it is read and listed, and not run */
export function refusePython({ language, source }: ModelNode): void {
  if (language !== 'python') return;
  const at = Math.max(0, source.text.search(/^def model\b/m));
  const end = source.text.indexOf('\n', at);
  throw new TemplateError(templateCodes.unsupported, 'models in Python cannot be run', {
    place: source.place(at, end < 0 ? source.text.length : end),
    hint: 'write the model in SQL, or in TypeScript',
  });
}
