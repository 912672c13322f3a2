import { calledMacros } from '../manifest/called-macros.js';
import { configJson, docsOf } from '../manifest/entries/config.js';
import type { EntryContext } from '../manifest/entries/entry-context.js';
import { adapterTypesOf } from '../manifest/entries/macros.js';
import { textChecksum } from '../manifest/entries/sql-nodes.js';
import { unrenderedConfig } from '../manifest/entries/unrendered-config.js';
import { mergeLayers, toNodeConfig } from '../manifest/merge-config.js';
import { parseTemplate } from '../template/parse.js';

/** The statements of `on-run-start` and `on-run-end` of the project and its packages, as nodes. */
export function operationsJson(context: EntryContext): Record<string, Record<string, unknown>> {
  const { manifest, createdAt } = context;
  const { project } = manifest;
  const found: Record<string, Record<string, unknown>> = {};
  for (const one of [project, ...project.packages]) {
    const stages = { 'on-run-start': one.onRunStart, 'on-run-end': one.onRunEnd };
    for (const [stage, hooks] of Object.entries(stages)) {
      for (const [i, { sql, source }] of hooks.entries()) {
        const name = `${one.name}-${stage}-${i}`;
        const uniqueId = `operation.${one.name}.${name}`;
        const fqn = [one.name, 'hooks', name];
        const config = toNodeConfig(mergeLayers(one.config.models.configsFor(fqn)), 'models');
        const macros = calledMacros(
          parseTemplate(source).statements,
          manifest.macros,
          one.name,
          adapterTypesOf(manifest),
        );
        found[uniqueId] = {
          database: project.target.database ?? null,
          schema: project.target.schema,
          name,
          resource_type: 'operation',
          package_name: one.name,
          path: `hooks/${name}.sql`,
          original_file_path: `./${one.document.source.path.slice(one.prefix.length)}`,
          unique_id: uniqueId,
          fqn,
          alias: name,
          checksum: { name: 'sha256', checksum: textChecksum(one.document.source.text) },
          config: configJson('operation', config),
          tags: [...config.tags, stage],
          description: '',
          columns: {},
          meta: config.meta,
          group: null,
          docs: docsOf(config),
          patch_path: null,
          build_path: null,
          unrendered_config: unrenderedConfig(one, 'models', fqn, undefined),
          created_at: createdAt,
          relation_name: null,
          raw_code: sql,
          doc_blocks: [],
          language: 'sql',
          refs: [],
          sources: [],
          metrics: [],
          functions: [],
          depends_on: { macros, nodes: [] },
          compiled_path: null,
          contract: { enforced: false, alias_types: true, checksum: null },
          index: i + 1,
        };
      }
    }
  }
  return found;
}
