/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { run, TempProject } from '../temp-project.js';

const TSDBT = resolve(import.meta.dirname, '..', '..', 'runner', 'bin', 'tsdbt.js');
/** Where Debian and Ubuntu keep Chromium; CHROMIUM_PATH names another one. */
const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const hasBrowser = existsSync(executablePath);
if (!hasBrowser) console.warn(`browser: no Chromium at ${executablePath}, the specs of pages are skipped`);

let browser: Browser;
const project = new TempProject();
const large = mkdtempSync(join(tmpdir(), 'tsdbt-large-'));
/** What a page said or asked for that it should not have. */
const complaints: string[] = [];

beforeAll(async () => {
  if (!hasBrowser) return;
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  const built = await project.tsdbt(['build', '--select', '+gold.descriptive', '+gold.diagnostic']);
  expect(built.code, built.stderr).toBe(0);
  const documented = await project.tsdbt(['docs', 'generate']);
  expect(documented.code, documented.stderr).toBe(0);
}, 300_000);

afterEach(() => {
  expect(complaints.splice(0)).toEqual([]);
});

afterAll(async () => {
  await browser?.close();
  project.remove();
  rmSync(large, { recursive: true, force: true });
});

async function open(
  hash: string,
  options: { folder?: string; width?: number; height?: number; scheme?: 'light' | 'dark' } = {},
): Promise<Page> {
  const page = await browser.newPage({
    viewport: { width: options.width ?? 1300, height: options.height ?? 900 },
    colorScheme: options.scheme ?? 'light',
  });
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => {
    if (!/^(?:file|data):/.test(request.url())) complaints.push(`asked for ${request.url()}`);
  });
  await page.goto(`file://${options.folder ?? project.dir}/target/docs/index.html${hash}`);
  await page.waitForSelector('main h1');
  return page;
}

const settled = (page: Page): Promise<void> =>
  page.evaluate(() => new Promise<void>((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))));

describe.skipIf(!hasBrowser)('the pages of the project', () => {
  it('open from the disk with the five questions, each leading to its tables', async () => {
    const page = await open('');
    expect(await page.title()).toBe('spotify');
    expect(await page.locator('.cards h3').allTextContents()).toEqual([
      'What happened?',
      'Why?',
      'What will happen?',
      'What to do?',
      'Which patterns?',
    ]);
    expect(await page.locator('.tile.good strong').textContent()).toMatch(/^\d/);
    await page.getByRole('link', { name: 'Why?' }).click();
    await page.waitForSelector('.lineage-page');
    expect(await page.locator('#selector').inputValue()).toBe('gold.diagnostic');
    expect(await page.getByRole('rowheader', { name: 'gold.weekend_vs_weekday' }).count()).toBe(1);
    await page.close();
  });

  it('find columns from the keyboard', async () => {
    const page = await open('');
    await page.keyboard.press('/');
    await page.keyboard.type('weekend_vs');
    await page.waitForSelector('#hits [role=option]');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.node-page');
    expect(await page.locator('h1').textContent()).toBe('gold.weekend_vs_weekday');
    expect(await page.evaluate(() => location.hash)).toBe('#/node/model.spotify.weekend_vs_weekday');
    await page.keyboard.press('/');
    await page.keyboard.type('effect_ci_high');
    await page.waitForSelector('#hits code');
    expect(await page.locator('#hits code').first().textContent()).toBe('effect_ci_high');
    await page.close();
  });

  it('show a model whole: columns, types, tests, both kinds of code, versions', async () => {
    const page = await open('#/node/model.spotify.top_tracks_by_mood');
    const row = page.locator('#columns tbody tr', { has: page.locator('th', { hasText: 'rank_in_mood' }) });
    expect(await row.locator('.type').textContent()).toMatch(/int/);
    expect(await row.locator('.test.good').count()).toBeGreaterThan(0);
    const [source, compiled] = await page.locator('#code pre code').allTextContents();
    expect(source).toContain("ref('listening_with_features')");
    expect(compiled).toContain('"silver"."listening_with_features"');
    const boxes = await page
      .locator('figure.code')
      .evaluateAll((all) => all.map((one) => one.getBoundingClientRect().top));
    expect(boxes[0]).toBe(boxes[1]);
    expect(await page.locator('#history tbody tr').count()).toBeGreaterThan(0);
    await page.getByRole('searchbox', { name: 'Find a column' }).fill('valence');
    expect(await page.locator('#columns tbody tr:visible').count()).toBe(1);
    await page.close();
  });

  it('show models that were never built', async () => {
    const page = await open('#/node/model.spotify.behavioral_segments');
    expect(await page.locator('.badges').textContent()).toContain('not built yet');
    expect(await page.locator('#columns tbody tr').count()).toBeGreaterThan(3);
    await page.close();
  });

  it('lead to a section by its address', async () => {
    const page = await open('#/node/model.spotify.weekend_vs_weekday?s=history');
    await settled(page);
    const top = await page.locator('#history').evaluate((part) => part.getBoundingClientRect().top);
    expect(top).toBeGreaterThan(0);
    expect(top).toBeLessThan(900);
    await page.close();
  });
});

