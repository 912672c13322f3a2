import { describe, expect, it } from 'vitest';
import { type ChartInput, ChartStyle, type Drawing } from '../../src/dashboards/charts/chart.js';
import { renderChart } from '../../src/dashboards/charts/render-chart.js';
import { textWidth } from '../../src/dashboards/charts/svg.js';
import { type Cell, DataTable } from '../../src/dashboards/data.js';
import type { ChartEntry } from '../../src/dashboards/definition-schema.js';

const base = { name: 'c', title: 'C', question: 'C?', model: "ref('m')", finding: 'c' };
const style = new ChartStyle({ a: 'Alpha' }, { a: 'green', b: 'orange' });

type Row = Record<string, Cell>;

function draw(entry: Partial<ChartEntry> & Pick<ChartEntry, 'kind'>, rows: readonly Row[], width = 570): Drawing {
  const names = Object.keys(rows[0] ?? { x: null, y: null, s: null });
  const columns = names.map((name) => {
    const sample = rows.map((row) => row[name]).find((value) => value !== null && value !== undefined);
    const isTime = typeof sample === 'string' && /^\d{4}-\d\d-\d\d/.test(sample);
    return { name, type: typeof sample === 'number' ? 'DOUBLE' : isTime ? 'DATE' : 'VARCHAR' };
  });
  const data = new DataTable(
    columns,
    rows.map((row) => names.map((name) => row[name]!)),
  );
  const input: ChartInput = { entry: { ...base, ...entry } as ChartEntry, data, style, width };
  return renderChart(input);
}

/** Every coordinate of a drawing's marks. */
function numbers(drawing: Drawing): number[] {
  return [...drawing.body.matchAll(/ (?:x|y|x1|x2|y1|y2|cx|cy|width|height|r)="([^"]*)"/g)].map((match) =>
    Number(match[1]),
  );
}

function rects(drawing: Drawing): { x: number; y: number; width: number; height: number; class: string }[] {
  return [...drawing.body.matchAll(/<rect ([^>]*)>/g)].map(([, text]) => {
    const of = (name: string): string => new RegExp(`(?:^| )${name}="([^"]*)"`).exec(text!)?.[1] ?? '';
    return { x: +of('x'), y: +of('y'), width: +of('width'), height: +of('height'), class: of('class') };
  });
}

/** Flat labels as boxes, estimated as the charts estimate them. */
function labels(drawing: Drawing): { left: number; right: number; y: number; text: string }[] {
  return [...drawing.body.matchAll(/<text ([^>]*)>(?:<title>[^<]*<\/title>)?([^<]*)<\/text>/g)]
    .filter(([, attributes]) => !attributes!.includes('transform='))
    .map(([, attributes, text]) => {
      const of = (name: string): string => new RegExp(`${name}="([^"]*)"`).exec(attributes!)?.[1] ?? '';
      const width = textWidth(plain(text!));
      const anchor = of('text-anchor');
      const x = Number(of(' ?x'));
      const left = anchor === 'middle' ? x - width / 2 : anchor === 'end' ? x - width : x;
      return { left, right: left + width, y: Number(of(' y')), text: text! };
    });
}

