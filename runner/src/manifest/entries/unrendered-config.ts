import type { ConfigKind } from '../../project/config-schema.js';
import type { Project } from '../../project/project.js';
import type { WrittenConfig } from '../nodes.js';

type Values = Readonly<Record<string, unknown>>;

/**
 * Config of a node before templates in it were rendered, the nearest layer winning key by key: what `state:modified` compares, so
 * that another target or environment changes nothing.
 *
 * @param project the project or package of the node
 * @param call what the node's file says in `config(…)`
 */
export function unrenderedConfig(
  project: Project,
  kind: ConfigKind,
  fqn: readonly string[],
  yaml: WrittenConfig | undefined,
  call: Values = {},
): Record<string, unknown> {
  const layers = [
    ...project.config[kind].writtenFor(fqn),
    ...(yaml === undefined ? [] : [joined(yaml.given, yaml.raw) as Values]),
    call,
    ...(project.root === undefined ? [] : project.root.config[kind].writtenFor(fqn)),
  ];
  return Object.assign({}, ...layers) as Record<string, unknown>;
}

/** What is written goes before what was made of it; lists stand one after the other. */
function joined(rendered: unknown, raw: unknown): unknown {
  if (Array.isArray(rendered) && Array.isArray(raw)) return [...rendered, ...raw];
  if (!isRecord(rendered) || !isRecord(raw)) return raw;
  const result: Record<string, unknown> = { ...rendered };
  for (const [key, value] of Object.entries(raw)) result[key] = key in rendered ? joined(rendered[key], value) : value;
  return result;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
