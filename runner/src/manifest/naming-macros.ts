import type { Project } from '../project/project.js';
import { toTemplateValue } from '../template/convert.js';
import { createDbtContext } from '../template/dbt-context.js';
import type { MacroLibrary } from '../template/macros.js';
import { callMacro } from '../template/render.js';
import { plain, text } from '../template/values.js';
import { baseHost } from './base-host.js';
import type { NamingMacros } from './node-names.js';
import { settled } from './parse-facts.js';

/** The project's own `generate_schema_name` and `generate_alias_name`, where it has them. */
export function namingMacros(project: Project, library: MacroLibrary): NamingMacros {
  const own = (name: string) => {
    if (library.inPackage(project.name, name) === undefined) return undefined;
    const scope = createDbtContext(baseHost(project, library));
    return (custom: string | undefined, node: Readonly<Record<string, unknown>>): string =>
      text(plain(settled(callMacro(library, name, [custom ?? null, toTemplateValue(node)], {}, scope))));
  };
  const schemaName = own('generate_schema_name');
  const aliasName = own('generate_alias_name');
  return { ...(schemaName === undefined ? {} : { schemaName }), ...(aliasName === undefined ? {} : { aliasName }) };
}
