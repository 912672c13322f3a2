// Random templates of several statements, for fuzz-jinja2.mjs.

/** A generator of numbers from 0 to 1 that gives the same ones for the same seed. */
export function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** What templates find, and the templates that they may import. */
export const context = {
  n: 7,
  z: 0,
  f: 2.5,
  s: 'Hello world',
  t: '',
  html: '<b>&',
  yes: true,
  no: false,
  nothing: null,
  xs: [3, 1, 2],
  ws: ['b', 'A', 'c'],
  empty: [],
  d: { a: 1, b: [1, 2], c: { e: 'x' } },
  people: [
    { name: 'Ann', age: 30, tags: ['x', 'y'] },
    { name: 'bob', age: 25, tags: [] },
    { name: 'Cid', age: 30, tags: ['x'] },
  ],
  tree: [
    {
      v: 1,
      kids: [
        { v: 2, kids: [] },
        { v: 3, kids: [{ v: 4, kids: [] }] },
      ],
    },
    { v: 5, kids: [] },
  ],
};

export const templates = {
  'lib.sql':
    '{% macro m1(a, b=2) %}[{{ a }}|{{ b }}]{% endmacro %}\n{% set lv = 5 %}{% macro m2() %}{{ n }}{{ caller() if caller else "-" }}{% endmacro %}text',
  'part.sql': 'part:{{ n }}{{ x }}\n{% set x = 9 %}{{ x }}\n',
  'loop.sql': '{% for i in xs %}{{ loop.index }}{{ i }}{% if not loop.last %},{% endif %}{% endfor %}',
};

