import { describe, expect, it } from 'vitest';
import { codeFrame } from '../../src/errors/code-frame.js';
import { SourceText } from '../../src/errors/source-text.js';

/** The frame of a part of a file, found by its text. */
function frameOf(text: string, part: string, width?: number): string[] {
  const source = new SourceText('models/a.sql', text);
  const start = text.indexOf(part);
  return codeFrame(source.place(start, start + part.length), width);
}

describe('code frame', () => {
  it('shows the line before and the line after, with carets under the span', () => {
    expect(frameOf('select\n  part,\n  avg(danceabilty) as mean,\n  count(*)\nfrom x', 'danceabilty')).toEqual([
      '   2 |   part,',
      ' > 3 |   avg(danceabilty) as mean,',
      '     |       ^^^^^^^^^^^',
      '   4 |   count(*)',
    ]);
  });

  it('lines numbers up where their digits differ, and leaves blank neighbours out', () => {
    const text = `${'x\n'.repeat(8)}nine\nten\n\n`;
    expect(frameOf(text, 'nine')).toEqual(['    8 | x', ' >  9 | nine', '      | ^^^^', '   10 | ten']);
    expect(frameOf(text, 'ten')).toEqual(['    9 | nine', ' > 10 | ten', '      | ^^^']);
  });

  it('stands right after tabs, wide characters and combining marks', () => {
    expect(frameOf('\tbad', 'bad')).toEqual([' > 1 |     bad', '     |     ^^^']);
    expect(frameOf('a\tbad', 'bad')).toEqual([' > 1 | a   bad', '     |     ^^^']);
    expect(frameOf("'音楽' bad", 'bad')).toEqual([" > 1 | '音楽' bad", '     |        ^^^']);
    expect(frameOf("'e\u0301' bad", 'bad')).toEqual([" > 1 | 'e\u0301' bad", '     |     ^^^']);
    expect(frameOf('🎵 bad', 'bad')).toEqual([' > 1 | 🎵 bad', '     |    ^^^']);
    expect(frameOf('音楽', '楽')).toEqual([' > 1 | 音楽', '     |   ^^']);
  });

  it('marks the first line of a span over several, and the end of a line', () => {
    expect(frameOf('select (\n  1\n', '(\n  1')).toEqual([' > 1 | select (', '     |        ^', '   2 |   1']);
    const source = new SourceText('a.sql', 'select');
    expect(codeFrame(source.place(6))).toEqual([' > 1 | select', '     |       ^']);
  });

  it('cuts very long lines around the span', () => {
    const frame = frameOf(`${'a'.repeat(500)}BAD${'b'.repeat(500)}`, 'BAD', 21);
    expect(frame).toEqual([` > 1 | …${'a'.repeat(8)}BAD${'b'.repeat(8)}…`, `     | ${' '.repeat(9)}^^^`]);
    expect(frameOf(`BAD${'b'.repeat(500)}`, 'BAD', 10)).toEqual([' > 1 | BADbbbbbb…', '     | ^^^']);
    expect(frameOf(`${'a'.repeat(500)}BAD`, 'BAD', 10)).toEqual([' > 1 | …aaaaaaBAD', '     |        ^^^']);
  });

  it('lets no control character reach the terminal', () => {
    expect(frameOf('\u001b[31mbad', 'bad')).toEqual([' > 1 | �[31mbad', '     |      ^^^']);
  });

  it('counts CRLF as one line end', () => {
    expect(frameOf('one\r\nbad\r\nthree\r\n', 'bad')).toEqual([
      '   1 | one',
      ' > 2 | bad',
      '     | ^^^',
      '   3 | three',
    ]);
  });
});
