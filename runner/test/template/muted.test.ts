import { describe, expect, it } from 'vitest';
import { SourceText } from '../../src/errors/source-text.js';
import { createDbtContext } from '../../src/template/dbt-context.js';
import { parseTemplate } from '../../src/template/parse.js';
import { renderTemplate } from '../../src/template/render.js';
import { hostOf } from './context.js';

const macros = { shop: "{% macro name() %}ord{{ 'ers' }}{% endmacro %}" };

/** What a template asks for, and what comes of it, with its text or without. */
function outcome(template: string, isMuted: boolean): { asked: readonly string[]; text?: string; error?: string } {
  const host = hostOf(macros);
  const program = parseTemplate(new SourceText('models/m.sql', template));
  try {
    const rendered = renderTemplate(program, createDbtContext(host), { isMuted });
    if (rendered instanceof Promise) throw new Error('nothing waits');
    return { asked: host.asked, text: rendered.text };
  } catch (thrown) {
    return { asked: host.asked, error: (thrown as Error).message };
  }
}

describe('A template whose text is not wanted', () => {
  it.each([
    "select * from {{ ref('a') }} {% for i in range(2) %}{{ ref(name()) }}{% endfor %}",
    '{% set x %}{{ name() }}{% endset %}{% call(y) name() %}{% endcall %}{{ ref(x) }}',
    "{% filter upper %}{{ ref('a') }}{% endfilter %}{{ source('raw', name()) }}{{ config(tags=[name()]) }}",
  ])('asks for the same: %s', (template) => {
    const [whole, muted] = [outcome(template, false), outcome(template, true)];
    expect(muted.asked).toEqual(whole.asked);
    expect(muted.error).toBe(whole.error);
    expect(muted.text).toBe(whole.text === undefined ? undefined : '');
  });

  it.each(['{{ nothing.x }}', "{{ 'a' + 1 }}", '{{ 1 / 0 }}', 'a {{ nothing() }}'])('fails alike: %s', (template) => {
    const whole = outcome(template, false);
    expect(outcome(template, true).error).toBe(whole.error);
    expect(whole.error).toBeDefined();
  });
});
