import { ProjectError } from '../errors/tsdbt-error.js';
import type { Manifest } from '../manifest/manifest.js';
import type { ManifestNode, ResourceType } from '../manifest/nodes.js';
import { selectNodes } from '../manifest/select/select-nodes.js';
import { cliCodes } from './codes.js';
import type { SelectionOptions } from './flags.js';
import { previousState } from './state.js';

/**
 * The unique ids that the selection flags name.
 *
 * @param kinds what the command works on; undefined: everything
 */
export function selectedBy(
  options: SelectionOptions,
  manifest: Manifest,
  kinds?: readonly ResourceType[],
): Set<string> {
  const { select, models, exclude, selector } = options;
  const given = Object.entries({ '--select': select, '--models': models, '--selector': selector }).filter(
    ([, value]) => value !== undefined,
  );
  if (given.length > 1) {
    const [first, second] = given.map(([flag]) => flag);
    throw new ProjectError(cliCodes.conflictingFlags, `${first} and ${second} exclude each other`, {
      hint: 'give one of them; several terms may stand in it',
    });
  }
  return selectNodes(manifest, {
    select: select ?? models,
    exclude,
    selector,
    indirectSelection: options.indirectSelection,
    state: previousState(options, manifest),
    resourceTypes: wantedKinds(options, kinds),
  });
}

/** The single node that the flags name. */
export function selectedNode(
  options: SelectionOptions,
  manifest: Manifest,
  command: string,
  kinds: readonly ResourceType[],
): ManifestNode {
  const ids = [...selectedBy({ ...options, indirectSelection: 'empty' }, manifest, kinds)];
  if (ids.length === 1) return manifest.get(ids[0]!)!;
  const names = ids.map((id) => manifest.get(id)!.name);
  const listed = `${names.slice(0, 5).join(', ')}${names.length > 5 ? ', …' : ''}`;
  throw new ProjectError(
    cliCodes.oneNodeWanted,
    ids.length === 0
      ? `the selection holds nothing to ${command}`
      : `${command} takes one node, the selection holds ${ids.length}`,
    { hint: ids.length === 0 ? `name one: tsdbt ${command} --select name` : `choose one of: ${listed}` },
  );
}

function wantedKinds(
  options: SelectionOptions,
  kinds: readonly ResourceType[] | undefined,
): readonly ResourceType[] | undefined {
  const asked = options.resourceType?.filter((kind) => kind !== 'all' && kind !== 'default') as
    | ResourceType[]
    | undefined;
  if (asked === undefined || asked.length !== options.resourceType!.length) return options.models ? ['model'] : kinds;
  return kinds === undefined ? asked : asked.filter((kind) => kinds.includes(kind));
}
