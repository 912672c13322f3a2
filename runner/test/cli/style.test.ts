import { describe, expect, it } from 'vitest';
import { isLive, usesColor } from '../../src/cli/style.js';

const terminal = { write: () => true, isTTY: true };
const pipe = { write: () => true };

describe('colours and the live region', () => {
  it('are for terminals', () => {
    expect([usesColor(terminal, {}), isLive(terminal, {})]).toEqual([true, true]);
    expect([usesColor(pipe, {}), isLive(pipe, {})]).toEqual([false, false]);
  });

  it('are declined by NO_COLOR, --no-color and dumb terminals', () => {
    expect([usesColor(terminal, { NO_COLOR: '1' }), isLive(terminal, { NO_COLOR: '1' })]).toEqual([false, false]);
    expect([usesColor(terminal, {}, false), isLive(terminal, {}, false)]).toEqual([false, false]);
    expect([usesColor(terminal, { TERM: 'dumb' }), isLive(terminal, { TERM: 'dumb' })]).toEqual([false, false]);
    expect(usesColor(terminal, { NO_COLOR: '' })).toBe(true);
  });

  it('FORCE_COLOR colours a pipe, and 0 uncolours a terminal; CI shows no live region', () => {
    expect(usesColor(pipe, { FORCE_COLOR: '1' })).toBe(true);
    expect(usesColor(terminal, { FORCE_COLOR: '0' })).toBe(false);
    expect([usesColor(terminal, { CI: 'true' }), isLive(terminal, { CI: 'true' })]).toEqual([true, false]);
  });
});