function plain(markup: string): string {
  return markup.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

function expectNothingOverlaps(drawing: Drawing): void {
  const all = labels(drawing);
  for (const [i, a] of all.entries()) {
    expect(a.left, a.text).toBeGreaterThanOrEqual(-1);
    expect(a.right, a.text).toBeLessThanOrEqual(drawing.width + 1);
    for (const b of all.slice(i + 1)) {
      const touch = Math.abs(a.y - b.y) < 10 && a.left < b.right && b.left < a.right;
      expect(touch, `"${a.text}" over "${b.text}"`).toBe(false);
    }
  }
}

const xy = { dimension: 'x', measure: 'y' } as const;
const everyKind: readonly (Partial<ChartEntry> & Pick<ChartEntry, 'kind'>)[] = [
  { kind: 'bar', ...xy },
  { kind: 'bar', ...xy, orientation: 'vertical' },
  { kind: 'bar', ...xy, series: 's' },
  { kind: 'stacked_bar', ...xy, series: 's', stack: 'share' },
  { kind: 'line', ...xy },
  { kind: 'line', ...xy, series: 's' },
  { kind: 'dot', ...xy },
  { kind: 'heatmap', dimension: 'x', row_dimension: 's', measure: 'y' },
  { kind: 'matrix', dimension: 'x', row_dimension: 's', measure: 'y', scale: 'diverging' },
  { kind: 'scatter', dimension: 'y', measure: 'y', item: 'x', series: 's' },
  { kind: 'histogram', dimension: 'y', series: 's' },
];

describe.each(everyKind)('a chart of kind $kind ($orientation $series $stack)', (entry) => {
  const cases: Record<string, Row[]> = {
    'one row': [{ x: 'a', y: 3, s: 'a' }],
    'only nulls': [
      { x: 'a', y: null, s: 'a' },
      { x: null, y: null, s: null },
    ],
    'one value everywhere': ['a', 'b', 'c'].map((x) => ({ x, y: 0, s: 'a' })),
    'negative and huge values': [
      { x: 'a', y: -12_345_678, s: 'a' },
      { x: 'b', y: 9_876_543_210, s: 'b' },
    ],
    'tiny values': [
      { x: 'a', y: 0.000012, s: 'a' },
      { x: 'b', y: -0.00003, s: 'b' },
    ],
    'very long names': Array.from({ length: 6 }, (_, i) => ({
      x: `${i} a name that goes on & on, far beyond <what> anybody would read`,
      y: i,
      s: i % 2 === 0 ? 'a' : 'another name that goes on and on and never seems to end',
    })),
    'many days': Array.from({ length: 400 }, (_, i) => ({
      x: new Date(Date.UTC(2023, 0, 1 + i)).toISOString().slice(0, 10),
      y: Math.sin(i) * 40,
      s: i % 2 === 0 ? 'a' : 'b',
    })),
    '5,000 rows': Array.from({ length: 5000 }, (_, i) => ({ x: `n${i}`, y: (i * 7919) % 1000, s: `s${i % 5}` })),
  };

  it.each(Object.entries(cases))('draws %s inside of its picture, without labels over each other', (_, rows) => {
    for (const width of [340, 570, 1140]) {
      const drawing = draw(entry, rows, width);
      expect(drawing.body).not.toMatch(/NaN|Infinity|undefined|\[object/);
      expect(drawing.height).toBeGreaterThan(40);
      expect(drawing.height).toBeLessThan(3000);
      for (const number of numbers(drawing)) {
        expect(number).toBeGreaterThanOrEqual(-2);
        expect(number).toBeLessThanOrEqual(Math.max(drawing.width, drawing.height) + 2);
      }
      expectNothingOverlaps(drawing);
    }
  });
});

describe('bars', () => {
  it('are as long as their values, from zero, and stand in the order of the rows', () => {
    const [first, second] = rects(
      draw({ kind: 'bar', ...xy }, [
        { x: 'b', y: 50 },
        { x: 'a', y: 100 },
      ]),
    );
    expect(first!.x).toBe(second!.x);
    expect(second!.width / first!.width).toBeCloseTo(2, 1);
    expect(first!.y).toBeLessThan(second!.y);
  });

  it('go to the other side of zero for negative values', () => {
    const [minus, plus] = rects(
      draw({ kind: 'bar', ...xy }, [
        { x: 'a', y: -5 },
        { x: 'b', y: 5 },
      ]),
    );
    expect(minus!.x + minus!.width).toBeCloseTo(plus!.x, 0);
  });

  it('fill the whole height where they are shares of a stack, whatever the totals', () => {
    const drawing = draw({ kind: 'stacked_bar', ...xy, series: 's', stack: 'share', orientation: 'vertical' }, [
      { x: 'p', y: 1, s: 'a' },
      { x: 'p', y: 3, s: 'b' },
      { x: 'q', y: 200, s: 'a' },
    ]);
    const [a, b, alone] = rects(drawing);
    expect(a!.height + b!.height).toBeCloseTo(alone!.height, 0);
    expect(b!.height / a!.height).toBeCloseTo(3, 1);
  });

  it('stay in their picture as shares of a stack with negative parts', () => {
    const drawing = draw({ kind: 'stacked_bar', ...xy, series: 's', stack: 'share', orientation: 'vertical' }, [
      { x: 'p', y: -5, s: 'a' },
      { x: 'p', y: 15, s: 'b' },
    ]);
    const [minus, plus] = rects(drawing);
    expect(plus!.height / minus!.height).toBeCloseTo(3, 1);
    expect(plus!.y).toBeGreaterThanOrEqual(0);
    expect(minus!.y).toBeCloseTo(plus!.y + plus!.height, 0);
  });

  it('say how many are left out', () => {
    const rows = Array.from({ length: 55 }, (_, i) => ({ x: `n${i}`, y: i }));
    expect(rects(draw({ kind: 'bar', ...xy }, rows))).toHaveLength(40);
    expect(draw({ kind: 'bar', ...xy }, rows).omitted).toBe('15 more in the table below.');
    expect(rects(draw({ kind: 'bar', ...xy, limit: 3 }, rows))).toHaveLength(3);
  });
});

describe('colours', () => {
  it('belong to values, also where their order changes', () => {
    const rows = [
      { x: 'p', y: 1, s: 'b' },
      { x: 'p', y: 1, s: 'a' },
      { x: 'p', y: 1, s: 'c' },
    ];
    const { legend } = draw({ kind: 'bar', ...xy, series: 's' }, rows);
    expect(legend.map(({ label, color }) => [label, color])).toEqual([
      ['b', 'orange'],
      ['Alpha', 'green'],
      ['c', 'blue'],
    ]);
  });

  it('of a heatmap come in round steps that the legend names', () => {
    const rows = [0, 20, 399].map((y, i) => ({ x: `n${i}`, y, s: 'a' }));
    const drawing = draw({ kind: 'heatmap', dimension: 'x', row_dimension: 's', measure: 'y' }, rows);
    expect(drawing.legend.map(({ label }) => label).slice(0, 3)).toEqual(['0 to 60', '60 to 120', '120 to 180']);
    expect(rects(drawing).map((cell) => cell.class)).toEqual(['f-q0', 'f-q0', 'f-q6']);
  });

  it('of a diverging matrix have zero in their middle', () => {
    const rows = [-1, 0, 1].map((y, i) => ({ x: `n${i}`, y, s: 'a' }));
    const drawing = draw(
      { kind: 'matrix', dimension: 'x', row_dimension: 's', measure: 'y', scale: 'diverging' },
      rows,
    );
    expect(rects(drawing).map((cell) => cell.class)).toEqual(['f-d0', 'f-d3', 'f-d6']);
    expect(drawing.legend[0]!.label).toBe('below −0.75');
  });
});

describe('lines', () => {
  it('break where a value is missing, and a single point is a dot', () => {
    const values = [1, 2, null, 4, null, 6, 7];
    const rows = values.map((y, i) => ({ x: `2024-01-0${i + 1}`, y }));
    const { body } = draw({ kind: 'line', ...xy }, rows);
    const paths = [...body.matchAll(/<path d="([^"]*)" class="line /g)].map((match) => match[1]!);
    expect(paths.map((path) => path.split('L').length)).toEqual([2, 2]);
    const dots = /<path d="([^"]*)" class="dots /.exec(body)![1]!;
    expect(dots.match(/h0/g)).toHaveLength(5);
  });

  it('of few months name each of them', () => {
    const rows = ['2024-01-01', '2024-02-01', '2024-03-01'].map((x, i) => ({ x, y: i }));
    const { body } = draw({ kind: 'line', dimension: { column: 'x', format: 'month' }, measure: 'y' }, rows);
    for (const month of ['Jan 2024', 'Feb 2024', 'Mar 2024']) expect(body).toContain(`>${month}</text>`);
  });
});