/** @param random a generator of numbers from 0 to 1 */
export function randomTemplate(random) {
  const pick = (list) => list[Math.floor(random() * list.length)];
  const chance = (p) => random() < p;
  const names = ['n', 'z', 'f', 's', 't', 'html', 'yes', 'no', 'nothing', 'xs', 'ws', 'empty', 'd', 'people', 'tree'];
  const targets = ['x', 'y', 'i', 'k', 'v', 'w'];
  const macros = [];
  let inLoop = 0;
  let budget = 12;

  const name = () => (chance(0.05) ? 'undefined_name' : pick(chance(0.4) ? targets : names));
  const loopValue = () =>
    inLoop > 0 ? `loop.${pick(['index', 'index0', 'length', 'revindex', 'revindex0', 'depth', 'depth0'])}` : 'n';
  /** Mostly of the kind that it says, so that most templates come to their end. */
  const make = {
    number: (e) =>
      pick([
        () => pick(['0', '1', '2', '-3', '1.5', '10', 'n', 'z', 'f', 'n', '(n)']),
        () => loopValue(),
        () => `${pick(targets)}|${pick(['int', 'float', 'int(3)', 'length', 'default(4, true)|int'])}`,
        () => `${e('number')} ${pick(['+', '-', '*', '+', '-'])} ${e('number')}`,
        () => `${e('number')} ${pick(['/', '//', '%'])} ${pick(['2', '3', 'n', '1.5'])}`,
        () => `(${e('list')})|${pick(['length', 'count'])}`,
        () => `(${e('number')})|${pick(['abs', 'round', 'round(1)', 'int', 'float', "round(0, 'floor')"])}`,
        () => `-(${e('number')})`,
        () => `xs|${pick(['sum', 'max', 'min', 'first', 'last'])}`,
        () => `people|sum(attribute='age')`,
        () => `2 ** ${pick(['2', '3', 'n', '-1'])}`,
        () => `ns.${pick(['a', 'c'])}|int`,
      ])(),
    text: (e) =>
      pick([
        () => pick(["'a'", "'b c'", "''", '"x<y"', "'a,b,c'", 's', 't', 'html', "'x' 'y'", "'\\n'"]),
        () => `${e('any')} ~ ${e('any')}`,
        () =>
          `(${e('text')})|${pick(['upper', 'lower', 'title', 'capitalize', 'trim', 'e', 'safe', 'string', 'center(9)', 'truncate(5)', 'indent', 'indent(2, true)', 'striptags', 'urlencode', 'wordwrap(4)', 'forceescape', 'urlize', "replace('a', 'b')", 'reverse'])}`,
        () => `(${e('list')})|join${pick(['', "('-')", "(', ')"])}`,
        () => `(${e('any')})|${pick(['string', 'tojson', 'pprint', "default('dd')", "default('dd', true)"])}`,
        () =>
          `(${e('text')})${pick(['.upper()', '.strip()', ".replace('a', 'z')", '[0:2]', '[1:]', '[::-1]', '.title()', ".join(['p', 'q'])", '.lower()'])}`,
        () => `'%s-%s' % (${e('any')}, ${e('number')})`,
        () => `'{}:{a}'.format(${e('any')}, a=${e('number')})`,
        () => `'%s'|format(${e('any')})`,
        () => `people[${pick(['0', '1', '-1'])}].name`,
        () => `${e('text')} * ${pick(['2', '0'])}`,
      ])(),
    list: (e) =>
      pick([
        () => pick(['xs', 'ws', 'empty', 'people', 'range(3)', "[1, 2, 'a']", '(1, 2)', '[]', 'tree', "'abc'", 'd']),
        () => `[${e('any')}, ${e('any')}]`,
        () =>
          `(${e('list')})|${pick(['list', 'reverse|list', 'batch(2)|list', 'slice(2)|list', "map('string')|list", 'unique|list', 'select|list', "reject('none')|list"])}`,
        () =>
          `${pick(['xs', 'ws'])}|${pick(['sort', 'sort(reverse=true)', "map('string')|list", 'unique|list', "select('odd')|list"]).replace("select('odd')", "reject('undefined')")}`,
        () =>
          `people|${pick(["map(attribute='name')|list", "selectattr('age', 'gt', 26)|list", "groupby('age')|list", "sort(attribute='name')", "rejectattr('tags')|list", "map(attribute='tags.0', default=9)|list"])}`,
        () => `d|${pick(['dictsort', 'items|list', 'list'])}`,
        () => `d.${pick(['items()', 'keys()', 'values()'])}|list`,
        () => `(${e('list')})|list + ${e('list')}|list`,
        () => `(${e('text')}).split(${pick(['', "','"])})`,
        () => `xs[${pick(['1:', ':2', '::-1', '::2'])}]`,
        () => `range(${pick(['3', 'n', '1, 4', '5, 0, -2'])})|list`,
      ])(),
    truth: (e) =>
      pick([
        () => pick(['yes', 'no', 'true', 'false', 'x', 'y']),
        () => `${e('number')} ${pick(['<', '>', '<=', '>='])} ${e('number')}`,
        () => `${e('any')} ${pick(['==', '!='])} ${e('any')}`,
        () => `${e('any')} ${pick(['in', 'not in'])} [${e('any')}, ${e('number')}]`,
        () => `${e('any')} ${pick(['and', 'or'])} ${e('any')}`,
        () => `not ${e('any')}`,
        () =>
          `(${name()} is ${chance(0.2) ? 'not ' : ''}${pick(['defined', 'undefined', 'none', 'string', 'number', 'mapping', 'sequence', 'iterable', 'true', 'false', 'integer', 'float', 'boolean', 'callable', 'escaped', 'sameas none', "in [1, 2, 'a']", 'eq 7', "equalto 'a'", 'ne none'])})`,
        () => `((${e('number')}) is ${pick(['odd', 'even', 'divisibleby(2)', 'divisibleby 3', 'gt 2', 'lt(5)'])})`,
        () => (inLoop > 0 ? `loop.${pick(['first', 'last', 'changed(n)', 'previtem|default(0) == 0'])}` : 'yes'),
        () => `${e('number')} < ${e('number')} < ${e('number')}`,
      ])(),
    any: (e) =>
      pick([
        () => name(),
        () => name(),
        () => e('number'),
        () => e('number'),
        () => e('text'),
        () => e('text'),
        () => e('list'),
        () => e('truth'),
        () => `(${e('any')})`,
        () => `(${e('any')} if ${e('truth')} else ${e('any')})`,
        () => `(${e('any')} if ${e('truth')})`,
        () => `{'k': ${e('any')}, ${pick(["'j'", '1', 'n'])}: ${e('any')}}`,
        () => `d${pick(['.a', ".get('a')", ".get('q', 4)", "['b']", '.b[0]', '.c.e', '.nope', '.b|length'])}`,
        () => pick(['none', 'true', '{}', '()', 'nothing', 'ns.a', 'ns.b', 'ns.q', 'dict(p=1, q=n)']),
        () =>
          inLoop > 0 ? `loop.${pick(['previtem', 'nextitem', 'cycle("a", "b")', 'cycle(1, 2, 3)', 'index'])}` : name(),
        () =>
          macros.length > 0
            ? `${pick(macros)}(${Array.from({ length: Math.floor(random() * 3) }, () => e('any')).join(', ')})`
            : name(),
        () =>
          macros.length > 0
            ? `${pick(macros)}(${pick(['a=1', 'b=n', "1, b='p'", 'x=2', 'i=xs', '*xs', '**d'])})`
            : name(),
      ])(),
  };
  function expression(depth = 0, kind = 'any') {
    const small = {
      number: ['1', 'n', 'f', 'z'],
      text: ["'a'", 's', 't'],
      list: ['xs', 'ws', '[]'],
      truth: ['yes', 'no'],
      any: ['1', "'a'", 'x', 'n', 'xs', 'y'],
    };
    if (depth > 4) return pick(small[kind]);
    return make[kind]((inner) => expression(depth + 1, inner));
  }
  const open = () => (chance(0.15) ? '{%-' : chance(0.04) ? '{%+' : '{%');
  const close = () => (chance(0.15) ? '-%}' : chance(0.03) ? '+%}' : '%}');
  const tag = (text) => `${open()} ${text} ${close()}`;
  const blank = () => pick(['', ' ', '\n', '\n  ', ' \n\n', '\t']);
  const data = () =>
    pick([
      'a',
      ' b ',
      '\n',
      ' \n  c\n',
      'select 1',
      ', ',
      '{ x }',
      '%',
      '#',
      '  ',
      '\n\n',
      "'q'",
      '<b>',
      'é',
      'x}}'.slice(0, 1),
    ]);
  const target = () => (chance(0.15) ? `${pick(targets)}, ${pick(targets)}` : pick(targets));

  function body(depth) {
    let out = '';
    for (let i = 0, count = 1 + Math.floor(random() * 3); i < count; i++) out += statement(depth + 1) + blank();
    return out;
  }
  function within(run) {
    const before = inLoop;
    inLoop = 0;
    const out = run();
    inLoop = before;
    return out;
  }
  function loop(depth) {
    const recursive = chance(0.12);
    const iterable = recursive
      ? 'tree'
      : chance(0.6)
        ? pick([
            'xs',
            'ws',
            'people',
            'd',
            'd.items()',
            'range(4)',
            'empty',
            's',
            "'abc'",
            '[[1, 2], [3, 4]]',
            'undefined_name',
            'd|dictsort',
          ])
        : expression(1, 'list');
    const to = recursive
      ? 'i'
      : /items|dictsort|\[\[/.test(iterable)
        ? pick(['k, v', 'i', 'k, v'])
        : chance(0.04)
          ? target()
          : pick(targets);
    const condition = chance(0.2) ? ` if ${expression(2, 'truth')}` : '';
    inLoop++;
    let inner = body(depth);
    if (recursive) inner += `{{ i.v }}{% if i.kids %}{{ loop(i.kids) }}{% endif %}`;
    if (chance(0.15))
      inner += `${tag(`if ${expression(2, 'truth')}`)}${tag(pick(['break', 'continue']))}${tag('endif')}${data()}`;
    inLoop--;
    const otherwise = chance(0.25) ? `${tag('else')}${body(depth)}` : '';
    return `${tag(`for ${to} in ${iterable}${condition}${recursive ? ' recursive' : ''}`)}${inner}${otherwise}${tag('endfor')}`;
  }
  function macro(depth) {
    const own = `m${macros.length}${depth === 0 ? '' : 'i'}`;
    const parameters = pick(['', 'a', 'a, b=2', 'x, y=n', "a, b='q', k=xs", 'i=1']);
    const uses = pick([
      '',
      '',
      '{{ varargs }}',
      '{{ kwargs }}',
      '{{ caller() if caller else 0 }}',
      '{{ caller(1) if caller }}',
    ]);
    const inner = within(() => body(depth));
    const out = `${tag(`macro ${own}(${parameters})`)}${uses}${inner}{{ a }}${tag('endmacro')}`;
    // those of inner blocks are seen there alone
    if (depth === 0 || chance(0.05)) macros.push(own);
    return out;
  }
  function statement(depth) {
    if (--budget < 0 || depth > 4) return chance(0.5) ? data() : `{{ ${expression(1)} }}`;
    return pick([
      () => data(),
      () => data(),
      () => `{{${pick(['', '-', ''])} ${expression()} ${pick(['', '-', ''])}}}`,
      () => `{{ ${expression()} }}`,
      () => `{{ ${expression()} }}`,
      () =>
        chance(0.2)
          ? tag(`set ${pick(targets)}, ${pick(targets)} = ${expression(1)}, ${expression(1)}`)
          : tag(`set ${pick(targets)} = ${expression()}`),
      () => tag(`set ${pick(targets)} = ${expression()}`),
      () => tag(`set ns.${pick(['a', 'b'])} = ${expression()}`),
      () =>
        `${tag(`set ${pick(targets)}${chance(0.3) ? ` | ${pick(['upper', 'trim', 'replace("a", "b")', 'e'])}` : ''}`)}${body(depth)}${tag('endset')}`,
      () =>
        `${tag(`if ${expression(1, 'truth')}`)}${body(depth)}${chance(0.3) ? `${tag(`elif ${expression(1, 'truth')}`)}${body(depth)}` : ''}${chance(0.4) ? `${tag('else')}${body(depth)}` : ''}${tag('endif')}`,
      () => `${tag(`if ${expression(1, 'truth')}`)}${body(depth)}${tag('endif')}`,
      () => loop(depth),
      () => loop(depth),
      () => loop(depth),
      () =>
        `${tag(`with ${pick(targets)} = ${expression(1)}${chance(0.3) ? `, ${pick(targets)} = ${expression(1)}` : ''}`)}${body(depth)}${tag('endwith')}`,
      () => macro(depth),
      () => macro(depth),
      () =>
        macros.length > 0
          ? `${tag(`call${chance(0.3) ? '(q)' : ''} ${pick(macros)}(${chance(0.5) ? expression(2) : ''})`)}${within(() => body(depth))}${tag('endcall')}`
          : data(),
      () =>
        `${tag(`filter ${pick(['upper', 'trim', 'replace("a", "z")', 'indent(2)', 'title', 'e', 'upper|lower'])}`)}${body(depth)}${tag('endfilter')}`,
      () => tag(`do ${pick(['empty', 'empty', 'tree[0].kids'])}.append(${expression(2)})`),
      () => (inLoop > 0 ? data() : tag(`do d.update({'u': ${expression(2, 'number')}})`)),
      () => `{#${pick(['', '-'])} note {{ x }} ${pick(['', '-'])}#}`,
      () => `${pick(['{% raw %}', '{%- raw %}', '{% raw -%}'])} {{ x }} {% y %}${tag('endraw')}`,
      () => tag(`include '${pick(['part.sql', 'loop.sql'])}'${pick(['', '', ' with context'])}`),
      () => tag(`include ${pick(["'none.sql' ignore missing", "['none.sql', 'part.sql']"])}`),
      () =>
        `${tag(`import 'lib.sql' as lib${pick(['', ' with context', ' without context'])}`)}{{ lib.m1(${expression(2)}) }}{{ lib.lv }}${pick(['', '{{ lib.m2() }}'])}`,
      () =>
        `${tag(`from 'lib.sql' import m1${pick([', m2', ' as mm', ''])}${pick(['', ' with context'])}`)}{{ m1(${expression(2)}, b=${expression(2)}) }}`,
      () => `${tag(`autoescape ${pick(['true', 'false'])}`)}${body(depth)}${tag('endautoescape')}`,
      () =>
        `${tag(`block b${Math.floor(random() * 1e9)}${pick(['', '', ' scoped'])}`)}${within(() => body(depth))}${tag('endblock')}`,
    ])();
  }
  let out = '{% set ns = namespace(a=1, b="z", c=3) %}';
  const count = 2 + Math.floor(random() * 4);
  for (let i = 0; i < count; i++) {
    budget = 12;
    out += statement(0) + blank();
  }
  // now and then a letter is lost or doubled, and a tag with it
  if (chance(0.06)) {
    const at = Math.floor(random() * out.length);
    out = chance(0.5)
      ? out.slice(0, at) + out.slice(at + 1)
      : out.slice(0, at) + pick(['{', '}', '%', "'", '(', ')', '|', ' is ', ',', '.', '-', '{{', '%}']) + out.slice(at);
  }
  return out;
}
