/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasRealData, TempProject } from '../temp-project.js';

/** Where Debian and Ubuntu keep Chromium; CHROMIUM_PATH names another one. */
const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const hasBrowser = existsSync(executablePath);
if (!hasBrowser) console.warn(`browser: no Chromium at ${executablePath}, the specs of pages are skipped`);

const THEMES = ['light', 'dark'] as const;
const WIDTHS = [360, 768, 1360] as const;

describe.skipIf(!hasBrowser)('the dashboard page', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  });
  afterAll(() => browser?.close());

  describe.each([
    { data: 'sample data', real: false, run: true },
    { data: 'real data', real: true, run: hasRealData },
  ])('of $data', ({ real, run }) => {
    const project = new TempProject();
    let url: string;
    beforeAll(async () => {
      if (!run) return;
      if (real) project.addRealData();
      const built = await project.tsdbt(['build', '--quiet']);
      expect(built.stderr).toBe('');
      const { code, stderr } = await project.tsdbt(['dashboard', 'build', '--output', 'site']);
      expect(stderr).toMatch(/^Wrote site\/index.html/);
      expect(code).toBe(0);
      url = `file://${project.path('site', 'index.html')}`;
    }, 600_000);
    afterAll(() => project.remove());

    /** A page, and what went wrong on it: console errors, exceptions, requests to anywhere. */
    async function open(width: number, colorScheme: (typeof THEMES)[number] = 'light') {
      const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
      const page = await context.newPage();
      const wrong: string[] = [];
      page.on('console', (message) => message.type() === 'error' && wrong.push(message.text()));
      page.on('pageerror', (error) => wrong.push(String(error)));
      page.on('request', (request) => {
        if (request.url() !== url && !request.url().startsWith('data:')) wrong.push(`request to ${request.url()}`);
      });
      await page.goto(url);
      return { page, wrong, close: () => context.close() };
    }

    it.runIf(run).each(WIDTHS)('keeps every label in its picture and off the others, %i pixels wide', async (width) => {
      const { page, wrong, close } = await open(width);
      expect(await misplaced(page)).toEqual([]);
      expect(await page.locator('svg.chart:visible').count()).toBeGreaterThanOrEqual(25);
      expect(wrong).toEqual([]);
      await close();
    });

    it.runIf(run)(
      'has at least 21 charts of five kinds of analysis, each with a finding, its data and its query',
      async () => {
        const { page, close } = await open(1360);
        expect(await page.locator('nav a').allTextContents()).toEqual([
          'Descriptive',
          'Diagnostic',
          'Predictive',
          'Prescriptive',
          'Cognitive',
        ]);
        const cards = page.locator('article');
        const count = await cards.count();
        expect(count).toBeGreaterThanOrEqual(21);
        for (const card of await cards.all()) {
          const finding = (await card.locator('.finding').textContent())!;
          expect(finding).toMatch(/[.?]$/);
          expect(finding).not.toMatch(/undefined|None|NaN|\{\{| {2}| [.,;]/);
          expect(await card.locator('details.sql code').textContent()).toMatch(/^(select|with)\b/i);
        }
        expect(await page.locator('details.data table').count()).toBeGreaterThanOrEqual(count - 4);
        await close();
      },
    );

    it.runIf(run)('says on what data it rests', async () => {
      const { page, close } = await open(1360);
      const notices = await page.locator('.notices .stamp').allTextContents();
      expect(notices).toEqual(
        real ? ['Synthetic features'] : ['Sample data', 'Sample catalogue', 'Synthetic features'],
      );
      const stamped = await page.locator('article:has(.stamped)').count();
      expect(stamped).toBeGreaterThan(real ? 5 : 20);
      await close();
    });

    it.runIf(run)('answers to pointer, keyboard and links', async () => {
      const { page, wrong, close } = await open(1360);
      const grid = page.locator('#plays_by_weekday_and_hour');
      await grid.scrollIntoViewIfNeeded();
      await grid.locator('svg.chart:visible rect').nth(30).hover();
      await expect
        .poll(() => page.locator('#tip').textContent())
        .toMatch(/hour of the day: 6\nweekday: Tuesday\nplays: \d/);
      await page.keyboard.press('Escape');
      expect(await page.locator('#tip').isVisible()).toBe(false);

      await grid.locator('details.data summary').focus();
      await page.keyboard.press('Enter');
      expect(await grid.locator('details.data tbody tr').count()).toBe(168);
      expect(await grid.locator('details.data table').isVisible()).toBe(true);

      await page.locator('nav a', { hasText: 'Cognitive' }).click();
      const here = (): Promise<string | null> => page.locator('nav a[aria-current]').textContent();
      await expect.poll(here, { timeout: 15_000 }).toBe('Cognitive');
      expect(new URL(page.url()).hash).toBe('#cognitive');
      expect(wrong.filter((text) => !text.startsWith('request to'))).toEqual([]);
      await close();
    });

    it.runIf(run)('is dark where the system is, and where the reader wants it', async () => {
      const ground = (page: Page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      const light = await open(1360, 'light');
      const dark = await open(1360, 'dark');
      expect(await ground(light.page)).toBe('rgb(245, 244, 240)');
      expect(await ground(dark.page)).toBe('rgb(18, 20, 23)');
      await light.page.getByRole('button', { name: 'Dark page' }).click();
      expect(await ground(light.page)).toBe('rgb(18, 20, 23)');
      await light.page.reload();
      expect(await ground(light.page)).toBe('rgb(18, 20, 23)');
      expect(await light.page.getByRole('button', { name: 'Light page' }).isVisible()).toBe(true);
      await light.close();
      await dark.close();
    });

    it.runIf(run).each(THEMES)('can be read in the %s: text stands out from what is behind it', async (theme) => {
      const { page, close } = await open(1360, theme);
      expect(await faintText(page)).toEqual([]);
      await close();
    });

    it.runIf(run)('prints without navigation, on a white page', async () => {
      const { page, close } = await open(1360, 'dark');
      await page.emulateMedia({ media: 'print' });
      expect(await page.locator('nav').isVisible()).toBe(false);
      expect(await page.locator('article svg.chart:visible').count()).toBeGreaterThanOrEqual(25);
      expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(255, 255, 255)');
      expect(await page.evaluate(() => getComputedStyle(document.body).color)).toBe('rgb(29, 33, 38)');
      await close();
    });
  });
});

/** Labels outside of their picture, or over each other; a page that is wider than its window. */
function misplaced(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    if (document.documentElement.scrollWidth > innerWidth) found.push('the page is wider than the window');
    for (const svg of document.querySelectorAll('svg.chart')) {
      if (getComputedStyle(svg).display === 'none') continue;
      const name = svg.getAttribute('aria-labelledby')!.split(' ')[0]!;
      const box = svg.getBoundingClientRect();
      const texts = [...svg.querySelectorAll('text')].map((text) => ({
        text: text.lastChild?.textContent ?? '',
        slanted: text.hasAttribute('transform'),
        at: text.getBoundingClientRect(),
      }));
      for (const { text, at } of texts) {
        const outside =
          at.left < box.left - 1 || at.right > box.right + 1 || at.top < box.top - 2 || at.bottom > box.bottom + 2;
        if (outside) found.push(`${name}: "${text}" leaves its picture`);
      }
      const flat = texts.filter(({ slanted }) => !slanted);
      for (const [i, a] of flat.entries()) {
        for (const b of flat.slice(i + 1)) {
          const apart =
            a.at.left >= b.at.right - 1 ||
            b.at.left >= a.at.right - 1 ||
            a.at.top >= b.at.bottom - 3 ||
            b.at.top >= a.at.bottom - 3;
          if (!apart) found.push(`${name}: "${a.text}" over "${b.text}"`);
        }
      }
    }
    return found;
  });
}

