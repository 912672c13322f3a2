import { ProjectError, type TsdbtError } from '../errors/tsdbt-error.js';
import type { Manifest } from '../manifest/manifest.js';
import type { ManifestNode, ResourceType } from '../manifest/nodes.js';
import { selectNodes } from '../manifest/select/select-nodes.js';
import { readSelectors } from '../manifest/select/yaml-selectors.js';
import type { Project } from '../project/project.js';
import { cliCodes } from './codes.js';
import { SELECTED_TYPES, type SelectionOptions } from './flags.js';
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
  const { select, models, exclude, selector } = effective(options, manifest.project);
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

/** The flags that count: in a dbt project a selector stands alone. */
function effective(options: SelectionOptions, { isDbt }: Project): SelectionOptions {
  if (!isDbt || options.selector === undefined) return options;
  return { ...options, select: undefined, models: undefined, exclude: undefined };
}

/**
 * What a dbt project is to be told of its selectors: keys in selectors.yml that dbt ignores, flags that it overrides.
 *
 * @throws TsdbtErrors with every error of selectors.yml, which dbt reads for every command
 */
export function selectorWarnings(options: SelectionOptions, project: Project): readonly TsdbtError[] {
  if (!project.isDbt) return [];
  const warnings: TsdbtError[] = [];
  readSelectors(project, warnings);
  const { selector, select, models, exclude } = options;
  if (selector !== undefined && [select, models, exclude].some((given) => given !== undefined))
    warnings.push(
      new ProjectError(
        cliCodes.overriddenFlags,
        'The --select and --exclude arguments are being ignored for node selection because --selector is provided',
        { hint: 'leave one of them out, or write an exclusion into selectors.yml' },
      ),
    );
  return warnings;
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

/** `--models` of `ls` leaves models only; of all other commands it is another name of `--select`. */
function wantedKinds(
  { resourceType, excludeResourceType, models }: SelectionOptions,
  kinds: readonly ResourceType[] | undefined,
): readonly ResourceType[] | undefined {
  const isAll = resourceType?.some((kind) => kind === 'all' || kind === 'default') ?? true;
  const asked = isAll ? undefined : (resourceType as readonly ResourceType[]);
  const wanted = asked === undefined ? kinds : (kinds?.filter((kind) => asked.includes(kind)) ?? asked);
  if (excludeResourceType !== undefined) {
    return (wanted ?? SELECTED_TYPES).filter((kind) => !excludeResourceType.includes(kind));
  }
  return wanted === undefined && models !== undefined ? ['model'] : wanted;
}
