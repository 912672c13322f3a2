import type { CatalogEntry } from '../artifacts/catalog.js';
import type { FunctionArgument } from '../manifest/function-nodes.js';
import { describerName } from '../manifest/inherit-descriptions.js';
import type { Manifest } from '../manifest/manifest.js';
import type { ColumnProperties, ConstraintProperties } from '../manifest/nodes.js';
import { isSemantic, type PageNode, type SiteInput } from './build-site.js';
import { semanticFacts } from './semantic-facts.js';
import type { NodeDetails, SiteCode, SiteColumn } from './site-data.js';

/** What a node's own page shows. */
export function nodeDetails(node: PageNode, input: SiteInput): NodeDetails {
  const entry = input.catalog.entries.get(node.uniqueId);
  const problem = input.catalog.problems.get(node.uniqueId);
  const errors = input.lastRun?.results.get(node.uniqueId)?.adapter_response.errors ?? [];
  const code = codeOf(node, input);
  return {
    description: node.description.trim() === '' ? (entry?.comment ?? '') : node.description,
    columns: 'columns' in node ? columnsOf(node.columns, entry, input.manifest) : [],
    constraints: 'constraints' in node ? node.constraints.map(constraintText) : [],
    meta: node.meta,
    macros: 'dependsOnMacros' in node ? node.dependsOnMacros : [],
    ...(code === undefined ? {} : { code }),
    ...(entry === undefined ? {} : { table: tableOf(entry) }),
    ...(problem === undefined ? {} : { problem }),
    ...(errors.length === 0
      ? {}
      : { errors: errors.map(({ code, message, hint }) => `${code}  ${message}${hint ? ` (${hint})` : ''}`) }),
    facts: factsOf(node),
    ...(node.resourceType === 'exposure' && node.url !== undefined ? { url: node.url } : {}),
  };
}

/** The built table's columns in its order, then those that are declared only. */
function columnsOf(
  declared: ReadonlyMap<string, ColumnProperties>,
  entry: CatalogEntry | undefined,
  manifest: Manifest,
): readonly SiteColumn[] {
  const properties = new Map([...declared.values()].map((column) => [column.name.toLowerCase(), column]));
  const columns: SiteColumn[] = [];
  for (const built of entry?.columns ?? []) {
    const said = properties.get(built.name.toLowerCase());
    properties.delete(built.name.toLowerCase());
    columns.push({
      name: built.name,
      type: built.type,
      description: said?.description || built.comment || '',
      ...(said === undefined ? {} : declaredOf(said, manifest)),
    });
  }
  for (const said of properties.values()) {
    columns.push({
      name: said.name,
      description: said.description,
      ...declaredOf(said, manifest),
      ...(entry === undefined ? {} : { missing: true }),
    });
  }
  return columns;
}

function declaredOf(column: ColumnProperties, manifest: Manifest): Partial<SiteColumn> {
  const describer = column.descriptionFrom === undefined ? undefined : manifest.get(column.descriptionFrom);
  return {
    ...(describer === undefined ? {} : { describedBy: { id: describer.uniqueId, name: describerName(describer) } }),
    ...(column.dataType === undefined ? {} : { declared: column.dataType }),
    ...(column.constraints.length === 0 ? {} : { constraints: column.constraints.map(constraintText) }),
    ...(column.tags.length === 0 ? {} : { tags: column.tags }),
    ...(Object.keys(column.meta).length === 0 ? {} : { meta: column.meta }),
  };
}

function constraintText({ type, expression, columns }: ConstraintProperties): string {
  const name = type.replaceAll('_', ' ');
  const of = columns.length === 0 ? '' : ` (${columns.join(', ')})`;
  return expression === undefined ? `${name}${of}` : `${name}${of}: ${expression}`;
}

function tableOf(entry: CatalogEntry): NonNullable<NodeDetails['table']> {
  const { columns: _columns, uniqueId: _uniqueId, ...table } = entry;
  return table;
}

function codeOf(node: PageNode, input: SiteInput): SiteCode | undefined {
  if (node.resourceType === 'source' || node.resourceType === 'exposure' || isSemantic(node)) return undefined;
  const compiled = input.compiled.get(node.uniqueId);
  const rest = {
    ...(compiled?.sql === undefined ? {} : { compiled: compiled.sql }),
    ...(compiled?.note === undefined ? {} : { note: compiled.note }),
  };
  if (node.resourceType === 'test') return { language: 'sql', raw: node.rawCode, ...rest };
  if (node.language === 'csv') return undefined;
  return { language: node.language, raw: node.source.text, ...rest };
}

function text(value: unknown): string | undefined {
  return value === undefined || value === null ? undefined : [value].flat().join(', ');
}

function argumentText({ dataType, defaultValue, description }: FunctionArgument): string {
  const otherwise = defaultValue === undefined || defaultValue === null ? '' : `, else ${String(defaultValue)}`;
  return `${dataType}${otherwise}${description ? ` (${description})` : ''}`;
}

/** Short facts for the head of the page, beside what the warehouse tells. */
function factsOf(node: PageNode): [string, string][] {
  const facts: [string, string | undefined][] = [];
  if (node.resourceType === 'exposure') {
    const name = text(node.owner.name);
    const email = text(node.owner.email);
    facts.push(['Owner', name === undefined ? email : email === undefined ? name : `${name} <${email}>`]);
    facts.push(['Maturity', node.maturity]);
    return facts.filter((fact): fact is [string, string] => fact[1] !== undefined);
  }
  if (isSemantic(node)) return semanticFacts(node).filter((fact): fact is [string, string] => fact[1] !== undefined);
  const { config } = node;
  if (node.resourceType === 'source') {
    facts.push(['Loader', node.loader], ['Location', node.location], ['Loaded at', node.loadedAtField]);
  } else if (node.resourceType === 'test') {
    facts.push(['Severity', config.severity], ['Only where', config.where]);
    for (const [key, value] of Object.entries(node.generic?.kwargs ?? {}))
      if (key !== 'model') facts.push([key, typeof value === 'string' ? value : JSON.stringify(value)]);
  } else if (node.resourceType === 'function') {
    for (const argument of node.args) facts.push([`Argument ${argument.name}`, argumentText(argument)]);
    for (const { definedIn, args } of node.overloads)
      facts.push([`Overload ${definedIn}`, args.map((one) => `${one.name} ${argumentText(one)}`).join(', ')]);
    facts.push(['Returns', node.returns?.dataType], ['Type', text(config.extra.type ?? 'scalar')]);
  } else if (node.resourceType !== 'analysis') {
    facts.push(
      ['Strategy', config.materialized === 'incremental' ? (config.incremental_strategy ?? 'default') : undefined],
      ['Unique key', config.unique_key === undefined ? undefined : [config.unique_key].flat().join(', ')],
      ['Sorted by', config.cluster_by.length === 0 ? undefined : config.cluster_by.join(', ')],
      ['Contract', config.contract.enforced ? 'enforced' : undefined],
      ['Group', config.group],
      ['Access', config.access],
    );
  }
  return facts.filter((fact): fact is [string, string] => fact[1] !== undefined && fact[1] !== '');
}