describe.skipIf(!hasBrowser)('lineage', () => {
  it('takes what --select takes, and gives the same nodes', async () => {
    for (const words of [['1+weekend_vs_weekday'], ['@moods'], ['+gold.diagnostic,tag:silver'], ['tag:gold']]) {
      const listed = await project.tsdbt([
        'ls',
        '--quiet',
        '--output',
        'name',
        '--resource-type',
        'model',
        'seed',
        '--select',
        ...words,
      ]);
      const expected = listed.stdout.trim().split('\n').sort();
      const page = await open(`#/lineage?select=${words.map(encodeURIComponent).join('%20')}`);
      const names = await page.locator('tbody th .name').allTextContents();
      expect(names.map((name) => name.split('.').at(-1)!).sort()).toEqual(expected);
      await page.close();
    }
  }, 120_000);

  it('says what is wrong with a selector, and mends it', async () => {
    const page = await open('#/lineage?select=%2Bweekend_vs_weekdy');
    expect(await page.getByRole('alert').textContent()).toContain('matches nothing');
    await page.getByRole('button', { name: 'weekend_vs_weekday' }).click();
    await page.waitForSelector('.lineage .box');
    expect(await page.locator('#selector').inputValue()).toBe('+weekend_vs_weekday');
    await page.close();
  });

  it('goes further and less far around a node', async () => {
    const page = await open('#/lineage?select=1%2Bweekend_vs_weekday');
    const count = async (): Promise<number> => page.locator('tbody tr').count();
    const near = await count();
    await page.getByRole('button', { name: 'upstream: more' }).click();
    await page.waitForFunction(() => location.hash.includes('2+weekend'));
    await page.waitForFunction((before) => document.querySelectorAll('tbody tr').length > before, near);
    await page.goBack();
    await page.waitForFunction((before) => document.querySelectorAll('tbody tr').length === before, near);
    await page.close();
  });

  it('is gone through by keyboard: along edges, and into a page', async () => {
    const page = await open('#/lineage?select=1%2Bweekend_vs_weekday');
    await page.waitForSelector('.box');
    await page.locator('.lineage').focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    const name = (): Promise<string | null> => page.evaluate(() => document.activeElement!.getAttribute('aria-label'));
    expect(await name()).toMatch(/^gold\.weekend_vs_weekday, table, succeeded, reads 2, read by \d+$/);
    await page.keyboard.press('Enter');
    expect(await page.locator('.chosen').textContent()).toContain('gold.weekend_vs_weekday');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.node-page');
    await page.close();
  });

  it('is moved by the pointer, without choosing what lies below it', async () => {
    const page = await open('#/lineage');
    await page.waitForSelector('.box');
    const transform = (): Promise<string> => page.locator('.boxes').evaluate((layer) => layer.style.transform);
    const before = await transform();
    const box = (await page.locator('.box').first().boundingBox())!;
    await page.mouse.move(box.x + 5, box.y + 5);
    await page.mouse.down();
    await page.mouse.move(box.x + 90, box.y + 60, { steps: 4 });
    await page.mouse.up();
    await settled(page);
    expect(await transform()).not.toBe(before);
    expect(await page.locator('.box.selected').count()).toBe(0);
    await page.close();
  });

  it('closes folders, and opens one by choosing it twice', async () => {
    const page = await open('#/lineage?open=none');
    await page.waitForSelector('.box.folder');
    const folder = page.getByRole('button', { name: /^folder gold, \d+ nodes, closed$/ });
    await folder.click();
    await folder.click();
    await page.waitForFunction(() => location.hash.includes('open=gold'));
    await page.waitForSelector('.box[title="folder gold/diagnostic"]');
    await page.close();
  });
});

