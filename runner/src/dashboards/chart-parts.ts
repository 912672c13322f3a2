import { didYouMean } from '../errors/suggest.js';
import { ProjectError } from '../errors/tsdbt-error.js';
import type { YamlDocument, YamlPath } from '../project/yaml-document.js';
import { dashboardCodes } from './codes.js';
import type { ChartEntry, ChartKind } from './definition-schema.js';

type Part = keyof ChartEntry & string;

interface Parts {
  readonly needs: readonly Part[];
  readonly takes: readonly Part[];
}

/** What each kind of chart needs, and what else it can use. */
export const partsOfKind: Readonly<Record<ChartKind, Parts>> = {
  bar: {
    needs: ['dimension', 'measure'],
    takes: ['series', 'interval', 'reference', 'orientation', 'limit', 'domain'],
  },
  stacked_bar: { needs: ['dimension', 'series', 'measure'], takes: ['orientation', 'stack', 'limit'] },
  line: { needs: ['dimension', 'measure'], takes: ['series', 'interval', 'reference', 'domain'] },
  dot: { needs: ['dimension', 'measure'], takes: ['series', 'interval', 'reference', 'limit', 'domain'] },
  heatmap: { needs: ['dimension', 'row_dimension', 'measure'], takes: ['scale', 'domain'] },
  matrix: { needs: ['dimension', 'row_dimension', 'measure'], takes: ['scale', 'domain'] },
  scatter: { needs: ['dimension', 'measure'], takes: ['series', 'item', 'identity_line', 'domain'] },
  histogram: { needs: ['dimension'], takes: ['measure', 'series', 'count_label'] },
  table: { needs: ['columns'], takes: [] },
  big_number: { needs: ['measure'], takes: ['columns'] },
};

const parts: readonly Part[] = [
  ...new Set(Object.values(partsOfKind).flatMap(({ needs, takes }) => [...needs, ...takes])),
];

/** Says which keys a chart lacks for its kind, and which its kind cannot use. */
export function checkParts(chart: ChartEntry, document: YamlDocument, at: YamlPath, errors: ProjectError[]): void {
  const { needs, takes } = partsOfKind[chart.kind];
  for (const part of needs) {
    if (chart[part] !== undefined) continue;
    errors.push(
      new ProjectError(dashboardCodes.missingPart, `a chart of kind ${chart.kind} needs the key "${part}"`, {
        place: document.placeOf([...at, 'kind']),
      }),
    );
  }
  const usable = [...needs, ...takes];
  for (const part of parts) {
    if (chart[part] === undefined || usable.includes(part)) continue;
    errors.push(
      new ProjectError(dashboardCodes.unusedPart, `a chart of kind ${chart.kind} cannot use the key "${part}"`, {
        place: document.placeOf([...at, part], 'key'),
        hint: didYouMean(part, usable) ?? `it takes: ${usable.join(', ')}`,
      }),
    );
  }
}
