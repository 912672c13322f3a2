import { GraphError } from '../errors/tsdbt-error.js';
import { graphCodes } from './codes.js';
import type { ModelNode, TestNode } from './nodes.js';

/** A date of YAML as ISO 8601; a day without a time begins at midnight UTC. Undefined for what is no date. */
export function dateText(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (value instanceof Date) return value.toISOString().replace(/\.\d+Z$/, '+00:00');
  const match = /^(\d{4}-\d{2}-\d{2})(?:[Tt ](\d{2}:\d{2}(?::\d{2})?(?:\.\d+)?)\s*([Zz]|[-+]\d{2}:?\d{2})?)?$/.exec(
    String(value).trim(),
  );
  if (match === null) return undefined;
  const [, day, time = '00:00:00', zone = '+00:00'] = match;
  const seconds = time.length === 5 ? `${time}:00` : time;
  const offset = /^z$/i.test(zone) ? '+00:00' : zone.includes(':') ? zone : `${zone.slice(0, 3)}:${zone.slice(3)}`;
  const text = `${day}T${seconds}${offset}`;
  return Number.isNaN(Date.parse(text)) ? undefined : text;
}

/** Warnings for models that are past their date, and for models that read a model with one. */
export function deprecations(nodes: Iterable<ModelNode | TestNode>, now: Date): GraphError[] {
  const models = [...nodes].filter((node) => node.resourceType !== 'test');
  const warnings: GraphError[] = [];
  const deprecated = new Map(
    models.filter((node) => node.deprecationDate !== undefined).map((node) => [node.uniqueId, node]),
  );
  if (deprecated.size === 0) return warnings;
  for (const model of deprecated.values()) {
    if (!isPast(model, now)) continue;
    warnings.push(
      new GraphError(
        graphCodes.deprecated,
        `model "${versionedName(model)}" has passed its deprecation date, ${model.deprecationDate}`,
        { place: model.propertiesPlace, hint: 'disable it or take it out' },
      ),
    );
  }
  for (const reader of models) {
    for (const id of reader.dependsOn) {
      const model = deprecated.get(id);
      if (model === undefined) continue;
      const call = reader.refs.find((ref) => ref.name === model.name);
      const isLatest = model.version === undefined || String(model.version) === String(model.latestVersion);
      warnings.push(
        new GraphError(
          graphCodes.deprecated,
          `"${versionedName(reader)}" reads "${versionedName(model)}", ${isPast(model, now) ? 'which was deprecated on' : 'which is to be deprecated on'} ${model.deprecationDate}`,
          {
            place: call?.place ?? reader.propertiesPlace,
            hint: isLatest ? undefined : `the latest version is ref("${model.name}", v=${model.latestVersion})`,
          },
        ),
      );
    }
  }
  return warnings;
}

function isPast(model: ModelNode, now: Date): boolean {
  return Date.parse(model.deprecationDate!) < now.getTime();
}

/** `orders`, of a model with versions `orders.v2`. */
export function versionedName(node: Pick<ModelNode, 'name' | 'version'>): string {
  return node.version === undefined ? node.name : `${node.name}.v${node.version}`;
}
