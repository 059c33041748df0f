// Every state of the cashier page at every size, in both themes and languages: it fits, its targets are big, axe finds
// nothing.
//   TILLCUE_PICTURES=FOLDER node --test states_test.mjs     leaves a picture of each, for people to look at
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { axeSource, openBrowser, Stage } from './stage.mjs';
import { kSizes, kStates, states } from './states.mjs';

const kPictures = process.env.TILLCUE_PICTURES;
const kStrips = [[800, 150], [1366, 150]];
const kExamined = ['800x600', '1366x150'];  // by axe, the slowest look: layout and colours are the same at the others
if (kPictures) mkdirSync(kPictures, { recursive: true });

let browser;
before(async () => { browser = await openBrowser(); });
after(() => browser.close());

async function reach(page, stage, language, state) {
  for (const line of states(language)[state]) stage.say(line);
  await page.waitForFunction(([lang, hint]) => document.documentElement.lang === lang &&
    document.getElementById('hint').hidden !== hint && !document.getElementById('health').textContent.match(/Not conn|Нет связи/),
  [language, states(language)[state].length > 1]);
  if (state === 'accepted') {
    await page.waitForTimeout(320);  // a press right after a change is ignored
    await page.keyboard.press('F8');
    await page.waitForSelector('#hint', { state: 'hidden' });
  }
  if (state === 'offline') {
    await stage.kill();
    await page.waitForSelector('#stale');
  }
}

/// What does not fit, and what is too small for a finger.
function faults() {
  const found = [];
  const root = document.documentElement;
  if (root.scrollWidth > innerWidth) found.push(`wider than the window by ${root.scrollWidth - innerWidth}`);
  if (root.scrollHeight > innerHeight) found.push(`higher than the window by ${root.scrollHeight - innerHeight}`);
  for (const button of document.querySelectorAll('button')) {
    const box = button.getBoundingClientRect();
    if (!box.width) continue;
    if (box.height < 64 || box.height > 80 || box.width < 64) found.push(`${button.id} is ${box.width} x ${box.height}`);
    if (button.scrollWidth > button.clientWidth || button.scrollHeight > button.clientHeight) found.push(`${button.id} is cut`);
  }
  for (const id of ['name', 'script', 'reason']) {
    const node = document.getElementById(id);
    if (node.scrollHeight > node.clientHeight + 1) found.push(`${id} is cut`);
    // A number and its unit are one word to the eye.
    const text = node.firstChild?.data ?? '';
    const range = document.createRange();
    for (const { index } of text.matchAll(/\d\s(?=%|[gг](?!\p{L}))/gu)) {
      range.setStart(node.firstChild, index);
      range.setEnd(node.firstChild, index + 3);
      if (range.getClientRects().length > 1) found.push(`${id}: "${range}" is parted`);
    }
  }
  return found;
}

async function axe(page) {
  await page.evaluate(axeSource());
  const { violations } = await page.evaluate(() => globalThis.axe.run(document,
    { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }));
  return violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`);
}

for (const language of ['en', 'ru']) {
  for (const state of kStates) {
    test(`${state}, ${language}`, async () => {
      const stage = await Stage.open();
      const page = await browser.newPage({ viewport: { width: 800, height: 600 } });
      const problems = [];
      page.on('pageerror', (error) => problems.push(String(error)));
      await page.goto(stage.url);
      await reach(page, stage, language, state);
      for (const [width, height] of [...kSizes, ...kStrips]) {
        await page.setViewportSize({ width, height });
        await page.waitForFunction((layout) => document.documentElement.dataset.layout === layout, height < 260 ? 'strip' : 'page');
        for (const theme of ['light', 'dark']) {
          await page.emulateMedia({ colorScheme: theme });
          const where = `${state} ${language} ${theme} ${width}x${height}`;
          problems.push(...(await page.evaluate(faults)).map((fault) => `${where}: ${fault}`));
          if (kExamined.includes(`${width}x${height}`)) problems.push(...(await axe(page)).map((fault) => `${where}: ${fault}`));
          if (kPictures) await page.screenshot({ path: join(kPictures, `${state}-${language}-${theme}-${width}x${height}.png`) });
        }
      }
      await page.context().close();
      await stage.kill();
      assert.deepEqual(problems, []);
    });
  }
}
