import type { ChartKind } from '../definition-schema.js';
import { barChart } from './bar.js';
import type { ChartInput, Drawing } from './chart.js';
import { dotChart } from './dot.js';
import { heatmapChart } from './heatmap.js';
import { histogramChart } from './histogram.js';
import { lineChart } from './line.js';
import { scatterChart } from './scatter.js';

type DrawnKind = Exclude<ChartKind, 'table' | 'big_number'>;

const renderers: Readonly<Record<DrawnKind, (input: ChartInput) => Drawing>> = {
  bar: barChart,
  stacked_bar: barChart,
  line: lineChart,
  dot: dotChart,
  heatmap: heatmapChart,
  matrix: heatmapChart,
  scatter: scatterChart,
  histogram: histogramChart,
};

/** Draws a chart at a width. Tables and big numbers are no drawings: they are HTML (see `html-parts.ts`). */
export function renderChart(input: ChartInput): Drawing {
  return renderers[input.entry.kind as DrawnKind](input);
}

export function isDrawn(kind: ChartKind): kind is DrawnKind {
  return kind in renderers;
}
