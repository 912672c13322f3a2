import { describe, expect, it } from 'vitest';
import { PLAY_ID_LENGTH, PlayRegister } from './play-register.js';

const at = (time: string) => Date.parse(`2023-05-01T${time}Z`);

/** Registers plays, written as `time ms`, with seconds where the format is exact; undefined is a row of another file. */
function register(
  files: readonly (readonly string[])[],
  names: readonly [string, string] = ['Artist', 'Title'],
): (string | undefined)[][] {
  const plays = new PlayRegister();
  return files.map((file, number) =>
    file.map((play) => {
      const [time, ms] = play.split(' ') as [string, string];
      const exactSecond = time.length === 8;
      const endedAt = at(exactSecond ? time : `${time}:00`);
      return plays.admit({ endedAt, exactSecond, msPlayed: Number(ms) }, names[0], names[1], number);
    }),
  );
}

/** Ids of plays, whichever file they are taken from. */
const idsOf = (files: readonly (readonly string[])[]) =>
  register(files)
    .flat()
    .filter((id) => id !== undefined)
    .sort();

describe('plays and what repeats them', () => {
  it('identical rows of one file are plays of their own, with ids that stay the same', () => {
    const [first] = register([['10:00 0', '10:00 0', '10:00 0']]);
    expect(new Set(first).size).toBe(3);
    expect(register([['10:00 0', '10:00 0', '10:00 0']])).toEqual([first]);
    for (const id of first!) expect(id).toMatch(/^a[0-9a-f]{32}$/);
    expect(first![0]).toHaveLength(PLAY_ID_LENGTH);
  });

  it('over several files a row counts as often as in the file that has most of it', () => {
    const result = register([['10:00 5'], ['10:00 5', '10:00 5', '10:00 5'], ['10:00 5', '10:00 5']]);
    expect(result[1]!.map((id) => id === undefined)).toEqual([true, false, false]);
    expect(result[2]).toEqual([undefined, undefined]);
    expect(new Set(result.flat()).size - 1).toBe(3);
  });

  it('other milliseconds, another minute or other names are other plays', () => {
    const result = register([['10:00 5', '10:00 6', '10:01 5']]).flat();
    const others = register([['10:00 5']], ['Artist', 'Other']).flat();
    const shifted = register([['10:00 5']], ['ArtistT', 'itle']).flat();
    expect(new Set([...result, ...others, ...shifted]).size).toBe(5);
  });

  it('names that differ in case or Unicode form only are the same', () => {
    const names: [string, string][] = [
      ['Beyoncé', 'Déjà Vu'],
      ['Beyonce\u0301', 'De\u0301ja\u0300 Vu'],
      ['BEYONCÉ', 'DÉJÀ VU '],
    ];
    expect(new Set(names.flatMap((each) => register([['10:00 5']], each).flat())).size).toBe(1);
  });

  it('each format counts for itself', () => {
    expect(idsOf([['10:00:00 5', '10:00:30 5'], ['10:00 5'], ['10:00 5']])).toHaveLength(3);
  });
});

describe('exact plays', () => {
  it('of one minute are told apart by their seconds, across files too', () => {
    const result = register([['10:00:10 0'], ['10:00:40 0'], ['10:00:10 0']]);
    expect(result[2]).toEqual([undefined]);
    expect(new Set([result[0]![0], result[1]![0]]).size).toBe(2);
  });

  it('keep their ids when other files come or go', () => {
    const [early] = idsOf([['10:00:10 5']]);
    const [late] = idsOf([['10:00:40 5']]);
    expect(idsOf([['10:00:10 5'], ['10:00:40 5']])).toEqual([early, late].sort());
    expect(idsOf([['10:00:40 5'], ['10:00:10 5']])).toEqual([early, late].sort());
    expect(idsOf([['10:00:40 5', '10:00:10 5', '10:00:40 5']])).toEqual(expect.arrayContaining([early, late]));
  });

  it('of one second have numbers of their own', () => {
    const twice = idsOf([['10:00:10 5', '10:00:10 5']]);
    expect(new Set(twice).size).toBe(2);
    expect(twice).toEqual(expect.arrayContaining(idsOf([['10:00:10 5']])));
  });
});
