import { randomUUID } from 'node:crypto';
import { configOf, selectorOf } from '../cli/commands/ls.js';
import { interruptible } from '../cli/interrupt.js';
import { withManifest } from '../cli/open-project.js';
import { selectedBy, selectedNode } from '../cli/selection.js';
import type { ManifestNode } from '../manifest/nodes.js';
import { call, flagsOf } from './call.js';
import type { CompileOptions, ProjectOptions, SelectOptions, ShowOptions } from './options.js';
import type { CompiledNode, ListedNode, ParsedProject, ShownTable } from './results.js';

const quiet = (): void => {};

export function compileFiles(options: CompileOptions): Promise<readonly CompiledNode[]> {
  const flags = flagsOf(options);
  return call(options, ({ effects }) =>
    withManifest(flags, effects, async ({ project, manifest, bus }) => {
      const { compileNodes } = await import('../run/compile.js');
      const { inline, select } = options;
      const named = select === undefined ? flags : { ...flags, indirectSelection: 'empty' as const };
      const selected =
        inline === undefined
          ? selectedBy(named, manifest, ['model', 'test', 'snapshot', 'analysis', 'function'])
          : new Set<string>();
      return interruptible(
        effects,
        (signal) => compileNodes({ project, manifest, selected, inline, bus, signal }),
        quiet,
      );
    }),
  );
}

export function showRows(options: ShowOptions): Promise<ShownTable> {
  const { inline, asOf, limit = 5 } = options;
  const flags = flagsOf(options);
  return call(options, ({ effects }) =>
    withManifest(flags, effects, async ({ project, manifest, bus }) => {
      const { showQuery } = await import('../run/show.js');
      const node =
        inline === undefined ? selectedNode(flags, manifest, 'show', ['model', 'seed', 'snapshot', 'test']) : undefined;
      const most = Number.isFinite(limit) && limit >= 0 ? limit : undefined;
      const { columns, rows } = await interruptible(
        effects,
        (signal) => showQuery({ project, manifest, node, inline, limit: most, asOf, bus, signal }),
        quiet,
      );
      return {
        columns: columns.map(({ name, type }) => ({ name, type })),
        rows: rows.map((row) => Object.fromEntries(columns.map(({ name }, i) => [name, row[i]]))),
      };
    }),
  );
}

export function listNodes(options: SelectOptions): Promise<readonly ListedNode[]> {
  const flags = flagsOf(options);
  return call(options, ({ effects }) =>
    withManifest(flags, effects, async ({ manifest }) =>
      [...selectedBy(flags, manifest)].map((id) => listed(manifest.get(id)!)),
    ),
  );
}

export function parseProject(options: ProjectOptions): Promise<ParsedProject> {
  return call(options, ({ effects }) =>
    withManifest(flagsOf(options), effects, async ({ project, manifest }) => {
      const { writeManifest } = await import('../artifacts/manifest-json.js');
      writeManifest(manifest, { invocationId: randomUUID(), startedAt: effects.now() });
      return {
        project: project.name,
        target: project.target.name,
        projectDir: project.projectDir,
        nodes: [...manifest.all()].map(listed),
        warnings: manifest.warnings,
      };
    }),
  );
}

function listed(node: ManifestNode): ListedNode {
  return {
    uniqueId: node.uniqueId,
    name: node.name,
    resourceType: node.resourceType,
    packageName: node.packageName,
    path: node.path,
    selector: selectorOf(node),
    schema: 'schema' in node ? node.schema : undefined,
    alias: 'alias' in node ? node.alias : undefined,
    description: node.description,
    tags: node.tags,
    meta: node.meta,
    config: 'config' in node ? configOf(node.config) : {},
    dependsOn: node.dependsOn,
  };
}