describe('a histogram', () => {
  it('counts every value once, in bins that all series share', () => {
    const rows = Array.from({ length: 1000 }, (_, i) => ({ y: (i % 100) / 100, s: i % 4 === 0 ? 'a' : 'b' }));
    const { body } = draw({ kind: 'histogram', dimension: 'y', series: 's' }, rows);
    const counts = [...body.matchAll(/<title>[^<]*rows: ([\d,]+)<\/title>/g)].map((match) => Number(match[1]));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(1000);
  });
});

describe('a histogram of ready bins', () => {
  it('stands on zero, and hangs from it where a figure is negative', () => {
    const rows = [
      { x: 0, to: 1, y: 4 },
      { x: 1, to: 2, y: -4 },
    ];
    const [up, down] = rects(draw({ kind: 'histogram', dimension: { column: 'x', upper: 'to' }, measure: 'y' }, rows));
    expect(up!.height).toBeCloseTo(down!.height, 1);
    expect(up!.y + up!.height).toBeCloseTo(down!.y, 1);
  });
});

describe('a scatter plot', () => {
  it('of thousands of points is a few paths', () => {
    const rows = Array.from({ length: 5000 }, (_, i) => ({ x: i % 71, y: i % 67, s: i % 2 === 0 ? 'a' : 'b' }));
    const { body } = draw({ kind: 'scatter', ...xy, series: 's' }, rows);
    expect(body.match(/class="cloud /g)).toHaveLength(2);
    expect(body).not.toContain('<circle');
    expect(body.length).toBeLessThan(120_000);
  });

  it('leaves out rows that lack one of the two figures', () => {
    const rows = [
      { x: 1, y: 1 },
      { x: 2, y: null },
      { x: null, y: 3 },
    ];
    expect(draw({ kind: 'scatter', ...xy }, rows).body.match(/<circle/g)).toHaveLength(1);
  });
});
