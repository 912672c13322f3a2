import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SourceText } from '../../src/errors/source-text.js';
import { TemplateError } from '../../src/errors/tsdbt-error.js';
import { toTemplateValue } from '../../src/template/convert.js';
import { createDbtContext } from '../../src/template/dbt-context.js';
import { DecimalValue } from '../../src/template/decimal.js';
import { scopeOf } from '../../src/template/frame.js';
import { parseTemplate } from '../../src/template/parse.js';
import { type RenderedTemplate, renderTemplate } from '../../src/template/render.js';
import type { TemplateValue } from '../../src/template/values.js';
import { hostOf } from './context.js';

/**
 * Outputs are those of the Python package jinja2: `node runner/test/template/check-jinja2.mjs` compares them again. The second
 * file holds every operator, filter, test and method with values of every kind, and random expressions of them; the third what else
 * Python's values can do; the fourth templates of fuzz-jinja2.mjs, which makes new ones as often as it is called.
 */
interface Cases {
  /** a value `{"$decimal": "2.50"}` is a Decimal */
  readonly context: Readonly<Record<string, unknown>>;
  readonly groups: readonly {
    readonly name: string;
    readonly cases: readonly { readonly template: string; readonly expected: string }[];
  }[];
  /** templates that Jinja2 refuses, when parsing or when rendering */
  readonly errors: readonly string[];
}

function read(name: string): Cases {
  return JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8')) as Cases;
}

const file = read('./jinja2-cases.json');
const generated = read('./jinja2-generated-cases.json');
const library = read('./jinja2-library-cases.json');
const random = read('./jinja2-random-cases.json');

function contextValue(value: unknown): TemplateValue {
  const { $decimal } = Object(value) as { readonly $decimal?: string };
  return $decimal === undefined ? toTemplateValue(value) : new DecimalValue($decimal);
}

function render(template: string, { context }: Cases = file): string {
  const values = Object.entries(context).map(([name, value]) => [name, contextValue(value)] as const);
  values.push(['modules', createDbtContext(hostOf()).get('modules')!]);
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

describe.each([
  ['generated', generated],
  ['of Python’s values', library],
  ['of many statements', random],
] as const)('cases %s', (_kind, cases) => {
  it.each(cases.groups.map((group) => [group.name, group.cases] as const))(
    'render as Jinja2 does: %s',
    (_name, group) => {
      const differ = group
        .map(({ template, expected }) => ({ template, expected, rendered: outcome(template, cases) }))
        .filter(({ expected, rendered }) => rendered !== expected);
      expect(differ).toEqual([]);
    },
  );

  it('are refused where Jinja2 refuses them', () => {
    expect(cases.errors.filter((template) => !/^TSD2\d{3} /.test(outcome(template, cases)))).toEqual([]);
  });
});

/** What a template renders, or the code and message of its error. */
function outcome(template: string, cases: Cases): string {
  try {
    return render(template, cases);
  } catch (thrown) {
    if (thrown instanceof TemplateError) return `${thrown.code} ${thrown.message}`;
    throw thrown;
  }
}
