import { type ProjectError, tsdbtErrorsOf } from '../errors/tsdbt-error.js';
import { findProjectFiles } from '../project/find-files.js';
import { parseTemplate } from '../template/parse.js';
import { configLayers } from './config-layers.js';
import { kindConfigErrors } from './kind-config.js';
import { mergeLayers, toNodeConfig } from './merge-config.js';
import { aliasOf, schemaOf } from './node-names.js';
import type { TestNode } from './nodes.js';
import { parseFacts } from './parse-facts.js';
import type { ParseState } from './parse-state.js';
import { readSource } from './read-source.js';
import { writtenConfig } from './written-config.js';

/** The tests that are SQL files of their own: every .sql below the test paths but `generic/`. */
export function readSingularTests(state: ParseState): TestNode[] {
  const { project, index, errors, docs, naming } = state;
  const nodes: TestNode[] = [];
  for (const file of findProjectFiles(project, project.paths.tests)) {
    // `fixtures/` holds the rows of unit tests
    if (file.extension !== '.sql' || ['generic', 'fixtures'].includes(file.folders[0] ?? '')) continue;
    const read = readSource(file, errors, project.prefix);
    const located = index.tests.take(file.stem);
    if (read === undefined) continue;
    const { source } = read;
    try {
      const program = parseTemplate(source);
      if (
        isOnlyBlocks(
          program.blocks.map((block) => block.place),
          source.text,
        )
      )
        continue;
      const name = file.stem;
      const fqn = [project.name, ...file.folders, name];
      const stub = {
        uniqueId: `test.${project.name}.${name}`,
        resourceType: 'test' as const,
        packageName: project.name,
        name,
        fqn,
        path: file.path,
      };
      const layers = configLayers(project, 'tests', fqn);
      const outer = [
        ...layers.own,
        ...(located === undefined ? [] : [{ meta: located.entry.meta }, located.entry.config ?? {}]),
      ];
      const facts = parseFacts(state, program, stub, 'tests', outer, layers.root);
      const config = toNodeConfig(mergeLayers([...outer, ...facts.config, ...layers.root]), 'tests');
      const own: ProjectError[] = [];
      const node: TestNode = {
        ...stub,
        source,
        description:
          located === undefined
            ? ''
            : docs
                .render(
                  located.entry.description ?? '',
                  () => located.document.placeOf([...located.at, 'description']),
                  own,
                )
                .trim(),
        tags: config.tags,
        meta: config.meta,
        propertiesPlace: located?.place,
        config,
        schema: schemaOf(project, config, file.folders, 'test', naming, () => ({ ...stub, config })),
        alias: aliasOf(config, name, naming, () => ({ ...stub, config })),
        rawCode: source.text,
        generic: undefined,
        columnName: undefined,
        checksum: read.checksum,
        writtenConfig: located === undefined ? undefined : writtenConfig(located),
        docBlocks: docs.idsIn(located?.entry.description ?? ''),
        attachedNode: undefined,
        refs: facts.refs,
        sources: facts.sources,
        functions: facts.functions,
        dependsOn: [],
        dependsOnMacros: facts.macros,
        directMacros: facts.directMacros,
        configCall: facts.configCall,
      };
      errors.push(...own, ...kindConfigErrors(node, located?.place ?? source.place(0)));
      state.programs.set(node.uniqueId, program);
      if (config.enabled) nodes.push(node);
      else state.disabled.set(node.uniqueId, node);
    } catch (thrown) {
      const ours = tsdbtErrorsOf(thrown);
      if (ours.length === 0) throw thrown;
      errors.push(...ours);
    }
  }
  return nodes;
}

/** A file of `{% test %}` and `{% macro %}` blocks defines macros; it is no test itself. */
function isOnlyBlocks(places: readonly { start: number; end: number }[], text: string): boolean {
  if (places.length === 0) return false;
  let rest = text;
  for (const { start, end } of [...places].reverse()) rest = rest.slice(0, start) + rest.slice(end);
  return rest.replace(/\{#.*?#\}/gs, '').trim() === '';
}
