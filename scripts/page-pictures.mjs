// Takes the pictures of the pages for the README and the guides, from the project as it is built:
//   npx tsdbt build && npx tsdbt dashboard build && npx tsdbt docs generate && node scripts/page-pictures.mjs
// Needs a Chromium: CHROMIUM names it, /usr/bin/chromium is taken otherwise.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const root = resolve(import.meta.dirname, '..');
const source = resolve(process.argv[2] ?? root);
const pictures = [
  { page: 'target/dashboard/index.html', file: 'dashboard.png', height: 1500 },
  { page: 'target/docs/index.html', file: 'docs.png', height: 900 },
];
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
if (!existsSync(executablePath)) {
  process.stderr.write(`no Chromium at ${executablePath}: install one and name it in CHROMIUM\n`);
  process.exit(2);
}
const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
});
for (const { page, file, height } of pictures) {
  const path = resolve(source, page);
  if (!existsSync(path)) {
    process.stderr.write(`${page} is not there: build it first\n`);
    process.exitCode = 1;
    continue;
  }
  const tab = await browser.newPage({ viewport: { width: 1280, height } });
  await tab.goto(pathToFileURL(path).href);
  await tab.waitForTimeout(500);
  await tab.screenshot({ path: resolve(root, 'docs/images', file) });
  process.stdout.write(`docs/images/${file}\n`);
}
await browser.close();