/** Texts of the page whose contrast with their ground is below 4.5 (WCAG 2.2, 1.4.3). */
function faintText(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })!;
    const rgb = (color: string): number[] => {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = color;
      canvas.fillRect(0, 0, 1, 1);
      return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const luminance = (color: number[]): number => {
      const [r, g, b] = color.slice(0, 3).map((part) => {
        const share = part / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      }) as [number, number, number];
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const contrast = (a: number[], b: number[]): number => {
      const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
      return (high + 0.05) / (low + 0.05);
    };
    const groundOf = (element: Element): number[] => {
      for (let at: Element | null = element; at !== null; at = at.parentElement) {
        const color = rgb(getComputedStyle(at).backgroundColor);
        if (color[3]! > 250) return color;
      }
      return [255, 255, 255];
    };
    const found = new Set<string>();
    const check = (color: string, ground: number[], what: string): void => {
      const value = contrast(rgb(color), ground);
      if (value < 4.5) found.add(`${what}: ${value.toFixed(2)}`);
    };
    for (const element of document.querySelectorAll('h1,h2,h3,p,a,button,summary,th,td,dt,dd,li,code')) {
      check(getComputedStyle(element).color, groundOf(element), `${element.tagName} ${element.className}`);
    }
    for (const text of document.querySelectorAll('svg.chart text')) {
      const ink = [...text.classList].find((name) => name.startsWith('ink-'));
      const cell = ink && text.closest('svg')!.querySelector(`.f-${ink.slice(4)}`);
      check(
        getComputedStyle(text).fill,
        cell ? rgb(getComputedStyle(cell).fill) : groundOf(text),
        `text ${text.classList}`,
      );
    }
    return [...found];
  });
}
