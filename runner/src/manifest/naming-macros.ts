import { ProjectError } from '../errors/tsdbt-error.js';
import { projectCodes } from '../project/codes.js';
import type { Project } from '../project/project.js';
import { toTemplateValue } from '../template/convert.js';
import { createDbtContext } from '../template/dbt-context.js';
import type { MacroLibrary } from '../template/macros.js';
import { callMacro } from '../template/render.js';
import { plain, text } from '../template/values.js';
import { baseHost } from './base-host.js';
import type { NamingMacros } from './node-names.js';
import { settled } from './parse-facts.js';

/** The `generate_schema_name`, `generate_alias_name` and `generate_latest_version_pointer_alias` of a package, else of the root project, where they have them. */
export function namingMacros(project: Project, library: MacroLibrary): NamingMacros {
  const own = (name: string) => {
    const owner = [project, project.root].find((one) => one && library.inPackage(one.name, name) !== undefined);
    if (owner === undefined) return undefined;
    const scope = createDbtContext(baseHost(project, library));
    return (custom: string | undefined, node: Readonly<Record<string, unknown>>): string => {
      const given = [custom ?? null, toTemplateValue(node)];
      const found = plain(settled(callMacro(library, `${owner.name}.${name}`, given, {}, scope)));
      if (found !== null) return text(found);
      throw new ProjectError(projectCodes.wrongValue, `${name} gives no name for ${String(node.uniqueId)}`, {
        place: library.inPackage(owner.name, name)!.place,
        hint: 'return a text: the name as a whole, e.g. target.schema',
      });
    };
  };
  const schemaName = own('generate_schema_name');
  const aliasName = own('generate_alias_name');
  const pointerName = own('generate_latest_version_pointer_alias');
  return {
    ...(schemaName === undefined ? {} : { schemaName }),
    ...(aliasName === undefined ? {} : { aliasName }),
    ...(pointerName === undefined ? {} : { pointerName }),
  };
}
