import { toArray } from './containers.js';
import { typeFailure } from './failure.js';
import { concatRendered } from './rendered.js';
import { Markup, PyTuple, plain, type TemplateValue, text, typeName } from './values.js';

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', "'": '&#39;', '"': '&#34;' };

/** A text with what means something in HTML written as entities. */
export function escapeHtml(given: string): string {
  return given.replace(/[&<>'"]/g, (c) => escapes[c]!);
}

/** Python's `markupsafe.escape`: Markup stays as it is. */
export function escaped(value: TemplateValue): Markup {
  return value instanceof Markup ? value : new Markup(escapeHtml(text(value)));
}

/** The text of a value as Markup's methods take it up. */
export function escapedText(value: TemplateValue): string {
  return value instanceof Markup ? value.text : escapeHtml(text(value));
}

/** `a ~ b` within `{% autoescape true %}`: from the first Markup on, what is text is escaped, before it, too. */
export function joinMarkup(items: readonly TemplateValue[]): TemplateValue {
  return items.some((item) => item instanceof Markup)
    ? new Markup(items.map(escapedText).join(''))
    : concatRendered(items);
}

/** What a function makes of a text, Markup where the text was. */
export function keepMarkup(run: (given: string) => string): (value: TemplateValue) => TemplateValue {
  return (value) => (value instanceof Markup ? new Markup(run(value.text)) : run(text(value)));
}

/** Methods of `str` that give Markup for Markup, with the position of the argument that is escaped first. */
const wrapped = new Map<string, number | undefined>([
  ...['capitalize', 'title', 'lower', 'upper', 'lstrip', 'rstrip', 'strip', 'translate', 'expandtabs', 'swapcase'].map(
    (name) => [name, undefined] as const,
  ),
  ...['zfill', 'casefold', 'removeprefix', 'removesuffix'].map((name) => [name, undefined] as const),
  ...['split', 'rsplit', 'splitlines', 'partition', 'rpartition'].map((name) => [name, undefined] as const),
  ...['replace', 'ljust', 'rjust', 'center'].map((name) => [name, 1] as const),
]);

type Call = (positional: readonly TemplateValue[], named: ReadonlyMap<string, TemplateValue>) => TemplateValue;

/**
 * A method of Markup; undefined where it has none of its own, so that the one of its text is meant.
 * @param ofText the same method of its text
 */
export function markupMethod(self: Markup, name: string, ofText: Call | undefined): Call | undefined {
  if (wrapped.has(name) && ofText !== undefined)
    return (positional, named) => {
      const at = wrapped.get(name);
      return wrap(
        ofText(
          positional.map((value, i) => (i === at ? escapedText(value) : value)),
          named,
        ),
      );
    };
  switch (name) {
    case 'join':
      return ([items]) =>
        new Markup(
          toArray(items ?? null)
            .map(escapedText)
            .join(self.text),
        );
    case 'unescape':
      return () => unescapeHtml(self.text);
    case 'striptags':
      return () => stripTags(self.text);
    case 'escape':
      return ([value]) => escaped(value ?? null);
    default:
      return undefined;
  }
}

function wrap(value: TemplateValue): TemplateValue {
  if (typeof value === 'string') return new Markup(value);
  if (Array.isArray(value)) return value.map(wrap);
  return value instanceof PyTuple ? new PyTuple(value.items.map(wrap)) : value;
}

/** `a + b` where one of them is Markup. */
export function addMarkup(a: TemplateValue, b: TemplateValue): Markup {
  for (const side of [a, b])
    if (typeof plain(side) !== 'string') throw typeFailure(`"+" does not work on ${typeName(a)} and ${typeName(b)}`);
  return new Markup(escapedText(a) + escapedText(b));
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the separators U+001C to U+001F are white space in Python
const spaces = /[\s\u0085\u001c-\u001f]+/;

/** Markupsafe's `striptags`: no tags and comments, one space for many, entities as characters. */
export function stripTags(given: string): string {
  const bare = given.replace(/<!--[\s\S]*?-->|<(?!!--)[^>]*>/g, '');
  const words = bare.split(spaces).filter((word) => word !== '');
  return unescapeHtml(words.join(' '));
}

const entities: Record<string, string> = {
  ...{ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0', copy: '©', reg: '®', raquo: '»', laquo: '«' },
  ...{
    hellip: '…',
    mdash: '—',
    ndash: '–',
    euro: '€',
    pound: '£',
    yen: '¥',
    cent: '¢',
    sect: '§',
    deg: '°',
    times: '×',
  },
  ...{ auml: 'ä', ouml: 'ö', uuml: 'ü', Auml: 'Ä', Ouml: 'Ö', Uuml: 'Ü', szlig: 'ß', eacute: 'é', agrave: 'à' },
};

/** Entities as the characters that they mean: numbers, and the names in use. */
function unescapeHtml(given: string): string {
  return given.replace(/&(?:#[xX]([0-9a-fA-F]+);?|#(\d+);?|([A-Za-z][A-Za-z0-9]*);)/g, (whole, hex, digits, name) => {
    if (name !== undefined) return entities[name as string] ?? whole;
    const code = hex === undefined ? Number(digits) : Number.parseInt(hex, 16);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
  });
}
