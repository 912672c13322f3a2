import { describe, expect, it } from 'vitest';
import { SourceText } from '../../src/errors/source-text.js';
import type { ProjectError } from '../../src/errors/tsdbt-error.js';
import { evaluate } from '../../src/manifest/open-project.js';
import { isRenderedLater, renderValues } from '../../src/project/render-values.js';
import { valueScope } from '../../src/project/value-scope.js';
import { Vars } from '../../src/project/vars.js';
import { YamlDocument, type YamlPath } from '../../src/project/yaml-document.js';

const scope = valueScope(new Vars({ size: 'small' }, {}, new Set()), { REGION: 'north' }, undefined);

function render(yaml: string, isKept = isRenderedLater) {
  const document = new YamlDocument(new SourceText('a.yml', yaml));
  const errors: ProjectError[] = [];
  const rendered = renderValues(document.value, document, evaluate, scope, isKept, errors) as Record<string, unknown>;
  return { given: document.value as Record<string, unknown>, rendered, errors };
}

describe('templates in YAML values', () => {
  it('are evaluated in lists and mappings; what holds none stays the same object', () => {
    const { given, rendered } = render(
      'plain: { a: [1, { b: 2 }] }\nlist: [{ size: "{{ var(\'size\') }}" }, { c: 3 }]\nregion: "{{ env_var(\'REGION\') }}"\n',
    );
    expect(rendered).toEqual({ plain: { a: [1, { b: 2 }] }, list: [{ size: 'small' }, { c: 3 }], region: 'north' });
    expect(rendered.plain).toBe(given.plain);
    expect((rendered.list as unknown[])[1]).toBe((given.list as unknown[])[1]);
    expect(given.region).toBe("{{ env_var('REGION') }}");
  });

  it('are left where they are rendered later, with a plus before the key or without', () => {
    const hook = '{{ nothing() }}';
    const { rendered, errors } = render(
      `m: { +post-hook: "${hook}", pre_hook: ["${hook}"], description: "${hook}" }\n`,
    );
    expect(errors).toEqual([]);
    expect(rendered).toEqual({ m: { '+post-hook': hook, pre_hook: [hook], description: hook } });
  });

  it('are asked for by paths that are right for each key and item', () => {
    const paths: string[] = [];
    const isKept = (path: YamlPath) => {
      paths.push(path.join('/'));
      return false;
    };
    render('a: { b: [{ c: 1 }, { d: 2 }] }\ne: 1\n', isKept);
    expect([...new Set(paths)]).toEqual(['', 'a', 'a/b', 'a/b/0', 'a/b/0/c', 'a/b/1', 'a/b/1/d', 'e']);
  });

  it('are told of at the place of each', () => {
    const { errors } = render('a: [x, "{{ var(\'none\') }}"]\nb: { c: "{{ var(\'none\') }}" }\n');
    expect(errors.map(({ place }) => place?.source.position(place.start))).toEqual([
      { line: 1, column: 8 },
      { line: 2, column: 9 },
    ]);
  });
});
