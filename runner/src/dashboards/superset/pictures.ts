import { bars, barsWithEnds } from './bars.js';
import type { ChartContext } from './chart-context.js';
import { grid } from './grids.js';
import { histogram } from './histogram.js';
import { intervalBars } from './interval-bars.js';
import { dots, lines, scatter } from './lines.js';
import { bigNumbers, table } from './tables.js';
import type { Viz } from './viz.js';

/** What a definition becomes in Superset, by its kind. */
export function picturesOf(chart: ChartContext): Viz[] {
  const { entry } = chart;
  switch (entry.kind) {
    case 'bar':
      return [entry.interval !== undefined && entry.series === undefined ? barsWithEnds(chart) : bars(chart)];
    case 'stacked_bar':
      return [bars(chart)];
    case 'line':
      return [lines(chart)];
    case 'dot':
      return [entry.interval === undefined ? dots(chart) : intervalBars(chart)];
    case 'heatmap':
    case 'matrix':
      return [grid(chart)];
    case 'scatter':
      return [scatter(chart)];
    case 'histogram':
      return [entry.measure === undefined ? histogram(chart) : bars(chart)];
    case 'table':
      return [table(chart)];
    case 'big_number':
      return bigNumbers(chart);
  }
}
