import { describe, expect, it } from 'vitest';
import { DataTable } from '../../src/dashboards/data.js';
import { fillIn } from '../../src/dashboards/sentence.js';
import { YamlText } from '../../src/dashboards/text-place.js';
import { SourceText } from '../../src/errors/source-text.js';
import { YamlDocument } from '../../src/project/yaml-document.js';

const data = new DataTable(
  [
    { name: 'mood', type: 'VARCHAR' },
    { name: 'plays', type: 'BIGINT' },
    { name: 'share', type: 'DOUBLE' },
  ],
  [
    ['calm', 1200, 0.6],
    ['loud', 800, null],
  ],
);

/** A sentence of a YAML file, filled in. */
function say(yaml: string, rows = data): Promise<string> {
  const document = new YamlDocument(new SourceText('dashboards/a.yml', yaml));
  const text = new YamlText({ document, at: [] }, ['finding'], (document.value as { finding: string }).finding);
  return fillIn(text, rows, (value) => (value === 'calm' ? 'Calm music' : String(value)));
}

describe('a finding', () => {
  it('is filled in from the rows', async () => {
    const yaml = `finding: |
  {% set top = rows | sort(attribute='plays') | last %}
  {{ label(top.mood) }} leads
  with {{ whole(top.plays) }} plays ({{ pct(top.share) }}, {{ signed(top.share - 0.5, 1) }}).
`;
    expect(await say(yaml)).toBe('Calm music leads with 1,200 plays (60 %, +0.1).');
  });

  it('writes a dash for what is missing', async () => {
    expect(await say('finding: "{{ num(rows[1].share) }} of {{ rows | length }}"')).toBe('– of 2');
  });

  it('sums, filters and groups', async () => {
    expect(await say(`finding: "{{ rows | sum(attribute='plays') }}"`)).toBe('2000');
    expect(await say(`finding: "{{ (rows | selectattr('mood', 'equalto', 'loud') | first).plays }}"`)).toBe('800');
    expect(await say(`finding: "{{ (rows | groupby('mood') | first).list | length }}"`)).toBe('1');
  });

  it.each([
    ['finding: "{{ row.play }}"', '1:14'],
    ["finding: '{{ row.play }}'", '1:14'],
    ['finding: |\n\n  First line,\n  {{ row.play }}\n', '4:6'],
    ['finding: "a \\" {{ row.play }}"', '1:10'],
  ])('that is wrong is wrong at its place: %j', async (yaml, place) => {
    const error = await say(yaml).catch((thrown: unknown) => thrown);
    const { place: found } = error as { place: { source: SourceText; start: number } };
    const { line, column } = found.source.position(found.start);
    expect(`${line}:${column}`).toBe(place);
    expect(error).toMatchObject({ message: 'the query has no column "play"', hint: 'did you mean "plays"?' });
  });
});
