import { describe, expect, it } from 'vitest';
import { formatError, formatThrown } from '../../src/errors/format-error.js';
import { SourceText } from '../../src/errors/source-text.js';
import { CancelledError, EngineError, ProjectError, TsdbtErrors } from '../../src/errors/tsdbt-error.js';

const plain = { color: false };
const model = new SourceText(
  'models/gold/drivers.sql',
  `${'\n'.repeat(12)}    part_of_day,\n    avg(danceabilty) as mean_danceability,\n`,
);
const place = model.place(model.offset(14, 9), model.offset(14, 20));

describe('an error, printed', () => {
  it('has code, cause, place, frame, hint and the compiled file', () => {
    const error = new EngineError('TSD5003', 'column "danceabilty" not found', {
      place,
      hint: 'did you mean "danceability"?',
      compiled: { path: 'target/compiled/gold/drivers.sql', line: 31 },
    });
    expect(formatError(error, plain).split('\n')).toEqual([
      'TSD5003  column "danceabilty" not found',
      '  models/gold/drivers.sql:14:9',
      '   13 |     part_of_day,',
      ' > 14 |     avg(danceabilty) as mean_danceability,',
      '      |         ^^^^^^^^^^^',
      '  did you mean "danceability"?   (compiled: target/compiled/gold/drivers.sql, line 31)',
    ]);
  });

  it('tells through which macros the place was reached, and its details, before the hint', () => {
    const macro = new SourceText('macros/mood.sql', '{{ moood }}');
    const error = new EngineError('TSD5001', 'no such thing', {
      place: macro.place(3, 8),
      via: [{ label: 'mood()', place }],
      detail: 'row 3: x\nrow 4: y',
      hint: 'look there',
    });
    expect(formatError(error, plain).split('\n')).toEqual([
      'TSD5001  no such thing',
      '  macros/mood.sql:1:4',
      ' > 1 | {{ moood }}',
      '     |    ^^^^^',
      '  via mood() at models/gold/drivers.sql:14:9',
      '  row 3: x',
      '  row 4: y',
      '  look there',
    ]);
  });

  it('writes escape sequences only where colours are wanted', () => {
    const error = new ProjectError('TSD1001', 'no project.yml here');
    expect(formatError(error, plain)).toBe('TSD1001  no project.yml here');
    expect(formatError(error, { color: true })).toContain('\u001b[31mTSD1001');
  });
});

describe('whatever was thrown', () => {
  it('prints all errors of a step and counts them', () => {
    const errors = new TsdbtErrors([new ProjectError('TSD1001', 'one'), new ProjectError('TSD1002', 'two')]);
    expect(formatThrown(errors, plain)).toEqual({
      text: 'TSD1001  one\n\nTSD1002  two\n\n2 errors (tsdbt explain <code> says more)',
      exitCode: 2,
    });
  });

  it('names the command that says more, where there is more to say and room for it', () => {
    const error = new ProjectError('TSD1001', 'one');
    expect(formatThrown(error, plain).text).toBe('TSD1001  one\n  (tsdbt explain TSD1001 says more)');
    expect(formatThrown(error, { color: false, width: 40 }).text).toBe('TSD1001  one');
    const usage = new ProjectError('TSD1901', 'tsdbt has no flag --qiet', { hint: 'did you mean "--quiet"?' });
    expect(formatThrown(usage, plain).text).toBe('TSD1901  tsdbt has no flag --qiet\n  did you mean "--quiet"?');
  });

  it('ends with 130 after an interruption', () => {
    expect(formatThrown(new CancelledError(), plain)).toEqual({ text: 'TSD5099  interrupted', exitCode: 130 });
  });

  it('says what a disk has refused, which is no bug', () => {
    const full = Object.assign(new Error("ENOSPC: no space left on device, open 'target/x'"), { code: 'ENOSPC' });
    const { text, exitCode } = formatThrown(full, plain);
    expect([text, exitCode]).toEqual([
      "cannot go on  the disk is full: ENOSPC: no space left on device, open 'target/x'\n  make room and run again",
      2,
    ]);
  });

  it('shows the stack of anything else, and says that it is a bug', () => {
    const { text, exitCode } = formatThrown(new RangeError('odd'), plain);
    expect(exitCode).toBe(2);
    expect(text).toMatch(/^internal error {2}RangeError: odd\n {2}at .*format-error\.test\.ts/);
    expect(text).toMatch(/\n {2}this is a bug in tsdbt, not in your project: /);
    expect(formatThrown('text', plain).text).toContain('internal error  thrown: text');
  });
});
