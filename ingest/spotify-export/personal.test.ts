import { describe, expect, it } from 'vitest';
import { withoutPersonal, withoutValues } from './personal.js';

const ENTRY = `{
  "ts": "2023-01-01T10:00:30Z",
  "username": "some.one",
  "platform": "Android OS 9 API 28 (Brand, \\"Model\\")",
  "ms_played": 1000,
  "conn_country": "AT",
  "ip_addr_decrypted": "192.0.2.1",
  "user_agent_decrypted": "agent%2F1.0",
  "master_metadata_track_name": "Song",
  "ip_addr": "2001:db8:0:1:1:1:1:1"
}`;
const PERSONAL = ['some.one', 'Android', 'Model', '"AT"', '192.0.2.1', 'agent%2F1.0', '2001:db8'];

/** All ways of shortening the entry, by a character and by all that follows. */
const broken = (text: string): string[] =>
  Array.from({ length: text.length }, (_, i) => [text.slice(0, i), text.slice(0, i) + text.slice(i + 1)]).flat();

describe('what is shown of an export', () => {
  it.each([
    ['on lines of its own', ENTRY],
    ['on one line', JSON.stringify(JSON.parse(ENTRY))],
  ])('hides who, where and on what: %s', (_, text) => {
    const shown = withoutPersonal(text);
    for (const each of PERSONAL) expect(shown).not.toContain(each);
    for (const each of ['2023-01-01T10:00:30Z', 'Song', '"username"', '1000']) expect(shown).toContain(each);
    expect(shown).toHaveLength(text.length);
  });

  it('hides them wherever it is cut off, and whichever character is missing within values or between', () => {
    for (const text of broken(ENTRY)) {
      const shown = withoutPersonal(text);
      expect(shown).toHaveLength(text.length);
      for (const value of ['some.on', 'Android O', 'agent%2F']) {
        const before = text.slice(0, text.indexOf(value)).split('\n').at(-1)!;
        // a key that lost a letter is unknown; an address is known without its key
        if (/username|platform|user_agent_decrypted/.test(before)) expect(shown, text).not.toContain(value);
      }
      expect(shown).not.toMatch(/192\.0\.2\.1|2001:db8:0/);
    }
  });

  it('shows no value at all of a file that is no history', () => {
    const shown = withoutValues('[{"email": "a@b.example", "name": {"first": "Ann"}, "born": 1990}]');
    expect(shown).not.toMatch(/a@b|Ann|1990/);
    expect(shown).toContain('"email": ');
  });
});
