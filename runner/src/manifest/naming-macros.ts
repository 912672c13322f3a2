import type { Project } from '../project/project.js';
import { toTemplateValue } from '../template/convert.js';
import { createDbtContext } from '../template/dbt-context.js';
import type { MacroLibrary } from '../template/macros.js';
import { callMacro } from '../template/render.js';
import { plain, text } from '../template/values.js';
import { baseHost } from './base-host.js';
import type { NamingMacros } from './node-names.js';
import { settled } from './parse-facts.js';

/** The `generate_schema_name` and `generate_alias_name` of a package, else of the root project, where they have them. */
export function namingMacros(project: Project, library: MacroLibrary): NamingMacros {
  const own = (name: string) => {
    const owner = [project, project.root].find((one) => one && library.inPackage(one.name, name) !== undefined);
    if (owner === undefined) return undefined;
    const scope = createDbtContext(baseHost(project, library));
    return (custom: string | undefined, node: Readonly<Record<string, unknown>>): string =>
      text(
        plain(settled(callMacro(library, `${owner.name}.${name}`, [custom ?? null, toTemplateValue(node)], {}, scope))),
      );
  };
  const schemaName = own('generate_schema_name');
  const aliasName = own('generate_alias_name');
  return { ...(schemaName === undefined ? {} : { schemaName }), ...(aliasName === undefined ? {} : { aliasName }) };
}