describe.skipIf(!hasBrowser)('every page', () => {
  const pages = [
    '',
    '#/lineage',
    '#/tests',
    '#/exposures',
    '#/search?q=mood',
    '#/node/model.spotify.listening_with_features',
    '#/node/seed.spotify.moods',
    '#/nowhere',
  ];

  it('fits a phone, in light and dark', async () => {
    for (const scheme of ['light', 'dark'] as const) {
      for (const hash of pages) {
        const page = await open(hash, { width: 390, height: 800, scheme });
        await settled(page);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(wide, `${hash} ${scheme}`).toBeLessThanOrEqual(0);
        await page.close();
      }
    }
  }, 120_000);

  it('names every control, and has one main heading', async () => {
    for (const hash of pages) {
      const page = await open(hash);
      const nameless = await page.evaluate(() =>
        [...document.querySelectorAll('a, button, input, [role=region], [role=group], svg[role=img]')]
          .filter((element) => {
            const label = element.getAttribute('aria-label') ?? element.getAttribute('aria-labelledby');
            const labels = (element as HTMLInputElement).labels?.length ?? 0;
            return !label && labels === 0 && element.textContent!.trim() === '';
          })
          .map((element) => element.outerHTML.slice(0, 120)),
      );
      expect(nameless, hash).toEqual([]);
      expect(await page.locator('h1').count(), hash).toBe(1);
      await page.close();
    }
  });

  it('keeps to the chosen colours', async () => {
    const page = await open('', { scheme: 'light' });
    const background = (): Promise<string> => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await background();
    await page.getByRole('button', { name: /^Colours: auto/ }).click();
    await page.getByRole('button', { name: /^Colours: light/ }).click();
    expect(await background()).not.toBe(light);
    await page.close();
  });

  it('prints without its frame', async () => {
    const page = await open('#/node/model.spotify.top_tracks_by_mood');
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('#sidebar').isVisible()).toBe(false);
    expect(await page.locator('#columns table').isVisible()).toBe(true);
    await page.close();
  });
});

describe.skipIf(!hasBrowser)('a project of 2,000 nodes', () => {
  beforeAll(async () => {
    largeProject(large, 2000);
    const { code, stderr } = await run(process.execPath, [TSDBT, 'docs', 'generate', '--no-compile'], large);
    expect(code, stderr).toBe(0);
  }, 300_000);

  it.each(['', '#/lineage', '#/lineage?open=all'])('opens within two seconds: %s', async (hash) => {
    const start = performance.now();
    const page = await open(hash, { folder: large });
    await settled(page);
    const milliseconds = performance.now() - start;
    console.log(`2,000 nodes, "${hash}": ${milliseconds.toFixed(0)} ms`);
    expect(milliseconds).toBeLessThan(2000);
    await page.close();
  });

  it('does not freeze while all of it is zoomed', async () => {
    const page = await open('#/lineage?open=all', { folder: large });
    await settled(page);
    const longest = await page.evaluate(async () => {
      const graph = document.querySelector('.lineage')!;
      const { left, top, width, height } = graph.getBoundingClientRect();
      let most = 0;
      for (let i = 0; i < 30; i++) {
        const start = performance.now();
        const deltaY = i < 15 ? -160 : 160;
        graph.dispatchEvent(
          new WheelEvent('wheel', { deltaY, clientX: left + width / 2, clientY: top + height / 2, cancelable: true }),
        );
        await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
        most = Math.max(most, performance.now() - start);
      }
      return most;
    });
    console.log(`2,000 nodes, longest frame while zooming: ${longest.toFixed(0)} ms`);
    expect(longest).toBeLessThan(500);
    await page.close();
  });
});

/** Models in three layers and twelve folders, each reading one to three of those before it. */
function largeProject(folder: string, count: number): void {
  writeFileSync(join(folder, 'project.yml'), 'name: large\n');
  const layers = ['staging', 'intermediate', 'marts'];
  for (const layer of layers)
    for (const part of ['a', 'b', 'c', 'd']) mkdirSync(join(folder, 'models', layer, part), { recursive: true });
  for (let i = 0; i < count; i++) {
    const layer = layers[Math.floor((i * 3) / count)]!;
    const reads = i < count / 3 ? [] : [1, 2, 3].slice(0, 1 + (i % 3)).map((k) => (i * k * 17) % Math.floor(i * 0.9));
    const columns = Array.from({ length: 12 }, (_, k) => `c${k} as column_${k}`).join(', ');
    const from = reads.length === 0 ? '' : ` from ${reads.map((at) => `{{ ref('m${at}') }}`).join(' cross join ')}`;
    writeFileSync(join(folder, 'models', layer, 'abcd'[i % 4]!, `m${i}.sql`), `select ${columns}${from}\n`);
  }
}
