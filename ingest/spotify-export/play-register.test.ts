import { describe, expect, it } from 'vitest';
import { PlayRegister } from './play-register.js';

const at = (time: string) => Date.parse(`2023-05-01T${time}Z`);

/** Registers plays; a play is written as `time ms`, with seconds where the format is exact. */
function register(
  files: readonly (readonly string[])[],
  names: readonly [string, string] = ['Artist', 'Title'],
): string[][] {
  const exact = (play: string) => /^\d\d:\d\d:\d\d/.test(play);
  const plays = new PlayRegister(files.flat().some(exact) && !files.flat().every(exact));
  return files.map((file, number) =>
    file.map((play) => {
      const [time, ms] = play.split(' ');
      const endedAt = at(exact(play) ? time! : `${time}:00`);
      const result = plays.admit(
        { endedAt, exactSecond: exact(play), msPlayed: Number(ms) },
        names[0],
        names[1],
        number,
      );
      return typeof result === 'string' ? result : result.id;
    }),
  );
}

describe('plays and what repeats them', () => {
  it('identical rows of one file are plays of their own, with ids that stay the same', () => {
    const [first] = register([['10:00 0', '10:00 0', '10:00 0']]);
    expect(new Set(first).size).toBe(3);
    expect(register([['10:00 0', '10:00 0', '10:00 0']])).toEqual([first]);
    expect(first![0]).toMatch(/^[0-9a-f]{40}$/);
  });

  it('over several files a row counts as often as in the file that has most of it', () => {
    const result = register([['10:00 5'], ['10:00 5', '10:00 5', '10:00 5'], ['10:00 5', '10:00 5']]);
    expect(result[1]!.map((id) => id === 'other file')).toEqual([true, false, false]);
    expect(result[2]).toEqual(['other file', 'other file']);
    expect(new Set(result.flat()).size - 1).toBe(3);
  });

  it('other milliseconds, another minute or other names are other plays', () => {
    const result = register([['10:00 5', '10:00 6', '10:01 5']]).flat();
    const others = register([['10:00 5']], ['Artist', 'Other']).flat();
    const shifted = register([['10:00 5']], ['ArtistT', 'itle']).flat();
    expect(new Set([...result, ...others, ...shifted]).size).toBe(5);
  });

  it('exact plays of one minute are told apart by their seconds, across files too', () => {
    const result = register([['10:00:10 0'], ['10:00:40 0'], ['10:00:10 0']]);
    expect(result[2]).toEqual(['other file']);
    expect(new Set([result[0]![0], result[1]![0]]).size).toBe(2);
  });

  it('the extended export wins over the account export for the same play, once for each play', () => {
    const result = register([['10:00:30 5000'], ['10:00 5000', '10:00 5000']]);
    expect(result[1]![0]).toBe('exact format');
    expect(result[1]![1]).toMatch(/^[0-9a-f]{40}$/);
  });

  it('both formats give a play the same id, so that the later one replaces it', () => {
    expect(register([['10:00:59 5000']])).toEqual(register([['10:00 5000']]));
  });

  it('ends may differ by one minute, not more', () => {
    expect(register([['10:01:00 5000'], ['10:00 5000']])[1]).toEqual(['exact format']);
    expect(register([['09:59:00 4900'], ['10:00 5000']])[1]).toEqual(['exact format']);
    expect(register([['10:01:01 5000'], ['10:00 5000']])[1]![0]).toMatch(/^[0-9a-f]{40}$/);
  });

  it('of two near ones the play with the same milliseconds is taken', () => {
    const result = register([
      ['10:00:20 100', '10:00:50 90000'],
      ['10:00 90000', '10:00 100', '10:00 7'],
    ]);
    expect(result[1]!.slice(0, 2)).toEqual(['exact format', 'exact format']);
    expect(result[1]![2]).toMatch(/^[0-9a-f]{40}$/);
  });

  it('overlapping account exports do not use up two exact plays for one', () => {
    const result = register([
      ['10:00:20 100', '10:00:50 100'],
      ['10:00 100'],
      ['10:00 100'],
      ['10:00 100', '10:00 100'],
    ]);
    expect(result.slice(1)).toEqual([['exact format'], ['other file'], ['other file', 'exact format']]);
  });
});
