import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SourceText } from '../../src/errors/source-text.js';
import { TemplateError } from '../../src/errors/tsdbt-error.js';
import { toTemplateValue } from '../../src/template/convert.js';
import { scopeOf } from '../../src/template/frame.js';
import { parseTemplate } from '../../src/template/parse.js';
import { type RenderedTemplate, renderTemplate } from '../../src/template/render.js';

/** Outputs are those of the Python package jinja2: `node runner/test/template/check-jinja2.mjs` compares them again. */
interface Cases {
  readonly context: Readonly<Record<string, unknown>>;
  readonly groups: readonly {
    readonly name: string;
    readonly cases: readonly { readonly template: string; readonly expected: string }[];
  }[];
  /** templates that Jinja2 refuses, when parsing or when rendering */
  readonly errors: readonly string[];
}

const file = JSON.parse(readFileSync(new URL('./jinja2-cases.json', import.meta.url), 'utf8')) as Cases;

function render(template: string): string {
  const values = Object.entries(file.context).map(([name, value]) => [name, toTemplateValue(value)] as const);
  const program = parseTemplate(new SourceText('case.sql', template));
  return (renderTemplate(program, scopeOf(new Map(values))) as RenderedTemplate).text;
}

describe.each(file.groups)('as Jinja2 renders: $name', ({ cases }) => {
  it.each(cases.map((c) => [c.template, c.expected]))('%s', (template, expected) => {
    expect(render(template)).toBe(expected);
  });
});

describe('what Jinja2 refuses is an error with a place', () => {
  it.each(file.errors.map((template) => [template]))('%s', (template) => {
    let thrown: unknown;
    try {
      render(template);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(TemplateError);
    const { code, place } = thrown as TemplateError;
    expect(code).toMatch(/^TSD2\d{3}$/);
    expect(place).toBeDefined();
    expect(place!.end).toBeLessThanOrEqual(Math.max(template.length, place!.start + 1));
  });
});
