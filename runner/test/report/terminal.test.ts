import { describe, expect, it } from 'vitest';
import type { NodeSummary } from '../../src/events/events.js';
import { TerminalReporter } from '../../src/report/terminal.js';
import { emit, finished, runFinished, runStarted, started, table, test } from './events.js';
import { VirtualTerminal } from './virtual-terminal.js';

const forest: NodeSummary = { ...table, uniqueId: 'model.shop.forest', label: 'gold.forest' };

function terminal(columns = 80, rows = 24) {
  const screen = new VirtualTerminal(columns, rows);
  const clock = { ms: 1000 };
  const reporter = new TerminalReporter(screen, { color: false, level: 'info', now: () => clock.ms, interval: 0 });
  return { screen, clock, reporter };
}

describe('the live region', () => {
  it('stands below the finished lines and says what runs, how far it is and how fast', () => {
    const { screen, clock, reporter } = terminal();
    emit(reporter, runStarted, started(table), started(forest));
    clock.ms += 2000;
    emit(
      reporter,
      { event: 'node_progress', node: forest, done: 45, of: 100, unit: 'trees' },
      finished(table, { status: 'success', elapsed: 0.12, rows: 11, version: 4 }),
    );
    expect(screen.screen).toEqual([
      'tsdbt 0.1.0 · build shop · target dev (duckdb, 2 threads) · 3 models, 1 seed, 12',
      ' tests',
      ' Succeeded [  0.12s] table gold.revenue (11 rows, version 4)',
      ' ━─────────────────────── 1/16  2.0s',
      ' ⠦ table gold.forest  45/100 trees (23/s)  2.0s',
    ]);
  });

  it('is gone when the run is over, and the summary is the last line', async () => {
    const { screen, reporter } = terminal(100);
    emit(reporter, runStarted, started(table), finished(table, { status: 'success', elapsed: 0.1 }));
    emit(reporter, runFinished({ success: 1 }));
    await reporter.close();
    expect(screen.screen.slice(1)).toEqual([
      ' Succeeded [  0.10s] table gold.revenue',
      'Finished build in 12s: 1 succeeded',
    ]);
  });

  it('goes below what others print, also when they print half a line', async () => {
    const { screen, reporter } = terminal(60);
    emit(reporter, runStarted, started(table));
    screen.write('from a model\n');
    screen.write('half');
    emit(reporter, { event: 'node_progress', node: table, done: 1 });
    screen.write(' a line\n');
    expect(screen.screen.slice(2)).toEqual([
      'from a model',
      'half a line',
      ' 0/16  0.0s',
      ' ⠋ table gold.revenue  1  0.0s',
    ]);
    screen.write('unfinished');
    emit(reporter, finished(test, { status: 'pass', elapsed: 0.01 }));
    expect(screen.screen.slice(4)).toEqual([
      'unfinished',
      '    Passed [  0.01s] test unique_revenue_day',
      ' 1/16  0.0s',
      ' ⠋ table gold.revenue  1  0.0s',
    ]);
    await reporter.close();
    screen.write('after\n');
    expect(screen.screen.at(-1)).toBe('after');
  });

  it('leaves nothing behind when the window becomes narrower', () => {
    const { screen, reporter } = terminal(100);
    emit(reporter, runStarted, started({ ...table, label: `gold.${'long_'.repeat(15)}` }));
    screen.resize(40);
    emit(reporter, finished(test, { status: 'pass', elapsed: 0.01 }));
    expect(screen.screen.filter((line) => line.includes('/16'))).toEqual([' 1/16  0.0s']);
    expect(screen.screen.at(-1)).toBe(' ⠋ table gold.long_long_long_long_long…');
  });

  it('never takes more than half of a low window', () => {
    const { screen, reporter } = terminal(80, 10);
    emit(reporter, runStarted);
    for (let i = 0; i < 9; i++) emit(reporter, started({ ...table, uniqueId: String(i), label: `gold.t${i}` }));
    expect(screen.screen.slice(-5)).toEqual([
      ' ──────────────────────── 0/16  0.0s',
      ' ⠋ table gold.t0  0.0s',
      ' ⠋ table gold.t1  0.0s',
      ' ⠋ table gold.t2  0.0s',
      '   and 6 more',
    ]);
  });

  it('is not drawn more often than the interval allows', async () => {
    const screen = new VirtualTerminal();
    let now = 0;
    const reporter = new TerminalReporter(screen, { color: false, level: 'info', now: () => now, interval: 80 });
    emit(reporter, runStarted, started(table));
    const before = screen.written.length;
    for (let done = 0; done < 100; done++) emit(reporter, { event: 'node_progress', node: table, done });
    expect(screen.written.length).toBe(before);
    now = 80;
    emit(reporter, { event: 'node_progress', node: table, done: 100 });
    expect(screen.written.length).toBeGreaterThan(before);
    await reporter.close();
  });
});
