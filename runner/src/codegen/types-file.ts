import type { Column } from '../engines/engine.js';
import type { Manifest } from '../manifest/manifest.js';
import type { ColumnProperties, ManifestNode, ModelNode, SourceNode } from '../manifest/nodes.js';
import { propertyName, storedType, typeScriptType } from './typescript-types.js';

/** The file that `tsdbt codegen` writes, relative to the project. */
export const TYPES_FILE = 'tsdbt-types.d.ts';

const HEAD = `// Written by "tsdbt codegen". What is changed here is lost with the next.
import type { CellValue } from 'tsdbt';

declare module 'tsdbt' {
`;

/** A declaration file that gives `defineModel` the rows of models, seeds, snapshots and sources. */
export function typesFile(manifest: Manifest, columns: ReadonlyMap<string, readonly Column[]>): string {
  const relations = [...manifest.models()]
    .filter((node) => manifest.model(node.name) === node)
    .flatMap((node) => entryOf(node, node.name, columns.get(node.uniqueId), isStored(node, manifest)));
  const sources = [...manifest.sources.values()].flatMap((node) =>
    entryOf(node, `${node.sourceName}.${node.name}`, columns.get(node.uniqueId), false),
  );
  const text = `${HEAD}${block('Relations', 'Rows of models, seeds and snapshots, by name.', relations)}
${block('SourceRelations', 'Rows of sources, by `source.table`.', sources)}}
`;
  return text.includes('CellValue', HEAD.length)
    ? text
    : text.replace("import type { CellValue } from 'tsdbt';", 'export {};');
}

interface Entry {
  readonly name: string;
  readonly text: string;
}

function block(name: string, comment: string, entries: readonly Entry[]): string {
  const sorted = [...entries].sort((a, b) => (a.name < b.name ? -1 : 1));
  return `  /** ${comment} */\n  interface ${name} {\n${sorted.map((entry) => entry.text).join('')}  }\n`;
}

function entryOf(
  node: ModelNode | SourceNode,
  name: string,
  columns: readonly Column[] | undefined,
  stored: boolean,
): Entry[] {
  if (columns === undefined) return [];
  const fields = columns.map((column) => {
    const properties = node.columns.get(column.name) ?? findIgnoringCase(node.columns, column.name);
    const type = typeScriptType(stored ? storedType(column.name, column.type) : column.type);
    const nullable = isRequired(node, column.name, properties) ? '' : ' | null';
    return `${comment(properties?.description, '      ')}      readonly ${propertyName(column.name)}: ${type}${nullable};\n`;
  });
  const text = `${comment(node.description, '    ')}    ${JSON.stringify(name).replaceAll('"', "'")}: {\n${fields.join('')}    };\n`;
  return [{ name, text }];
}

/** Whether the contract keeps nulls out. */
function isRequired(node: ManifestNode, name: string, properties: ColumnProperties | undefined): boolean {
  const keepsOut = ['not_null', 'primary_key'];
  if (properties?.constraints.some(({ type }) => keepsOut.includes(type)) === true) return true;
  const defined = 'definition' in node ? node.definition?.columns[name] : undefined;
  return typeof defined === 'object' && defined.nullable === false;
}

/** Whether rows are read from a Delta table, and not computed anew. */
function isStored(node: ModelNode, manifest: Manifest): boolean {
  const { materialized } = node.config;
  return manifest.project.target.storage === 'delta' && materialized !== 'view' && materialized !== 'ephemeral';
}

function findIgnoringCase(columns: ReadonlyMap<string, ColumnProperties>, name: string): ColumnProperties | undefined {
  return [...columns.values()].find((column) => column.name.toLowerCase() === name.toLowerCase());
}

function comment(text: string | undefined, indent: string): string {
  const lines = (text ?? '').replaceAll('*/', '* /').trim().split('\n');
  if (lines[0] === '') return '';
  if (lines.length === 1) return `${indent}/** ${lines[0]} */\n`;
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}`.trimEnd()).join('\n')}\n${indent} */\n`;
}
