import { getAttribute, getItem } from './attributes.js';
import type { PyDict } from './containers.js';
import { valueFailure } from './failure.js';
import { formatSpec } from './format-spec.js';
import type { Bound } from './signature.js';
import { asciiRepr, Markup, repr, type TemplateValue, text } from './values.js';

/**
 * Python's `str.format`.
 * @param bound positional values as a list, named values as a dict
 * @param escaping what is put in goes through it: the format is Markup
 * @throws OperationFailure TSD2017 for fields that are not given
 */
export function formatString(format: string, bound: Bound, escaping?: (value: TemplateValue) => string): string {
  const positional = bound[0] as TemplateValue[];
  const named = bound[1] as PyDict;
  let automatic = 0;
  let numbered: boolean | undefined;
  return replaceFields(format);

  function replaceFields(template: string): string {
    let out = '';
    for (let at = 0; at < template.length; at++) {
      const c = template[at]!;
      if ((c === '{' || c === '}') && template[at + 1] === c) {
        out += c;
        at++;
      } else if (c === '}') throw valueFailure('a single "}" in a format', 'write }} for a brace');
      else if (c === '{') {
        const end = fieldEnd(template, at);
        out += field(template.slice(at + 1, end));
        at = end;
      } else out += c;
    }
    return out;
  }

  function field(body: string): string {
    const [, name, conversion, spec] = /^([^!:]*)(?:!([rsa]))?(?::([\s\S]*))?$/.exec(body) ?? [];
    if (name === undefined) throw valueFailure(`bad field {${body}} in a format`);
    const value = resolve(name);
    const converted =
      conversion === undefined
        ? value
        : conversion === 's'
          ? text(value)
          : conversion === 'a'
            ? asciiRepr(value)
            : repr(value);
    const chosen = replaceFields(spec ?? '');
    if (escaping === undefined) return formatSpec(converted, chosen);
    if (!(converted instanceof Markup)) return escaping(formatSpec(converted, chosen));
    if (chosen !== '') throw valueFailure('Markup takes no format');
    return converted.text;
  }

  function resolve(name: string): TemplateValue {
    const [, head, path] = /^([^.[]*)(.*)$/.exec(name)!;
    const isAutomatic = name === '';
    const index = isAutomatic ? automatic++ : /^\d+$/.test(head!) ? Number(head) : undefined;
    if (index !== undefined) {
      numbered ??= !isAutomatic;
      if (numbered === isAutomatic) throw valueFailure('a format has numbers for all of its fields or for none');
    }
    let value = index === undefined ? named.get(head!) : positional[index];
    if (value === undefined)
      throw valueFailure(
        index === undefined ? `the format names "${head}", which is not given` : `the format needs ${index + 1} values`,
      );
    for (const [, attribute, key] of path!.matchAll(/\.(\w+)|\[([^\]]+)\]/g)) {
      value =
        attribute !== undefined
          ? getAttribute(value, attribute)
          : getItem(value, /^\d+$/.test(key!) ? Number(key) : key!);
    }
    return value;
  }
}

function fieldEnd(template: string, open: number): number {
  let depth = 0;
  for (let i = open; i < template.length; i++) {
    if (template[i] === '{') depth++;
    else if (template[i] === '}' && --depth === 0) return i;
  }
  throw valueFailure('a "{" without its "}" in a format', 'write {{ for a brace');
}
