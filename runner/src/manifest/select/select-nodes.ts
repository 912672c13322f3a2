import { type GraphError, TsdbtErrors } from '../../errors/tsdbt-error.js';
import { graphCodes } from '../codes.js';
import type { Manifest } from '../manifest.js';
import type { ResourceType } from '../nodes.js';
import { type IndirectSelection, parseSelection, type Selection } from './criterion.js';
import { difference, evaluateSelection, type Selected, type SelectionContext, settle } from './evaluate.js';
import type { PreviousState } from './previous-state.js';
import { type NamedSelector, namedSelector, readSelectors } from './yaml-selectors.js';

export interface SelectOptions {
  /** `--select`; each item may hold several terms */
  readonly select?: readonly string[] | undefined;
  /** `--exclude` */
  readonly exclude?: readonly string[] | undefined;
  /** `--selector`: a name in selectors.yml */
  readonly selector?: string | undefined;
  /** only these kinds are returned; all when undefined */
  readonly resourceTypes?: readonly ResourceType[] | undefined;
  /** which tests come with what is selected; `eager` by default */
  readonly indirectSelection?: IndirectSelection | undefined;
  /** what `state:`, `result:` and `source_status:` compare with */
  readonly state?: PreviousState | undefined;
}

/**
 * The unique ids of what dbt's selector language selects; everything where nothing is asked for and selectors.yml has no default.
 *
 * @throws TsdbtErrors for terms that are no selectors or match nothing (TSD3020 to TSD3023), each with a suggestion
 */
export function selectNodes(manifest: Manifest, options: SelectOptions = {}): Set<string> {
  const errors: GraphError[] = [];
  let selectors: ReadonlyMap<string, NamedSelector> | undefined;
  const context: SelectionContext = {
    indirectSelection: options.indirectSelection ?? 'eager',
    errors,
    state: options.state,
    selectors: () => {
      selectors ??= readSelectors(manifest.project);
      return selectors;
    },
  };
  const wanted = wantedSelection(manifest, options);
  const selected = wanted === undefined ? everything(manifest) : evaluateSelection(manifest, wanted, context);
  const excluded =
    options.exclude === undefined || options.exclude.length === 0
      ? undefined
      : evaluateSelection(manifest, parseSelection(options.exclude), context);
  // dbt goes on with what else is selected
  const fatal = errors.filter((e) => !manifest.project.isDbt || e.code !== graphCodes.selectorMatchesNothing);
  if (fatal.length > 0) throw new TsdbtErrors(fatal);
  const left: Selected =
    excluded === undefined
      ? selected
      : {
          direct: difference(selected.direct, excluded.direct),
          indirect: difference(selected.indirect, excluded.direct),
        };
  // definitions in YAML say themselves which tests come along
  const ids = options.selector === undefined ? settle(manifest, left) : new Set(left.direct);
  const kinds = options.resourceTypes;
  if (kinds === undefined) return ids;
  return new Set([...ids].filter((id) => kinds.includes(manifest.get(id)!.resourceType)));
}

function wantedSelection(manifest: Manifest, options: SelectOptions): Selection | undefined {
  if (options.selector !== undefined) return namedSelector(readSelectors(manifest.project), options.selector).selection;
  if (options.select !== undefined && options.select.length > 0) return parseSelection(options.select);
  if (options.exclude !== undefined && options.exclude.length > 0) return undefined;
  return [...readSelectors(manifest.project).values()].find((selector) => selector.isDefault)?.selection;
}

function everything(manifest: Manifest): Selected {
  return { direct: new Set([...manifest.all()].map((node) => node.uniqueId)), indirect: new Set() };
}
